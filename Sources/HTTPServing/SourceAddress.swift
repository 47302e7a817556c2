package import NIOCore

/// The client that a connection counts for: one IPv4 address, or an IPv6 /64, the smallest allocation to one site.
package enum SourceAddress: Hashable, Sendable {
    case ipv4(UInt32)
    case ipv6(UInt64)

    /// Nil for a unix socket.
    package init?(_ address: SocketAddress?) {
        switch address {
        case .v4(let address)?: self = .ipv4(Self.number(address.address, 4..<8))
        case .v6(let address)?:
            // sockaddr_in6: the address from byte 8 on; ::ffff:a.b.c.d is IPv4.
            let isMapped =
                Self.number(address.address, 8..<16) as UInt64 == 0
                && Self.number(address.address, 16..<20) as UInt32 == 0xffff
            self =
                isMapped
                ? .ipv4(Self.number(address.address, 20..<24)) : .ipv6(Self.number(address.address, 8..<16))
        case .unixDomainSocket?, nil: return nil
        }
    }

    /// The integer in a range of bytes of a socket address.
    private static func number<Number: FixedWidthInteger>(_ address: some Any, _ bytes: Range<Int>) -> Number {
        withUnsafeBytes(of: address) { $0[bytes].reduce(0) { $0 << 8 | Number($1) } }
    }
}
