package import NetAddress

// What a subnet's prefix allows, by Neutron's rules. RFC 3021 (/31) and host prefixes (/32, /128) have no reserved
// addresses.
extension IPPrefix {
    /// The addresses that a port may have: without the network and broadcast addresses of an IPv4 subnet, and without
    /// the subnet-router anycast address of an IPv6 subnet (RFC 4291 §2.6.1).
    package var assignable: IPRange {
        guard version.width - length > 1 || (version == .v6 && version.width != length) else { return range }
        let first = IPAddress(version, bits: network.bits + 1)
        return IPRange(ordered: first, version == .v4 ? IPAddress(version, bits: last.bits - 1) : last)
    }

    /// The default gateway of a subnet: the first host of an IPv4 subnet, which may lie outside
    /// of a /32, and the subnet-router anycast address of an IPv6 subnet.
    package var defaultGateway: IPAddress? { version == .v4 ? network.advanced(by: 1) : network }

    /// Whether a port may have `address`. A router may also have the subnet-router anycast address of an IPv6 subnet.
    package func admits(_ address: IPAddress, router: Bool) -> Bool {
        assignable.contains(address) || (router && version == .v6 && address == network)
    }
}
