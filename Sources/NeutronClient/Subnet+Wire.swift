package import JSONCoding
import NetAddress
package import NeutronAPI

extension Subnet: NeutronResource {
    package init(wire: WireObject) throws {
        self.init(
            id: try wire.required("id", { ID<Subnet>($0) }),
            networkID: try wire.required("network_id", { ID<Network>($0) }), name: wire.string("name"),
            standard: try wire.standardAttributes,
            cidr: try wire.required("cidr", { IPPrefix($0) }),
            poolID: try wire.optional("subnetpool_id", { ID<SubnetPool>($0) }),
            gatewayIP: try wire.optional("gateway_ip", { IPAddress($0) }),
            allocationPools: try wire.objects("allocation_pools").map { pool in
                let first = try pool.required("start", { IPAddress($0) })
                return try pool.required("end", { text in IPAddress(text).flatMap { IPRange(first, $0) } })
            },
            dnsNameservers: wire.strings("dns_nameservers").compactMap { IPAddress($0) },
            hostRoutes: try wire.objects("host_routes").map {
                HostRoute(
                    destination: try $0.required("destination", { IPPrefix($0) }),
                    nexthop: try $0.required("nexthop", { IPAddress($0) }))
            },
            enableDHCP: wire.boolean("enable_dhcp", default: true),
            ipv6RAMode: try wire.optional("ipv6_ra_mode", { IPv6Mode(rawValue: $0) }),
            ipv6AddressMode: try wire.optional("ipv6_address_mode", { IPv6Mode(rawValue: $0) }))
    }
}

extension SubnetCreate: NeutronCreate {
    package typealias Resource = Subnet

    package var wire: [String: JSON] {
        var members: [String: JSON] = [
            "network_id": .string("\(networkID)"), "name": .string(name),
            "ip_version": .integer(Int64(ipVersion.rawValue)),
        ]
        if let cidr { members["cidr"] = .string("\(cidr)") }
        switch pool {
        case .pool(let id): members["subnetpool_id"] = .string("\(id)")
        case .standard: members["use_default_subnetpool"] = true
        case nil: break
        }
        if let prefixLength { members["prefixlen"] = .integer(Int64(prefixLength)) }
        if !projectID.isEmpty { members["tenant_id"] = .string(projectID) }
        if !description.isEmpty { members["description"] = .string(description) }
        switch gatewayIP {
        case .absent: break
        case .null: members["gateway_ip"] = .null
        case .value(let address): members["gateway_ip"] = .string("\(address)")
        }
        if let allocationPools {
            members["allocation_pools"] = .array(
                allocationPools.map { ["start": .string("\($0.first)"), "end": .string("\($0.last)")] })
        }
        if !dnsNameservers.isEmpty { members["dns_nameservers"] = .array(dnsNameservers.map { .string("\($0)") }) }
        if !hostRoutes.isEmpty {
            members["host_routes"] = .array(
                hostRoutes.map { ["destination": .string("\($0.destination)"), "nexthop": .string("\($0.nexthop)")] })
        }
        if !enableDHCP { members["enable_dhcp"] = false }
        if let ipv6RAMode { members["ipv6_ra_mode"] = .string(ipv6RAMode.rawValue) }
        if let ipv6AddressMode { members["ipv6_address_mode"] = .string(ipv6AddressMode.rawValue) }
        return members
    }
}
