package import NeutronAPI
package import OVNModel
package import OVSDB

/// A security group is a port group of OVN, its rules are the port group's ACLs.
extension SecurityGroup: RuledResource {
    package typealias Row = Northbound.PortGroup

    /// Neutron counts the rules that it is made with.
    package static var firstRevision: Int { 1 }

    package static func ids(in snapshot: Snapshot) -> OrderedIDs<SecurityGroup> {
        snapshot.ordered(NorthboundIndexes.groupOrder, .all)
    }

    package static func row(_ id: ID<SecurityGroup>, in snapshot: Snapshot) -> Northbound.PortGroup? {
        snapshot.northbound.first(NorthboundIndexes.group, id)
    }

    package mutating func read(_ row: Row, in snapshot: Snapshot) {
        rules = snapshot.rules(of: id)
        shared = row.externalIDs[SharingLayout.shared] || snapshot.isGranted(id)
    }

    package func write(to row: inout Row) {
        row.name = SecurityGroupLayout.portGroup(id)
        row.externalIDs[SecurityGroupLayout.id] = id.description
    }

    package static func apply(
        from old: SecurityGroup?, to new: inout SecurityGroup?, _ given: Given<SecurityGroup>, in draft: inout Draft
    ) throws {
        switch (old, new) {
        case (nil, let made?):
            let project = made.standard.projectID
            if !made.isDefault { _ = try draft.defaultGroup(of: project) }
            let rules = SecurityGroupRule.EtherType.allCases.count * (made.isDefault ? 2 : 1)
            try draft.takeQuota(rules, of: SecurityGroupRule.memberName, for: project)
        case (let old?, let changed?):
            if old.isDefault, given.has("name") { throw NeutronError.securityGroupCannotUpdateDefault }
            guard old.isStateful != changed.isStateful else { return }
            try draft.expectNoPorts(in: old.id)
            for rule in old.rules { try draft.rewriteACL(of: rule, isStateful: changed.isStateful) }
        case (let old?, nil):
            try draft.expectNoPorts(in: old.id)
            for rule in old.rules { try draft.deleteACL(of: rule.id, in: old.id) }
            // As Neutron does, the rules of other groups that name it go too.
            for rule in try draft.snapshot().rules(naming: old.id) where rule.securityGroupID != old.id {
                try draft.deleteACL(of: rule.id, in: rule.securityGroupID)
            }
        case (nil, nil): break
        }
    }

    /// Everything may leave; what comes from members of a default group may enter.
    package mutating func complete(in draft: inout Draft) throws {
        for etherType in SecurityGroupRule.EtherType.allCases {
            for direction in isDefault ? SecurityGroupRule.Direction.allCases : [.egress] {
                var rule = SecurityGroupRule(
                    id: .random(), standard: draft.created(standard.projectID, "", revision: 0))
                (rule.securityGroupID, rule.direction, rule.etherType) = (id, direction, etherType)
                if direction == .ingress { rule.remoteGroupID = id }
                rule.isStateful = isStateful
                draft.insert(rule.written(to: Northbound.ACL(id: RowID(of: rule.id))))
                try draft.refer(to: rule)
                rules.append(rule)
            }
        }
        rules.sort { $0.id < $1.id }
    }
}

extension SecurityGroup: Sharable {
    package static var objectType: RBACPolicy.ObjectType { .securityGroup }
    package static var sharedRows: Index<Row, SharedKey> { NorthboundIndexes.sharedGroup }

    package static func id(of row: Row) -> ID<SecurityGroup>? { row.groupID }

    package static func users(of id: ID<SecurityGroup>, in snapshot: Snapshot) -> Set<String> {
        Set(snapshot.northbound.rows(NorthboundIndexes.portsOfGroup, id).map { $0.externalIDs[Layout.projectID] })
    }
}

extension NetworkStore {
    /// The default group of a project, which is made where there is none.
    @discardableResult
    package func defaultGroup(of project: String) async throws -> ID<SecurityGroup> {
        if let id = snapshot().defaultGroup(of: project) { return id }
        return try await change { draft in try draft.defaultGroup(of: project) }
    }
}

extension Draft {
    /// The default group of a project. Of concurrent requests that find none one makes it.
    mutating func defaultGroup(of project: String) throws -> ID<SecurityGroup> {
        if let id = try snapshot().defaultGroup(of: project) { return id }
        let keys: StringMap = [SecurityGroupLayout.defaultKey: "true", Layout.projectID.name: project]
        append(
            .wait(
                on: Northbound.PortGroup.tableName, where: [Condition("external_ids", .includes, keys.value)],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
        var group = SecurityGroup(
            id: .random(),
            standard: created(project, "Default security group", revision: SecurityGroup.firstRevision))
        (group.name, group.isDefault) = (SecurityGroup.defaultName, true)
        return try SecurityGroup.insert(group, in: &self).id
    }

    /// Refuses, and fails the transaction, while ports are in the group.
    fileprivate mutating func expectNoPorts(in id: ID<SecurityGroup>) throws {
        let snapshot = try snapshot()
        guard snapshot.northbound.count(NorthboundIndexes.portsOfGroup, id) == 0 else {
            throw NeutronError.securityGroupInUse(id)
        }
        guard let row = SecurityGroup.row(id, in: snapshot) else { return }
        append(.wait(row, columns: [.ports]))
    }
}

extension Snapshot {
    package func defaultGroup(of project: String) -> ID<SecurityGroup>? {
        northbound.first(NorthboundIndexes.defaultGroup, project)?.groupID
    }
}
