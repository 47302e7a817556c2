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

    /// The address that packets to `host` leave this machine with, as the kernel routes them; nil where there is no route, or no
    /// such name.
    package static func source(toward host: String) -> IPAddress? {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "9", &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var entry = list
        while let current = entry {
            if let found = source(current.pointee) { return found }
            entry = current.pointee.ai_next
        }
        return nil
    }

    /// Connecting a datagram socket sends nothing, and chooses the route (udp(7)).
    private static func source(_ target: addrinfo) -> IPAddress? {
        let descriptor = socket(target.ai_family, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, target.ai_addr, target.ai_addrlen) == 0 else { return nil }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                getsockname(descriptor, pointer, &length) == 0 ? read(pointer) : nil
            }
        }
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
