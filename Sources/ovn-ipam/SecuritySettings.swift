import Certificates
import Glibc
import NetAddress

/// How the API and Southbound are served by TLS.
struct SecuritySettings: Sendable {
    /// Of certificates.
    var lifetime = Duration.seconds(7 * 86_400)
    /// Whether hosts that have not joined yet are served too, in plain text.
    var isAlsoOpen = false
    /// Besides the machine's own.
    var publicNames = ServedNames(names: [], addresses: [])

    /// What this machine is reached by now. Throws where it does not say: a certificate without its addresses helps nobody.
    func names() throws(CredentialError) -> ServedNames {
        var names = try ServedNames.ofThisMachine()
        names.names.formUnion(publicNames.names)
        names.addresses.formUnion(publicNames.addresses)
        return names
    }
}

extension ServedNames {
    /// Names and addresses separated by commas; nil where one is neither.
    init?(_ text: String) {
        self.init(names: [], addresses: [])
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed().map(String.init).joined()
            if let address = IPAddress(name) {
                addresses.insert(address)
            } else if Self.isName(name) {
                names.insert(name.lowercased())
            } else {
                return nil
            }
        }
    }

    /// A host name (RFC 1123 §2.1).
    private static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, labels.last.map({ !$0.allSatisfy(\.isNumber) }) ?? false else { return false }
        return labels.allSatisfy { label in
            1...63 ~= label.utf8.count && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || 0x30...0x39 ~= byte || byte == 0x2d)
                }
        }
    }

    /// Its host name, `localhost`, and the addresses of its interfaces, link-local ones apart.
    static func ofThisMachine() throws(CredentialError) -> ServedNames {
        var found = ServedNames(names: ["localhost"], addresses: [])
        var buffer = [CChar](repeating: 0, count: 256)
        if gethostname(&buffer, buffer.count - 1) == 0 {
            let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .lowercased()
            if isName(name) { found.names.insert(name) }
        }
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else {
            throw CredentialError("cannot list this machine's addresses: \(String(cString: strerror(errno)))")
        }
        defer { freeifaddrs(list) }
        var next = list
        while let item = next?.pointee {
            next = item.ifa_next
            guard let address = item.ifa_addr else { continue }
            switch Int32(address.pointee.sa_family) {
            case AF_INET:
                let bits = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
                }
                found.addresses.insert(IPAddress(.v4, bits: UInt128(bits)))
            case AF_INET6:
                let octets = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
                }
                let isLinkLocal = octets[0] == 0xfe && octets[1] & 0xc0 == 0x80
                if !isLinkLocal {
                    found.addresses.insert(IPAddress(.v6, bits: octets.reduce(0) { $0 << 8 | UInt128($1) }))
                }
            default: break
            }
        }
        return found
    }
}
