import JSONCoding
package import NetAddress

extension Port: Resource {
    package static var memberName: String { "port" }
    package static var collectionName: String { "ports" }
    package static func notFound(_ id: String) -> NeutronError { .portNotFound(id) }

    package static let attributes = AttributeTable<Port>(
        [.identifier("id", []) { $0.id }, .text("name", [.create, .update]) { $0.name }]
            + Attribute.project + own + Attribute.standard)

    private static let own: [Attribute<Port>] = [
        .identifier("network_id", .create) { $0.networkID },
        .boolean("admin_state_up", [.create, .update]) { $0.adminStateUp },
        .text("status", []) { $0.status.rawValue },
        Attribute(
            "mac_address", [.create, .update],
            write: { $1.value($0.macAddress) },
            filter: { texts in
                let wanted = Set(texts.compactMap { MACAddress(neutron: $0) })
                return { wanted.contains($0.macAddress) }
            },
            sortKey: { .words(0, $0.macAddress.bits) }),
        Attribute("fixed_ips", [.create, .update], write: writeFixedIPs, filter: filterFixedIPs),
        .text("device_id", [.create, .update]) { $0.deviceID },
        .text("device_owner", [.create, .update]) { $0.deviceOwner },
        .boolean("port_security_enabled", [.create, .update]) { $0.portSecurityEnabled },
        .other("allowed_address_pairs", [.create, .update]) { port, writer in
            writer.array(port.allowedAddressPairs) { writer, pair in
                writer.object {
                    $0.name("ip_address")
                    $0.value(pair.text)
                    $0.name("mac_address")
                    $0.value(pair.macAddress ?? port.macAddress)
                }
            }
        },
        Attribute(
            "security_groups", [.create, .update],
            write: { port, writer in writer.array(port.securityGroups) { $0.value($1) } },
            filter: { texts in
                let wanted = Set(texts.compactMap { ID<SecurityGroup>($0) })
                return { !wanted.isDisjoint(with: $0.securityGroups) }
            }),
        .other("extra_dhcp_opts", [.create, .update]) { port, writer in
            writer.array(port.extraDHCPOptions) { writer, option in
                writer.object {
                    $0.name("opt_name")
                    $0.value(option.name)
                    $0.name("opt_value")
                    $0.value(option.value)
                    $0.name("ip_version")
                    $0.value(option.ipVersion.rawValue)
                }
            }
        },
        .text("binding:host_id", [.create, .update]) { $0.binding.hostID },
        .text("binding:vnic_type", [.create, .update]) { $0.binding.vnicType.rawValue },
        .other("binding:profile", [.create, .update]) { $1.value($0.binding.profile) },
        .text("binding:vif_type", []) { $0.binding.vifType },
        .other("binding:vif_details", []) { $1.value($0.binding.vifDetails) },
        .text("ip_allocation", []) { $0.fixedIPs.isEmpty ? "none" : "immediate" },
        .other("resource_request", []) { $1.null() },
        .optionalText("qos_policy_id", []) { _ in nil },
        .optionalText("qos_network_policy_id", []) { _ in nil },
        .text("dns_name", [.create, .update]) { $0.names?.name ?? "" },
        .text("dns_domain", [.create, .update]) { $0.names?.domain ?? "" },
        .other("dns_assignment", [], writeAssignment),
        Attribute("trunk_details", [], write: writeTrunk, isShown: { $0.trunk != nil }),
    ]

    @Sendable private static func writeTrunk(_ port: Port, _ writer: inout JSONWriter) {
        guard let trunk = port.trunk else { return writer.null() }
        writer.object {
            $0.name("trunk_id")
            $0.value(trunk.trunkID)
            $0.name("sub_ports")
            $0.subports(trunk.subports)
        }
    }

    /// A name for each address: the port's own, or one made of the address.
    @Sendable private static func writeAssignment(_ port: Port, _ writer: inout JSONWriter) {
        let names = port.names ?? PortDNS()
        writer.array(port.fixedIPs) { writer, fixed in
            writer.object {
                $0.name("ip_address")
                $0.value(fixed.ipAddress)
                $0.name("hostname")
                if names.name.isEmpty {
                    $0.quoted { fixed.ipAddress.writeHostName(to: &$0) }
                } else {
                    $0.value(names.name)
                }
                $0.name("fqdn")
                if names.name.isEmpty {
                    $0.quoted { text in
                        fixed.ipAddress.writeHostName(to: &text)
                        text.append(UInt8(ascii: "."))
                        text.append(contentsOf: names.serverDomain.utf8)
                    }
                } else {
                    $0.value(names.qualifiedName)
                }
            }
        }
    }

    @Sendable private static func writeFixedIPs(_ port: Port, _ writer: inout JSONWriter) {
        writer.array(port.fixedIPs) { writer, fixed in
            writer.object {
                $0.name("subnet_id")
                $0.value(fixed.subnetID)
                $0.name("ip_address")
                $0.value(fixed.ipAddress)
            }
        }
    }

    /// `fixed_ips=subnet_id=…`, `=ip_address=…`, `=ip_address_substr=…`: of values of one kind any must fit, and each kind.
    @Sendable private static func filterFixedIPs(_ texts: [String]) throws(NeutronError) -> Attribute<Port>.Filter {
        var subnets: Set<ID<Subnet>>?
        var addresses: Set<IPAddress>?
        var parts: [String]?
        for text in texts {
            guard let separator = text.firstIndex(of: "="), separator != text.startIndex else {
                throw .invalidInput("'\(text.shortened)' is not of the form <key>=[value]")
            }
            let value = text[text.index(after: separator)...]
            switch text[..<separator] {
            case "subnet_id": subnets = (subnets ?? []).union(ID<Subnet>(value).map { [$0] } ?? [])
            case "ip_address": addresses = (addresses ?? []).union(IPAddress(value).map { [$0] } ?? [])
            case "ip_address_substr": parts = (parts ?? []) + [String(value)]
            default: continue
            }
        }
        return { [subnets, addresses, parts] port in
            (subnets.map { wanted in port.fixedIPs.contains { wanted.contains($0.subnetID) } } ?? true)
                && (addresses.map { wanted in port.fixedIPs.contains { wanted.contains($0.ipAddress) } } ?? true)
                && (parts.map { wanted in
                    port.fixedIPs.contains { fixed in
                        let text = fixed.ipAddress.description
                        return wanted.contains { text.contains($0) }
                    }
                } ?? true)
        }
    }

    /// The addresses of which a port has one that passes the filter `fixed_ips`; nil where it may have any.
    package static func addresses(inFilter texts: [String]) -> Set<IPAddress>? {
        let values = texts.filter { $0.hasPrefix(addressPrefix) }
        return values.isEmpty ? nil : Set(values.compactMap { IPAddress($0.dropFirst(addressPrefix.count)) })
    }

    private static let addressPrefix = "ip_address="

    package static func create(from body: inout RequestReader) throws(NeutronError) -> PortCreate {
        let owner = try body.text("device_owner") ?? ""
        return PortCreate(
            projectID: try body.project(),
            networkID: try body.required("network_id") { json throws(Refusal) in try json.asID(Network.self) },
            name: try body.name() ?? "", description: try body.description() ?? "",
            adminStateUp: try body.boolean("admin_state_up") ?? true,
            macAddress: try body.field("mac_address") { json throws(Refusal) in try json.asMAC() }.value,
            fixedIPs: try body.fixedIPs(), deviceID: try body.text("device_id") ?? "",
            deviceOwner: owner,
            portSecurityEnabled: try body.boolean("port_security_enabled"),
            allowedAddressPairs: try body.allowedAddressPairs() ?? [],
            extraDHCPOptions: (try body.extraDHCPOptions() ?? []).filter { $0.value != nil },
            hostID: try body.hostID() ?? "", vnicType: try body.choice("binding:vnic_type", VNICType.self) ?? .normal,
            profile: try body.profile() ?? [:],
            tags: try tags(body), dnsName: try body.hostName() ?? "", dnsDomain: try body.domain() ?? "",
            securityGroups: try body.securityGroups(), isFiltered: !isContainers(owner))
    }

    /// Whether `owner`, a `device_owner`, is that of containers' ports, which meet everybody on their network unless groups
    /// are named for them.
    package static func isContainers(_ owner: String) -> Bool {
        ["compute:docker", "docker:", "compute:ovn-containers"].contains { owner.hasPrefix($0) }
    }

    private static func tags(_ body: RequestReader) throws(NeutronError) -> [String] {
        let tags = try body.value("tags") { json throws(Refusal) in try Tags.list(json, collectionName) } ?? []
        try Tags.validate(count: tags.count, collectionName)
        return tags.sorted()
    }

    package static func update(from body: inout RequestReader) throws(NeutronError) -> PortUpdate {
        let mac = try body.field("mac_address") { json throws(Refusal) in try json.asMAC() }
        var update = PortUpdate(
            name: try body.name(), description: try body.description(),
            adminStateUp: try body.boolean("admin_state_up"),
            macAddress: mac.value, fixedIPs: try body.fixedIPs(), deviceID: try body.text("device_id"),
            deviceOwner: try body.text("device_owner"), portSecurityEnabled: try body.boolean("port_security_enabled"),
            allowedAddressPairs: try body.allowedAddressPairs(), extraDHCPOptions: try body.extraDHCPOptions(),
            hostID: try body.hostID(), vnicType: try body.choice("binding:vnic_type", VNICType.self),
            profile: try body.profile(), dnsName: try body.hostName(), dnsDomain: try body.domain(),
            securityGroups: try body.securityGroups())
        update.regeneratesMAC = mac == .null
        return update
    }
}

extension IPAddress {
    /// `host-10-0-0-5`
    fileprivate func writeHostName(to text: inout [UInt8]) {
        text.append(contentsOf: "host-".utf8)
        for byte in description.utf8 {
            text.append(byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") ? UInt8(ascii: "-") : byte)
        }
    }
}
