package import NetAddress

/// What an option of DHCP says. ``DHCPOption/parse(_:)`` makes one of a text, ``DHCPOption/text(_:)`` writes it as OVN reads it.
package enum DHCPValue: Hashable, Sendable {
    case addresses([IPAddress])
    case flag(Bool)
    case number(UInt32)
    case text(QuotedText)
    case domains([DomainName])
    case routes([DHCPRoute])
    case mac(MACAddress)
}

/// A route that DHCP tells a client (RFC 3442).
package struct DHCPRoute: Hashable, Sendable {
    package let destination: IPPrefix
    package let nexthop: IPv4Address

    /// Nil unless `destination` is of IPv4.
    package init?(_ destination: IPPrefix, nexthop: IPv4Address) {
        guard destination.version == .v4 else { return nil }
        (self.destination, self.nexthop) = (destination, nexthop)
    }

    /// The bytes of the route in a packet: the length, as many octets of the destination as that has, and the next hop.
    var encodedLength: Int { 1 + (destination.length + 7) / 8 + 4 }
}

extension DHCPValue {
    /// The bytes that ovn-controller makes of a list; of what is no list, 0. OVN writes the length into one byte and says nothing
    /// where it is too much.
    package var encodedLength: Int {
        switch self {
        case .addresses(let addresses): addresses.reduce(0) { $0 + $1.version.width / 8 }
        case .domains(let names): names.reduce(0) { $0 + $1.encodedLength }
        case .routes(let routes): routes.reduce(0) { $0 + $1.encodedLength }
        case .flag, .number, .text, .mac: 0
        }
    }

    /// The most bytes that the option of DHCPv4 has room for.
    package static let maximumEncodedLength = 255
}
