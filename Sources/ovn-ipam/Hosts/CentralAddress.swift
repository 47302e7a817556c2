import Glibc
import NetAddress

/// Where hosts reach the API of this machine: `192.0.2.1:9696`, `[2001:db8::1]:9696`, `central.example.org:9696`.
struct CentralAddress: Hashable {
    let text: String

    /// `given` is `HOST[:PORT]`; nil is what the machine says of itself: where the API listens, or, where that is every address,
    /// the one by which the machine sends. `port` is that of the API. Throws where it is not clear.
    init(_ given: String?, listening host: String, port: Int) throws {
        if let given {
            guard let text = Self.parse(given, port) else {
                throw CommandFailure("--central: '\(given)' is not HOST[:PORT], such as 192.0.2.1:9696")
            }
            self.text = text
            return
        }
        if let address = IPAddress(host), address.bits != 0 {
            guard !Self.isLoopback(address) else {
                throw CommandFailure(
                    "the API listens on \(host) alone (listen), where no host reaches it: name another address with --central"
                )
            }
            text = Self.format(address, port)
            return
        }
        guard IPAddress(host) != nil else {
            text = "\(host):\(port)"
            return
        }
        text = Self.format(try Self.outward(Self.defaultRoutes()), port)
    }

    private static func format(_ address: IPAddress, _ port: Int) -> String {
        address.version == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    private static func isLoopback(_ address: IPAddress) -> Bool {
        address.version == .v4 ? address.octets[0] == 127 : address.bits == 1
    }

    private static func parse(_ text: String, _ port: Int) -> String? {
        if let address = IPAddress(text) { return format(address, port) }
        let colon = text.hasSuffix("]") ? nil : text.lastIndex(of: ":")
        var host = String(colon.map { text[..<$0] } ?? text[...])
        let number = colon.map { Int(text[text.index(after: $0)...]) ?? 0 } ?? port
        guard 1...65_535 ~= number else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard let address = IPAddress(host), address.version == .v6 else { return nil }
            return format(address, number)
        }
        if let address = IPAddress(host) { return address.version == .v4 ? format(address, number) : nil }
        let isName =
            1...253 ~= host.utf8.count
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        return isName ? "\(host):\(number)" : nil
    }

    // MARK: The machine

    /// A default route of IPv4, as `/proc/net/route` has it.
    struct Route: Hashable {
        let interface: String
        let metric: Int

        /// Those of the text.
        static func all(_ text: String) -> [Route] {
            text.split(separator: "\n").dropFirst().compactMap { line in
                let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
                guard fields.count >= 8, fields[1] == "00000000", fields[7] == "00000000",
                    let metric = Int(fields[6])
                else { return nil }
                return Route(interface: String(fields[0]), metric: metric)
            }
        }
    }

    private static func defaultRoutes() -> [Route] {
        guard let file = fopen("/proc/net/route", "re") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return Route.all(String(decoding: bytes[..<count], as: UTF8.self))
    }

    /// The address by which the machine sends what it has no other way for.
    private static func outward(_ routes: [Route]) throws -> IPAddress {
        let best = routes.map(\.metric).min()
        let interfaces = Set(routes.filter { $0.metric == best }.map(\.interface)).sorted()
        guard interfaces.count <= 1 else {
            throw CommandFailure(
                "this machine has default routes by \(interfaces.joined(separator: " and ")): name the address where hosts reach it "
                    + "with --central")
        }
        // Documentation addresses (RFC 5737, RFC 3849): nothing is sent, the kernel only chooses a source.
        guard let address = source(to: "192.0.2.1", AF_INET) ?? source(to: "2001:db8::1", AF_INET6) else {
            throw CommandFailure(
                "this machine has no default route: name the address where hosts reach it with --central")
        }
        return address
    }

    private static func source(to destination: String, _ family: Int32) -> IPAddress? {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(destination, "9", &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let isNamed = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(descriptor, address, &length) == 0
                    && getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            }
        }
        guard isNamed else { return nil }
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return IPAddress(name).flatMap { isLoopback($0) || $0.bits == 0 ? nil : $0 }
    }
}
