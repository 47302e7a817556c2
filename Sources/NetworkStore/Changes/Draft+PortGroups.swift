import NeutronAPI
import OVNModel
import OVSDB

// The groups of a port: its key names them, and the port groups have its row. OVN takes a deleted row out by itself.
extension Draft {
    /// Checks the groups that a request names for a port; nil: the default group of its project, if
    /// `isFiltered`.
    mutating func takeGroups(_ groups: [ID<SecurityGroup>]?, isFiltered: Bool, for port: inout Port) throws {
        // Those of the network itself have none, and no port security.
        if port.isTrusted { return }
        guard port.portSecurityEnabled else {
            if groups?.isEmpty == false { throw NeutronError.portSecurityRequiredForSecurityGroups }
            return
        }
        guard isFiltered || groups?.isEmpty == false else { return }
        port.isFiltered = true
        port.securityGroups = try groups ?? [defaultGroup(of: port.standard.projectID)]
        try check(port.securityGroups)
    }

    /// The same for an update, which leaves the groups alone where it does not name them.
    func takeGroups(of update: PortUpdate, into port: inout Port, from old: Port) throws {
        guard !port.isTrusted else { return }
        if let groups = update.securityGroups {
            guard port.portSecurityEnabled || groups.isEmpty else {
                throw NeutronError.portSecurityRequiredForSecurityGroups
            }
            port.securityGroups = groups
            port.isFiltered = port.portSecurityEnabled
        } else if !port.portSecurityEnabled {
            guard port.securityGroups.isEmpty else { throw NeutronError.portSecurityPortHasSecurityGroup }
            port.isFiltered = false
        } else if !old.portSecurityEnabled {
            port.isFiltered = !Port.isContainers(port.deviceOwner)
        }
    }

    /// Refuses groups that there are not, and both kinds at once.
    mutating func check(_ groups: [ID<SecurityGroup>]) throws {
        let snapshot = try snapshot()
        var kinds: Set<Bool> = []
        for group in groups {
            guard let row = SecurityGroup.row(group, in: snapshot) else {
                throw SecurityGroup.notFound(group.description)
            }
            kinds.insert(row.isStateful)
        }
        guard kinds.count < 2 else { throw NeutronError.securityGroupsOfBothKinds }
    }

    /// Brings the port groups in line with a port's row; `old` are the groups that it is in.
    mutating func rewriteGroups(of row: RowID, from old: [ID<SecurityGroup>]?, to new: [ID<SecurityGroup>]?) throws {
        guard old != new else { return }
        for id in new ?? [] where old?.contains(id) != true {
            guard let group = SecurityGroup.row(id, in: try snapshot()) else { continue }
            // It must not be deleted at the same time, and keep its kind.
            expectUnchanged(group)
            append(.mutate(Northbound.PortGroup.self, group.id, .insert(into: .ports, [row])))
        }
        for id in old ?? [] where new?.contains(id) != true {
            guard let group = SecurityGroup.row(id, in: try snapshot()) else { continue }
            append(.mutate(Northbound.PortGroup.self, group.id, .delete(from: .ports, [row])))
        }
        if (old == nil) != (new == nil) {
            let drop = try dropGroup()
            append(
                .mutate(
                    Northbound.PortGroup.self, drop,
                    new == nil ? .delete(from: .ports, [row]) : .insert(into: .ports, [row])))
        }
    }

    /// The port group whose members get and send no IP but what a security group allows; made where there is none.
    private mutating func dropGroup() throws -> RowID {
        let name = SecurityGroupLayout.dropGroup
        if let row = try snapshot().northbound.first(NorthboundIndexes.portGroupName, name) { return row.id }
        append(
            .wait(
                on: Northbound.PortGroup.tableName, where: [Condition("name", .equal, .atom(.string(name)))],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
        var group = Northbound.PortGroup(id: .random())
        group.name = name
        for (direction, place) in [("from-lport", "inport"), ("to-lport", "outport")] {
            var rule = Northbound.ACL(id: .random())
            (rule.direction, rule.action, rule.priority) = (direction, "drop", 1_001)
            rule.match = "\(place) == @\(name) && ip"
            insert(rule)
            group.acls.append(rule.id)
        }
        insert(group)
        return group.id
    }
}

extension Port {
    /// The security groups whose port groups have the port; nil where it is in none, nor in that of the drop.
    var portGroups: [ID<SecurityGroup>]? { isFiltered ? securityGroups : nil }
}

extension Northbound.PortGroup {
    /// Whether it is a group whose rules let answers pass.
    var isStateful: Bool { externalIDs["neutron:stateful"] != "false" }
}
