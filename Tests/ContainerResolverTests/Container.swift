import Dispatch
import Glibc
import HostNetwork
import NIOConcurrencyHelpers
import NetAddress
import Netlink
import Testing

/// A namespace as Docker makes it for a container: its resolver on a port of 127.0.0.11, and rules that lead port 53 there. The resolver
/// says 9.9.9.9 to everything.
final class Container: Sendable {
    static let server = IPv4Address(bits: 0x7f00_000b)

    let namespace: NetworkNamespace
    private let rules: NIOLockedValueBox<[CInt]>
    private let queries = NIOLockedValueBox(0)

    /// Messages that the stand-in has heard.
    var heard: Int { queries.withLockedValue { $0 } }

    init() throws {
        let namespace = try NetworkNamespace.make()
        self.namespace = namespace
        var routes = try NetlinkSocket(in: namespace.descriptor)
        try routes.apply([.setLink(.name("lo"), [.up])], within: .seconds(10))
        let (datagrams, streams) = try namespace.run { (try Self.bound(SOCK_DGRAM), try Self.bound(SOCK_STREAM)) }
        var filter = try NetlinkSocket(in: namespace.descriptor, protocol: 12)
        var table = PacketTable("docker")
        table.addChain("out", .nat, priority: -100)
        for (transport, port) in [(IPPROTO_UDP, datagrams.port), (IPPROTO_TCP, streams.port)] {
            table.addRule(
                "out",
                PacketTable.Expression.destination(Self.server)
                    + PacketTable.Expression.transport(UInt8(transport))
                    + PacketTable.Expression.destination(port: 53)
                    + PacketTable.Expression.redirect(to: Self.server, port: port))
        }
        try filter.apply(table.batch, within: .seconds(10))
        rules = NIOLockedValueBox([try filter.duplicate(), datagrams.descriptor, streams.descriptor])
        let queries = queries
        Self.thread {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                var (address, length) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
                let count = Self.with(&address) {
                    recvfrom(datagrams.descriptor, &buffer, buffer.count, 0, $0, &length)
                }
                guard count >= 0 else { return }
                queries.withLockedValue { $0 += 1 }
                guard let reply = Self.reply(buffer[..<count]) else { continue }
                _ = Self.with(&address) { sendto(datagrams.descriptor, reply, reply.count, 0, $0, length) }
            }
        }
        Self.thread {
            guard listen(streams.descriptor, 16) == 0 else { return }
            while true {
                let stream = accept(streams.descriptor, nil, nil)
                guard stream >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = recv(stream, &buffer, buffer.count, 0)
                    guard count > 2, let reply = Self.reply(buffer[2..<count]) else { break }
                    queries.withLockedValue { $0 += 1 }
                    let framed = [UInt8(reply.count >> 8), UInt8(reply.count & 0xff)] + reply
                    Glibc.send(stream, framed, framed.count, 0)
                }
                close(stream)
            }
        }
    }

    deinit {
        rules.withLockedValue { descriptors in
            for descriptor in descriptors {
                shutdown(descriptor, CInt(SHUT_RDWR))
                close(descriptor)
            }
        }
    }

    /// Someone in the container who asks the server.
    func asker(_ kind: __socket_type) throws -> Asker {
        try namespace.run {
            let descriptor = socket(AF_INET, CInt(kind.rawValue), 0)
            var limit = timeval(tv_sec: 3, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var address = Self.address(53)
            try #require(
                Self.with(&address) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) } == 0)
            return Asker(descriptor, isStream: kind.rawValue == SOCK_STREAM.rawValue)
        }
    }

    private static func bound(_ kind: __socket_type) throws -> (descriptor: CInt, port: UInt16) {
        let descriptor = socket(AF_INET, CInt(kind.rawValue), 0)
        var (address, length) = (Self.address(0), socklen_t(MemoryLayout<sockaddr_in>.size))
        try #require(with(&address) { bind(descriptor, $0, length) } == 0)
        try #require(with(&address) { getsockname(descriptor, $0, &length) } == 0)
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = server.bits.bigEndian
        return address
    }

    private static func with<T>(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> T) -> T {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }

    /// The question, and 9.9.9.9.
    private static func reply(_ query: ArraySlice<UInt8>) -> [UInt8]? {
        let query = Array(query)
        guard query.count > 12, let end = query[12...].firstIndex(of: 0), end + 5 <= query.count else { return nil }
        return query[..<2] + [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + query[12..<(end + 5)]
            + [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 9, 9, 9, 9]
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let boxed = Unmanaged.passRetained(Body(run: body))
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, boxed.toOpaque())
        pthread_detach(thread)
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

/// A connected socket in a container.
final class Asker: Sendable {
    private let descriptor: CInt
    private let isStream: Bool

    init(_ descriptor: CInt, isStream: Bool) {
        self.descriptor = descriptor
        self.isStream = isStream
    }

    deinit { close(descriptor) }

    static func query(_ name: String, type: UInt16) -> [UInt8] {
        let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, UInt8(type >> 8), UInt8(type & 0xff), 0, 1]
    }

    func send(_ bytes: [UInt8]) throws { try #require(Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count) }

    /// Asks on a thread of its own: it blocks.
    func exchange(_ name: String, type: UInt16 = 1) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try self.ask(name, type) }) }
        }
    }

    private func ask(_ name: String, _ type: UInt16) throws -> [UInt8] {
        let query = Self.query(name, type: type)
        try send(isStream ? [UInt8(query.count >> 8), UInt8(query.count & 0xff)] + query : query)
        guard isStream else { return try receive(65_536) }
        let length = try receive(2)
        return try receive(Int(length[0]) << 8 | Int(length[1]))
    }

    /// The IPv4 addresses that a name has.
    func addresses(_ name: String) async throws -> [String] {
        let answer = try await exchange(name)
        let count = Int(answer[6]) << 8 | Int(answer[7])
        let records = answer.suffix(16 * count)
        return (0..<count).map { index in
            records.dropFirst(16 * index + 12).prefix(4).map(String.init).joined(separator: ".")
        }
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &bytes, count, isStream ? CInt(MSG_WAITALL) : 0)
        try #require(received > 0, "no answer")
        return Array(bytes[..<received])
    }
}
