import DHCPOptions
import IPAM
import NetAddress
import NeutronAPI
import OVSDB

/// The DHCP options of a subnet, as ML2/OVN writes them (ovn-nb(5), table DHCP_Options).
extension Subnet {
    /// The options of the subnet's row: none while DHCP is off. The server's MAC, drawn at random at first, is kept
    /// from the row's `old` options.
    func dhcpOptions(mtu: Int, keeping old: StringMap, _ configuration: NetworkStoreConfiguration) -> StringMap {
        guard enableDHCP else { return [:] }
        let old = DHCPAnswer(ipVersion, row: old.dictionary)
        let answer =
            ipVersion == .v4 ? dhcpv4(mtu: mtu, keeping: old, configuration) : dhcpv6(keeping: old, configuration)
        return StringMap(answer.row)
    }

    private func dhcpv4(mtu: Int, keeping old: DHCPAnswer, _ configuration: NetworkStoreConfiguration) -> DHCPAnswer {
        var answer = DHCPAnswer(.v4)
        // Without a gateway the server needs an address too: it is only an identifier, never contacted.
        answer[.serverID] = .addresses([gatewayIP ?? Self.serverWithoutGateway])
        answer[.serverMAC] = old[.serverMAC] ?? .mac(configuration.newMAC())
        answer[.leaseTime] = .number(UInt32(clamping: configuration.dhcpLeaseTime))
        answer[.mtu] = .number(UInt32(clamping: mtu))
        answer[.router] = gatewayIP.map { .addresses([$0]) }
        answer[.domainName] = configuration.dnsDomain.map { .domains([$0]) }
        answer[.dnsServer] = nameservers(configuration)
        if !hostRoutes.isEmpty {
            // A client that gets classless routes ignores the router option (RFC 3442), so the default route is among
            // them.
            var routes = hostRoutes.compactMap { DHCPRoute($0.destination, $0.nexthop) }
            if let gatewayIP, let all = DHCPRoute(.all4, gatewayIP) { routes.append(all) }
            answer[.routes] = .routes(routes)
        }
        return answer
    }

    private func dhcpv6(keeping old: DHCPAnswer, _ configuration: NetworkStoreConfiguration) -> DHCPAnswer {
        var answer = DHCPAnswer(.v6)
        answer[.serverID6] = old[.serverID6] ?? .mac(configuration.newMAC())
        answer[.dnsServer6] = nameservers(configuration)
        answer[.stateless6] = ipv6AddressMode == .dhcpv6Stateless ? .flag(true) : nil
        return answer
    }

    /// The subnet's servers or else the configured ones; none where one is the unspecified address, Neutron's way to
    /// opt out.
    private func nameservers(_ configuration: NetworkStoreConfiguration) -> DHCPValue? {
        let servers =
            dnsNameservers.isEmpty ? configuration.nameservers.filter { $0.version == ipVersion } : dnsNameservers
        guard !servers.isEmpty, servers.allSatisfy({ $0.bits != 0 }) else { return nil }
        return .addresses(servers)
    }

    /// A link-local address (RFC 3927), which no subnet has.
    private static let serverWithoutGateway = IPAddress.v4(IPv4Address(bits: 0xa9fe_0001))
}

extension DHCPRoute {
    /// Nil unless both are IPv4.
    fileprivate init?(_ destination: IPPrefix, _ nexthop: IPAddress) {
        guard case .v4(let nexthop) = nexthop else { return nil }
        self.init(destination, nexthop: nexthop)
    }
}

extension IPPrefix {
    /// Where a default route leads.
    fileprivate static let all4 = IPPrefix.all(.v4)
}
