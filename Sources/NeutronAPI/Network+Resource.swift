import JSONCoding

extension Network: Resource {
    package static var memberName: String { "network" }
    package static var collectionName: String { "networks" }
    package static func notFound(_ id: String) -> NeutronError { .networkNotFound(id) }

    package static let attributes = AttributeTable<Network>(
        [.identifier("id", []) { $0.id }, .text("name", [.create, .update]) { $0.name }]
            + Attribute.project + own + Attribute.standard)

    private static let own: [Attribute<Network>] = [
        .boolean("admin_state_up", [.create, .update]) { $0.adminStateUp },
        .integer("mtu", [.create, .update]) { $0.mtu },
        .text("status", []) { $0.status.rawValue },
        Attribute(
            "subnets", [],
            write: { network, writer in writer.array(network.subnets) { $0.value($1) } },
            filter: { texts in
                let wanted = Set(texts.compactMap { ID<Subnet>($0) })
                return { !wanted.isDisjoint(with: $0.subnets) }
            }),
        .boolean("shared", [.create, .update]) { $0.shared },
        .list("availability_zone_hints", [.create]) { $0.availabilityZoneHints },
        // As in ML2/OVN, those that it asked for.
        .list("availability_zones", []) { $0.availabilityZoneHints },
        .boolean("port_security_enabled", [.create, .update]) { $0.portSecurityEnabled },
        .boolean("router:external", []) { $0.external },
        .request("claim_name", [.create]),
        .boolean("is_default", []) { _ in false },
        .boolean("l2_adjacency", []) { _ in true },
        .optionalText("ipv4_address_scope", []) { $0.ipv4AddressScope?.description },
        .optionalText("ipv6_address_scope", []) { $0.ipv6AddressScope?.description },
        .optionalText("qos_policy_id", []) { _ in nil },
        .text("dns_domain", [.create, .update]) { $0.dnsDomain },
        .text("provider:network_type", []) { $0.provider.networkType },
        .optionalText("provider:physical_network", []) { $0.provider.physicalNetwork },
        Attribute(
            "provider:segmentation_id", [],
            write: { if let id = $0.provider.segmentationID { $1.value(id) } else { $1.null() } },
            filter: { texts throws(NeutronError) in
                var wanted: Set<Int?> = []
                for text in texts { wanted.insert(try JSON.string(text).asInteger()) }
                return { [wanted] in wanted.contains($0.provider.segmentationID) }
            }),
    ]

    package static func create(from body: inout RequestReader) throws(NeutronError) -> NetworkCreate {
        let mtu = try mtu(body)
        return NetworkCreate(
            projectID: try body.project(), name: try body.name() ?? "", description: try body.description() ?? "",
            adminStateUp: try body.boolean("admin_state_up") ?? true, shared: try body.boolean("shared") ?? false,
            mtu: mtu == 0 ? nil : mtu, portSecurityEnabled: try body.boolean("port_security_enabled") ?? true,
            claimsName: try body.boolean("claim_name") ?? false, dnsDomain: try body.domain() ?? "",
            availabilityZoneHints: try availabilityZoneHints(body))
    }

    /// What Neutron's column has room for.
    private static let maximumHints = 255

    private static func availabilityZoneHints(_ body: RequestReader) throws(NeutronError) -> [String] {
        guard let json = body.member("availability_zone_hints"), json != .null else { return [] }
        let hints = try body.value("availability_zone_hints") { json throws(Refusal) in
            try Tags.list(json, collectionName)
        }
        guard json.description.utf8.count <= maximumHints else {
            throw .invalidInput("Too many availability_zone_hints specified")
        }
        return hints ?? []
    }

    package static func update(from body: inout RequestReader) throws(NeutronError) -> NetworkUpdate {
        NetworkUpdate(
            name: try body.name(), description: try body.description(),
            adminStateUp: try body.boolean("admin_state_up"), shared: try body.boolean("shared"), mtu: try mtu(body),
            portSecurityEnabled: try body.boolean("port_security_enabled"), dnsDomain: try body.domain())
    }

    /// The largest MTU that an Ethernet interface of Linux can have.
    private static let maximumMTU = 65_535

    private static func mtu(_ body: RequestReader) throws(NeutronError) -> Int? {
        guard let mtu = try body.integer("mtu") else { return nil }
        if mtu < 0 { throw .badRequest("Invalid input for mtu. Reason: '\(mtu)' should be non-negative.") }
        if mtu > maximumMTU {
            throw .badRequest(
                "Invalid input for mtu. Reason: '\(mtu)' is too large - must be no larger than '\(maximumMTU)'.")
        }
        return mtu
    }
}
