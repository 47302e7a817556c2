package import JSONCoding
import NetAddress
package import NeutronAPI

extension Port: NeutronResource {
    package init(wire: WireObject) throws {
        self.init(
            id: try wire.required("id", { ID<Port>($0) }),
            networkID: try wire.required("network_id", { ID<Network>($0) }), name: wire.string("name"),
            standard: try wire.standardAttributes,
            adminStateUp: wire.boolean("admin_state_up", default: true),
            status: ResourceStatus(rawValue: wire.string("status")) ?? .down,
            macAddress: try wire.required("mac_address", { MACAddress($0) }),
            fixedIPs: try wire.objects("fixed_ips").map {
                FixedIP(
                    subnetID: try $0.required("subnet_id", { ID<Subnet>($0) }),
                    ipAddress: try $0.required("ip_address", { IPAddress($0) }))
            },
            deviceID: wire.string("device_id"), deviceOwner: wire.string("device_owner"),
            portSecurityEnabled: wire.boolean("port_security_enabled", default: true),
            allowedAddressPairs: try wire.objects("allowed_address_pairs").map(Self.addressPair),
            extraDHCPOptions: try wire.objects("extra_dhcp_opts").map {
                ExtraDHCPOption(
                    name: try $0.required("opt_name", { $0 }), value: $0.members["opt_value"]?.string,
                    ipVersion: $0.integer("ip_version") == 6 ? .v6 : .v4)
            },
            binding: PortBinding(
                hostID: wire.string("binding:host_id"),
                vnicType: VNICType(rawValue: wire.string("binding:vnic_type")) ?? .normal,
                profile: wire.members["binding:profile"]?.object ?? [:],
                vifType: try wire.optional("binding:vif_type", { $0 }) ?? "unbound",
                vifDetails: wire.members["binding:vif_details"]?.object ?? [:]),
            trunk: try wire.trunkDetails,
            names: wire.members["dns_name"]?.string.map {
                PortDNS(name: $0, domain: wire.string("dns_domain"))
            })
        securityGroups = wire.strings("security_groups").compactMap { ID($0) }
    }

    private static func addressPair(_ wire: WireObject) throws -> AllowedAddressPair {
        let text = try wire.required("ip_address", { $0 })
        let mac = try wire.optional("mac_address", { MACAddress($0) })
        if let address = IPAddress(text) { return AllowedAddressPair(address: address, macAddress: mac) }
        let block = try wire.required("ip_address", { InterfaceAddress($0) })
        return AllowedAddressPair(address: block.address, length: block.length, macAddress: mac)
    }
}

extension PortCreate: NeutronCreate {
    package typealias Resource = Port

    package var wire: [String: JSON] {
        var members: [String: JSON] = ["network_id": .string("\(networkID)"), "name": .string(name)]
        if !projectID.isEmpty { members["tenant_id"] = .string(projectID) }
        if !description.isEmpty { members["description"] = .string(description) }
        if !adminStateUp { members["admin_state_up"] = false }
        if let macAddress { members["mac_address"] = .string("\(macAddress)") }
        if let fixedIPs { members["fixed_ips"] = .array(fixedIPs.map(\.wire)) }
        if !deviceID.isEmpty { members["device_id"] = .string(deviceID) }
        if !deviceOwner.isEmpty { members["device_owner"] = .string(deviceOwner) }
        if let portSecurityEnabled { members["port_security_enabled"] = .boolean(portSecurityEnabled) }
        if !allowedAddressPairs.isEmpty {
            members["allowed_address_pairs"] = .array(allowedAddressPairs.map(\.wire))
        }
        if !extraDHCPOptions.isEmpty { members["extra_dhcp_opts"] = .array(extraDHCPOptions.map(\.wire)) }
        if !hostID.isEmpty { members["binding:host_id"] = .string(hostID) }
        if vnicType != .normal { members["binding:vnic_type"] = .string(vnicType.rawValue) }
        if !profile.isEmpty { members["binding:profile"] = .object(profile) }
        if !tags.isEmpty { members["tags"] = .array(tags.map { .string($0) }) }
        if !dnsName.isEmpty { members["dns_name"] = .string(dnsName) }
        if !dnsDomain.isEmpty { members["dns_domain"] = .string(dnsDomain) }
        if let securityGroups { members["security_groups"] = .array(securityGroups.map { .string("\($0)") }) }
        return members
    }
}

extension PortUpdate: NeutronUpdate {
    package typealias Resource = Port

    package var wire: [String: JSON] {
        var members: [String: JSON] = [:]
        members["name"] = name.map { .string($0) }
        members["description"] = description.map { .string($0) }
        members["admin_state_up"] = adminStateUp.map { .boolean($0) }
        members["mac_address"] = macAddress.map { .string("\($0)") }
        members["fixed_ips"] = fixedIPs.map { .array($0.map(\.wire)) }
        members["device_id"] = deviceID.map { .string($0) }
        members["device_owner"] = deviceOwner.map { .string($0) }
        members["port_security_enabled"] = portSecurityEnabled.map { .boolean($0) }
        members["allowed_address_pairs"] = allowedAddressPairs.map { .array($0.map(\.wire)) }
        members["extra_dhcp_opts"] = extraDHCPOptions.map { .array($0.map(\.wire)) }
        members["binding:host_id"] = hostID.map { .string($0) }
        members["binding:vnic_type"] = vnicType.map { .string($0.rawValue) }
        members["binding:profile"] = profile.map { .object($0) }
        members["dns_name"] = dnsName.map { .string($0) }
        members["dns_domain"] = dnsDomain.map { .string($0) }
        members["security_groups"] = securityGroups.map { .array($0.map { .string("\($0)") }) }
        return members
    }
}

extension FixedIPRequest {
    var wire: JSON {
        var members: [String: JSON] = [:]
        members["subnet_id"] = subnetID.map { .string("\($0)") }
        members["ip_address"] = ipAddress.map { .string("\($0)") }
        return .object(members)
    }
}

extension AllowedAddressPair {
    var wire: JSON {
        var members: [String: JSON] = ["ip_address": .string(text)]
        members["mac_address"] = macAddress.map { .string("\($0)") }
        return .object(members)
    }
}

extension ExtraDHCPOption {
    var wire: JSON {
        [
            "opt_name": .string(name), "opt_value": value.map { .string($0) } ?? .null,
            "ip_version": .integer(Int64(ipVersion.rawValue)),
        ]
    }
}
