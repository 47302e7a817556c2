import JSONCoding
package import NetAddress

/// One kind of packets that a security group allows.
package struct SecurityGroupRule: Hashable, Sendable {
    package var id: ID<SecurityGroupRule>
    /// Its description is not used: see ``text``.
    package var standard: StandardAttributes
    package var securityGroupID = ID<SecurityGroup>(high: 0, low: 0)
    package var direction = Direction.ingress
    package var etherType = EtherType.ipv4
    /// A name or a number; nil for any.
    package var ipProtocol: IPProtocol?
    /// Of ICMP the type.
    package var portRangeMin: Int?
    /// Of ICMP the code.
    package var portRangeMax: Int?
    /// As the request has it: the bits of the host stay.
    package var remoteIPPrefix: InterfaceAddress?
    package var remoteGroupID: ID<SecurityGroup>?
    package var remoteAddressGroupID: ID<AddressGroup>?
    /// The description; nil for a rule that was made with its group.
    package var text: String?
    /// Whether answers to what it allows are allowed too: its group's.
    package var isStateful = true

    package init(id: ID<SecurityGroupRule>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }

    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case ingress, egress
    }

    package enum EtherType: String, Hashable, Sendable, CaseIterable {
        case ipv4 = "IPv4"
        case ipv6 = "IPv6"
    }

    /// The addresses that ``remoteIPPrefix`` stands for.
    package var normalizedCIDR: IPPrefix? { remoteIPPrefix?.prefix }
}

extension SecurityGroupRule: DeclaredResource {
    package static var memberName: String { "security_group_rule" }
    package static var collectionName: String { "security_group_rules" }

    package static let attributes = AttributeTable<SecurityGroupRule>(
        [
            .id,
            Attribute(
                "security_group_id", \.securityGroupID, .named(), .create, key: "neutron:security_group_id",
                isRequired: true),
            Attribute("ethertype", \.etherType, .etherType, .create, key: "neutron:ethertype"),
            Attribute("direction", \.direction, .choice(), .create, key: "neutron:direction", isRequired: true),
            Attribute("protocol", \.ipProtocol, .optional(.ipProtocol), .create, key: "neutron:protocol"),
            Attribute("port_range_min", \.portRangeMin, .optional(.port), .create, key: "neutron:port_range_min"),
            Attribute("port_range_max", \.portRangeMax, .optional(.port), .create, key: "neutron:port_range_max"),
            Attribute(
                "remote_ip_prefix", \.remoteIPPrefix, .optional(.remotePrefix), .create,
                key: "neutron:remote_ip_prefix"),
            Attribute(
                "remote_address_group_id", \.remoteAddressGroupID, .optional(.named()), .create,
                key: "neutron:remote_address_group_id"),
            .optionalText("normalized_cidr", []) { $0.normalizedCIDR?.description },
            Attribute(
                "remote_group_id", \.remoteGroupID, .optional(.named()), .create, key: "neutron:remote_group_id"),
            Attribute(
                "description", \.text, .optional(.text(isBlock: true)), .create, key: "neutron:rule_description"),
        ] + Attribute.project + Attribute.timed)

    package static func notFound(_ id: String) -> NeutronError {
        NeutronError(
            status: 404, type: "SecurityGroupRuleNotFound", message: "Security group rule \(id) does not exist")
    }

    package static func check(_ made: Self, _ given: Given<Self>) throws(NeutronError) {
        _ = try made.canonical()
    }
}

extension Kind {
    /// Another resource's identifier. A text that is none names a resource that there is not.
    fileprivate static func named<Other: Resource>(_ type: Other.Type = Other.self) -> Self where Value == ID<Other> {
        Self.id(Other.self).reading { json, name throws(NeutronError) in
            guard let text = json.string else {
                throw .invalidInput(for: name, Refusal("'\(json.shown)' is not a valid UUID"))
            }
            guard let id = ID<Other>(text) else { throw Other.notFound(json.shown) }
            return id
        }
    }
}

extension Kind<SecurityGroupRule.EtherType> {
    /// In any case.
    fileprivate static var etherType: Self {
        Self.choice().reading { json, _ throws(NeutronError) in
            let word = json.string?.lowercased()
            guard let type = SecurityGroupRule.EtherType.allCases.first(where: { $0.rawValue.lowercased() == word })
            else {
                throw NeutronError(
                    status: 400, type: "SecurityGroupRuleInvalidEtherType",
                    message: "Security group rule for ethertype '\(json.shown)' not supported. "
                        + "Allowed values are ['IPv4', 'IPv6'].")
            }
            return type
        }
    }
}

extension Kind<Int> {
    /// 0…65,535.
    fileprivate static var port: Self {
        Kind<Int>.integer().reading { json, _ throws(NeutronError) in
            let refusal = NeutronError(
                status: 400, type: "SecurityGroupInvalidPortValue", message: "Invalid value for port \(json.shown)")
            guard json != .boolean(true), json != .boolean(false) else { throw refusal }
            do throws(NeutronError) {
                let number = try json.asInteger()
                if 0...65_535 ~= number { return number }
            } catch { throw refusal }
            throw refusal
        }
    }
}

extension Kind<InterfaceAddress> {
    /// An address with or without a length; bits of the host may be set.
    fileprivate static var remotePrefix: Self {
        Self(
            read: { json, _ throws(NeutronError) in
                if let text = json.string {
                    if let block = InterfaceAddress(text) { return block }
                    if let address = IPAddress(text) {
                        if let block = InterfaceAddress(address, length: address.version.width) { return block }
                    }
                }
                throw NeutronError(
                    status: 400, type: "InvalidCIDR", message: "Invalid CIDR \(json.shown) given as IP prefix.")
            },
            json: { .string($0.description) },
            filter: { texts in
                let wanted = Set(texts)
                return { wanted.contains($0.description) }
            },
            sortKey: { .text($0.description) }, parse: { InterfaceAddress($0) }, write: \.description)
    }
}
