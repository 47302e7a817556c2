package import NetAddress

/// What a subnet's own attributes must satisfy, whatever else exists. Requests to create are checked when they are read; a
/// request to change is checked by whoever knows the subnet.
package enum SubnetRules {
    package static let maximumNameservers = 5
    package static let maximumHostRoutes = 20
    package static let maximumPools = 64

    /// DHCP needs addresses to give out, and cannot serve multicast, loopback or 0.0.0.0.
    package static func validate(dhcpOn cidr: IPPrefix) throws(NeutronError) {
        guard cidr.length <= (cidr.version == .v4 ? 30 : 126) else {
            throw .invalidInput("Subnet has a prefix length that is incompatible with DHCP service enabled")
        }
        let (multicast, loopback) = (IPPrefix.multicast(cidr.version), IPPrefix.loopback(cidr.version))
        if multicast.contains(cidr) {
            throw .invalidInput("Multicast IP subnet is not supported if enable_dhcp is True")
        }
        if loopback.contains(cidr) { throw .invalidInput("Loopback IP subnet is not supported if enable_dhcp is True") }
        if cidr.version == .v4, cidr.network.bits == 0 {
            throw .invalidInput("First IP '0.0.0.0' of network is not supported if enable_dhcp is True.")
        }
    }

    /// What no host can have an address of, whoever gives it out. Neutron lets it pass where DHCP is off.
    package static func validate(hostsOn cidr: IPPrefix) throws(NeutronError) {
        for (block, kind) in IPPrefix.unusable(cidr.version) where block.overlaps(cidr) {
            throw .invalidInput("\(cidr) cannot be a subnet: no host can have an address of \(block) (\(kind))")
        }
    }

    /// A gateway may lie outside the subnet, but may not be its network or broadcast address.
    package static func validate(gateway: IPAddress, on cidr: IPPrefix) throws(NeutronError) {
        guard gateway.version == cidr.version else { throw .versionMismatch("gateway_ip", gateway, cidr.version) }
        if cidr.version == .v4, gateway == cidr.network || gateway == cidr.last {
            throw .invalidInput("Gateway is not valid on subnet")
        }
    }

    /// `subnet` is nil for one that is being made.
    package static func validate(
        nameservers: [IPAddress], of subnet: ID<Subnet>?, _ version: IPVersion
    ) throws(NeutronError) {
        guard nameservers.count <= maximumNameservers else {
            throw .dnsNameserversExhausted(subnet, quota: maximumNameservers)
        }
        for server in nameservers where server.version != version {
            throw .versionMismatch("dns_nameserver", server, version)
        }
    }

    /// `subnet` is nil for one that is being made.
    package static func validate(hostRoutes: [HostRoute], of subnet: ID<Subnet>?, _ version: IPVersion)
        throws(NeutronError)
    {
        guard hostRoutes.count <= maximumHostRoutes else {
            throw .hostRoutesExhausted(subnet, quota: maximumHostRoutes)
        }
        for route in hostRoutes {
            guard route.destination.version == version else {
                throw .versionMismatch("destination", route.destination, version)
            }
            guard route.nexthop.version == version else { throw .versionMismatch("nexthop", route.nexthop, version) }
        }
    }
}

extension SubnetCreate {
    /// The rules of a subnet that is being made, as far as its CIDR is known. Neutron checks in this order.
    package func validate() throws(NeutronError) {
        if let cidr { try validate(cidr) }
        try SubnetRules.validate(nameservers: dnsNameservers, of: nil, ipVersion)
        try SubnetRules.validate(hostRoutes: hostRoutes, of: nil, ipVersion)
        try validateIPv6Modes()
    }

    private func validate(_ cidr: IPPrefix) throws(NeutronError) {
        guard cidr.length > 0 else { throw .invalidInput("0 is not allowed as CIDR prefix length") }
        if cidr.version == .v6, cidr.network.bits == 0 { throw .invalidInput("IPv6 subnet '::' is not supported") }
        if enableDHCP { try SubnetRules.validate(dhcpOn: cidr) }
        try SubnetRules.validate(hostsOn: cidr)
        if case .value(let gateway) = gatewayIP { try SubnetRules.validate(gateway: gateway, on: cidr) }
    }

    private func validateIPv6Modes() throws(NeutronError) {
        if ipVersion == .v4 {
            guard ipv6RAMode == nil else { throw .invalidInput("ipv6_ra_mode is not valid when ip_version is 4") }
            guard ipv6AddressMode == nil else {
                throw .invalidInput("ipv6_address_mode is not valid when ip_version is 4")
            }
            return
        }
        guard ipv6RAMode != nil || ipv6AddressMode != nil else { return }
        guard enableDHCP else {
            throw .invalidInput("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False")
        }
        if let ra = ipv6RAMode, let address = ipv6AddressMode, ra != address {
            throw .invalidInput(
                "ipv6_ra_mode set to '\(ra.rawValue)' with ipv6_address_mode set to '\(address.rawValue)' is not valid. "
                    + "If both attributes are set, they must be the same value")
        }
        let automatic: [IPv6Mode] = [.slaac, .dhcpv6Stateless]
        if [ipv6RAMode, ipv6AddressMode].contains(where: { $0.map(automatic.contains) ?? false }), let cidr,
            cidr.length != 64
        {
            throw .invalidInput(
                "Invalid CIDR \(cidr) for IPv6 address mode. OpenStack uses the EUI-64 address format, "
                    + "which requires the prefix to be /64")
        }
    }
}

extension Subnet {
    /// Whether members make their own addresses from the prefix and their MAC (SLAAC, DHCPv6 stateless).
    package var isAutoAddress: Bool {
        ipv6AddressMode == .slaac || ipv6AddressMode == .dhcpv6Stateless || ipv6RAMode == .slaac
            || ipv6RAMode == .dhcpv6Stateless
    }
}

extension IPPrefix {
    static func multicast(_ version: IPVersion) -> IPPrefix { version == .v4 ? multicast4 : multicast6 }

    static func loopback(_ version: IPVersion) -> IPPrefix { version == .v4 ? loopback4 : loopback6 }

    /// Blocks whose addresses Linux gives to no interface, or takes from no wire.
    static func unusable(_ version: IPVersion) -> [(block: IPPrefix, kind: String)] {
        version == .v4 ? unusable4 : unusable6
    }

    private static let multicast4 = IPPrefix(literal: "224.0.0.0/4")
    private static let multicast6 = IPPrefix(literal: "ff00::/8")
    private static let loopback4 = IPPrefix(literal: "127.0.0.0/8")
    private static let loopback6 = IPPrefix(literal: "::1/128")

    private static let unusable4 = [
        (block: loopback4, kind: "loopback"), (multicast4, "multicast"),
        (IPPrefix(literal: "0.0.0.0/32"), "the unspecified address"),
        (IPPrefix(literal: "255.255.255.255/32"), "the broadcast address"),
    ]
    private static let unusable6 = [
        (block: loopback6, kind: "loopback"), (multicast6, "multicast"),
        (IPPrefix(literal: "::/128"), "the unspecified address"),
        (IPPrefix(literal: "::ffff:0:0/96"), "addresses of IPv4"),
    ]
}
