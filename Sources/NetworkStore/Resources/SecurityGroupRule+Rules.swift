import NetAddress
package import NeutronAPI
package import OVNModel
import OVSDB

extension SecurityGroupRule: RuledResource {
    package typealias Row = Northbound.ACL

    package static func ids(in snapshot: Snapshot) -> OrderedIDs<SecurityGroupRule> {
        snapshot.ordered(NorthboundIndexes.ruleOrder, .all)
    }

    package static func row(_ id: ID<SecurityGroupRule>, in snapshot: Snapshot) -> Northbound.ACL? {
        snapshot.northbound.first(NorthboundIndexes.rule, id)
    }

    package func write(to row: inout Row) {
        row.externalIDs[SecurityGroupLayout.ruleID] = id.description
        row.priority = 1_002
        row.direction = direction == .ingress ? "to-lport" : "from-lport"
        row.action = isStateful ? "allow-related" : "allow-stateless"
        row.match = match
    }

    package mutating func read(_ row: Row, in snapshot: Snapshot) { isStateful = row.action != "allow-stateless" }

    package func complete(in draft: inout Draft) throws { try draft.refer(to: self) }

    package static func apply(
        from old: SecurityGroupRule?, to new: inout SecurityGroupRule?, _ given: Given<SecurityGroupRule>,
        in draft: inout Draft
    ) throws {
        let snapshot = try draft.snapshot()
        if let old {
            try draft.stopReferring(to: old.id, of: old.securityGroupID)
            return try draft.touchGroup(old.securityGroupID)
        }
        guard let made = new else { return }
        guard let group = SecurityGroup.find(made.securityGroupID, in: snapshot) else {
            throw SecurityGroup.notFound(made.securityGroupID.description)
        }
        var rule = try made.canonical()
        (rule.text, rule.isStateful) = (made.text ?? "", group.isStateful)
        if let remote = made.remoteGroupID {
            guard let row = SecurityGroup.row(remote, in: snapshot) else {
                throw SecurityGroup.notFound(remote.description)
            }
            draft.expectUnchanged(row)
        }
        if let remote = made.remoteAddressGroupID {
            guard let row = AddressGroup.row(remote, in: snapshot) else {
                throw AddressGroup.notFound(remote.description)
            }
            draft.expectUnchanged(row)
        }
        if let twin = group.rules.first(where: { $0.allowsSame(as: rule) }) {
            throw NeutronError.securityGroupRuleExists(twin.id)
        }
        new = rule
        try draft.touchGroup(group.id)
    }
}

extension SecurityGroupRule {
    /// What the rule allows, for OVN (ovn-sb(5), `Logical_Flow.match`), as ML2/OVN writes it.
    var match: String {
        let isIngress = direction == .ingress
        let version = etherType == .ipv4 ? "ip4" : "ip6"
        let other = "\(version).\(isIngress ? "src" : "dst")"
        var parts = [
            "\(isIngress ? "outport" : "inport") == @\(SecurityGroupLayout.portGroup(securityGroupID))", version,
        ]
        if let normalizedCIDR { parts.append("\(other) == \(normalizedCIDR)") }
        if let remoteGroupID {
            parts.append("\(other) == $\(SecurityGroupLayout.portGroup(remoteGroupID))_\(version)")
        }
        if let remoteAddressGroupID {
            let name = Snapshot.addressGroupSetName(remoteAddressGroupID, etherType == .ipv4 ? .v4 : .v6)
            parts.append("\(other) == $\(name)")
        }
        return (parts + protocolParts).joined(separator: " && ")
    }

    private var protocolParts: [String] {
        guard let ipProtocol else { return [] }
        switch ipProtocol.number {
        case IPProtocol.tcp: return portParts("tcp")
        case IPProtocol.udp: return portParts("udp")
        case IPProtocol.sctp: return portParts("sctp")
        case IPProtocol.icmp, IPProtocol.icmp6:
            let name = etherType == .ipv4 ? "icmp4" : "icmp6"
            return [name] + (portRangeMin.map { ["\(name).type == \($0)"] } ?? [])
                + (portRangeMax.map { ["\(name).code == \($0)"] } ?? [])
        case let number: return ["ip.proto == \(number)"]
        }
    }

    private func portParts(_ name: String) -> [String] {
        switch (portRangeMin, portRangeMax) {
        case (let first?, let last?):
            [name]
                + (first == last ? ["\(name).dst == \(first)"] : ["\(name).dst >= \(first)", "\(name).dst <= \(last)"])
        default: [name]
        }
    }
}

extension Draft {
    mutating func rewriteACL(of rule: SecurityGroupRule, isStateful: Bool) throws {
        guard let row = SecurityGroupRule.row(rule.id, in: try snapshot()) else { return }
        var rule = rule
        rule.isStateful = isStateful
        expectUnchanged(row)
        change(row, to: rule.written(to: row))
    }

    mutating func deleteACL(of rule: ID<SecurityGroupRule>, in group: ID<SecurityGroup>) throws {
        guard let row = SecurityGroupRule.row(rule, in: try snapshot()) else { return }
        try stopReferring(to: rule, of: group)
        delete(row)
    }

    /// Makes the rule's ACL one of its group.
    mutating func refer(to rule: SecurityGroupRule) throws {
        guard let group = SecurityGroup.row(rule.securityGroupID, in: try snapshot()) else { return }
        append(.mutate(Northbound.PortGroup.self, group.id, .insert(into: .acls, [RowID(of: rule.id)])))
    }

    fileprivate mutating func stopReferring(to rule: ID<SecurityGroupRule>, of group: ID<SecurityGroup>) throws {
        let snapshot = try snapshot()
        guard let row = SecurityGroupRule.row(rule, in: snapshot), let group = SecurityGroup.row(group, in: snapshot)
        else { return }
        append(.mutate(Northbound.PortGroup.self, group.id, .delete(from: .acls, [row.id])))
    }

    /// A group whose rules change has a new revision: of two concurrent changes one is planned again.
    fileprivate mutating func touchGroup(_ id: ID<SecurityGroup>) throws {
        guard let row = SecurityGroup.row(id, in: try snapshot()),
            var standard = StandardAttributes(externalIDs: row.externalIDs)
        else { return }
        touch(&standard)
        var changed = row
        standard.write(to: &changed.externalIDs)
        expectUnchanged(row)
        change(row, to: changed)
    }
}

extension Snapshot {
    /// The rules of a group, in the order of their identifiers.
    func rules(of group: ID<SecurityGroup>) -> [SecurityGroupRule] { rules(NorthboundIndexes.rulesOfGroup, group) }

    /// The rules whose other side are the members of a group.
    func rules(naming group: ID<SecurityGroup>) -> [SecurityGroupRule] {
        rules(NorthboundIndexes.rulesNamingGroup, group)
    }

    private func rules(
        _ index: Index<Northbound.ACL, ID<SecurityGroup>>, _ group: ID<SecurityGroup>
    ) -> [SecurityGroupRule] {
        northbound.rows(index, group).compactMap { row in
            row.ruleID.flatMap { SecurityGroupRule($0, row, in: self) }
        }
        .sorted { $0.id < $1.id }
    }
}
