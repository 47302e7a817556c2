package import NetAddress

/// The value of a DHCP option. ``DHCPOption/parse(_:)`` reads it, ``DHCPOption/text(_:)`` writes it for OVN.
package enum DHCPValue: Hashable, Sendable {
    case addresses([IPAddress])
    case flag(Bool)
    case number(UInt32)
    case text(QuotedText)
    case domains([DomainName])
    case routes([DHCPRoute])
    case mac(MACAddress)
}

/// A classless static route (RFC 3442).
package struct DHCPRoute: Hashable, Sendable {
    package let destination: IPPrefix
    package let nexthop: IPv4Address

    /// Nil unless `destination` is IPv4.
    package init?(_ destination: IPPrefix, nexthop: IPv4Address) {
        guard destination.version == .v4 else { return nil }
        (self.destination, self.nexthop) = (destination, nexthop)
    }

    /// In bytes, in a packet: the length, the destination's significant octets, and the next hop.
    var encodedLength: Int { 1 + (destination.length + 7) / 8 + 4 }
}

extension DHCPValue {
    /// In bytes, of a list as ovn-controller encodes it; 0 for other values. OVN writes the length into one byte and
    /// does not report an overflow.
    package var encodedLength: Int {
        switch self {
        case .addresses(let addresses): addresses.reduce(0) { $0 + $1.version.width / 8 }
        case .domains(let names): names.reduce(0) { $0 + $1.encodedLength }
        case .routes(let routes): routes.reduce(0) { $0 + $1.encodedLength }
        case .flag, .number, .text, .mac: 0
        }
    }

    /// In bytes, of a DHCPv4 option.
    package static let maximumEncodedLength = 255
}
