import IPAM
import NetAddress
import NeutronAPI
import OVSDB

/// What OVN answers to a DHCP client, written as ML2/OVN writes it (ovn-nb(5), table DHCP_Options).
extension Subnet {
    /// The options of the subnet's row: none while DHCP is off.
    ///
    /// - Parameter old: the row's options up to now; the server's MAC, drawn at random at first, is kept from them.
    func dhcpOptions(mtu: Int, keeping old: StringMap, _ configuration: NetworkStoreConfiguration) -> StringMap {
        guard enableDHCP else { return [:] }
        return ipVersion == .v4
            ? dhcpv4Options(mtu: mtu, keeping: old, configuration) : dhcpv6Options(keeping: old, configuration)
    }

    private func dhcpv4Options(mtu: Int, keeping old: StringMap, _ configuration: NetworkStoreConfiguration)
        -> StringMap
    {
        var options: StringMap = [
            // Without a gateway the server needs an address too: it is only named, never asked.
            "server_id": gatewayIP?.description ?? Self.serverWithoutGateway.description,
            "server_mac": old["server_mac"] ?? configuration.newMAC().description,
            "lease_time": String(configuration.dhcpLeaseTime),
            "mtu": String(mtu),
        ]
        options["router"] = gatewayIP?.description
        options["domain_name"] = configuration.dhcpDomainName
        options["dns_server"] = nameservers(configuration)
        if !hostRoutes.isEmpty {
            // A client that is told routes ignores the router (RFC 3442), so the default route is among them.
            var routes = hostRoutes.map { "\($0.destination),\($0.nexthop)" }
            if let gatewayIP { routes.append("0.0.0.0/0,\(gatewayIP)") }
            options["classless_static_route"] = "{\(routes.joined(separator: ", "))}"
        }
        return options
    }

    private func dhcpv6Options(keeping old: StringMap, _ configuration: NetworkStoreConfiguration) -> StringMap {
        var options: StringMap = ["server_id": old["server_id"] ?? configuration.newMAC().description]
        options["dns_server"] = nameservers(configuration)
        options["dhcpv6_stateless"] = ipv6AddressMode == .dhcpv6Stateless ? "true" : nil
        return options
    }

    /// The subnet's servers or else the configured ones; none where one is the unspecified address, which is how a subnet says so.
    private func nameservers(_ configuration: NetworkStoreConfiguration) -> String? {
        let servers =
            dnsNameservers.isEmpty ? configuration.nameservers.filter { $0.version == ipVersion } : dnsNameservers
        guard !servers.isEmpty, servers.allSatisfy({ $0.bits != 0 }) else { return nil }
        return "{\(servers.map(\.description).joined(separator: ", "))}"
    }

    /// A link-local address (RFC 3927), which no subnet's members have.
    private static let serverWithoutGateway = IPAddress.v4(IPv4Address(bits: 0xa9fe_0001))
}
