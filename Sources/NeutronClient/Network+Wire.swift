package import JSONCoding
package import NeutronAPI

extension Network: NeutronResource {
    package init(wire: WireObject) throws {
        self.init(
            id: try wire.required("id", { ID<Network>($0) }), name: wire.string("name"),
            standard: try wire.standardAttributes,
            adminStateUp: wire.boolean("admin_state_up", default: true),
            status: ResourceStatus(rawValue: wire.string("status")) ?? .active,
            shared: wire.boolean("shared", default: false), external: wire.boolean("router:external", default: false),
            subnets: wire.strings("subnets").compactMap { ID<Subnet>($0) },
            mtu: wire.integer("mtu") ?? 0,
            portSecurityEnabled: wire.boolean("port_security_enabled", default: true),
            provider: Provider(
                networkType: wire.string("provider:network_type"),
                physicalNetwork: wire.members["provider:physical_network"]?.string,
                segmentationID: wire.integer("provider:segmentation_id")),
            availabilityZoneHints: wire.strings("availability_zone_hints"), dnsDomain: wire.string("dns_domain"))
        ipv4AddressScope = try wire.optional("ipv4_address_scope", { ID<AddressScope>($0) })
        ipv6AddressScope = try wire.optional("ipv6_address_scope", { ID<AddressScope>($0) })
    }
}

extension NetworkCreate: NeutronCreate {
    package typealias Resource = Network

    package var wire: [String: JSON] {
        var members: [String: JSON] = ["name": .string(name)]
        if !projectID.isEmpty { members["tenant_id"] = .string(projectID) }
        if !description.isEmpty { members["description"] = .string(description) }
        if !adminStateUp { members["admin_state_up"] = false }
        if shared { members["shared"] = true }
        if let mtu { members["mtu"] = .integer(Int64(mtu)) }
        if !portSecurityEnabled { members["port_security_enabled"] = false }
        if claimsName { members["claim_name"] = true }
        if !dnsDomain.isEmpty { members["dns_domain"] = .string(dnsDomain) }
        return members
    }
}
