import Glibc
package import NetAddress

/// The addresses of this host's interfaces.
package enum LocalAddresses {
    /// All of them, of every interface that is there (getifaddrs(3)).
    package static func current() -> Set<IPAddress> {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: Set<IPAddress> = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ifa_addr.flatMap(read) { found.insert(address) }
            entry = current.pointee.ifa_next
        }
        return found
    }

    private static func read(_ address: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
        switch CInt(address.pointee.sa_family) {
        case AF_INET:
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                .v4(IPv4Address(bits: UInt32(bigEndian: $0.pointee.sin_addr.s_addr)))
            }
        case AF_INET6:
            address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                let octets = withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
                return .v6(IPv6Address(bits: octets.reduce(0) { $0 << 8 | UInt128($1) }))
            }
        default: nil
        }
    }
}
