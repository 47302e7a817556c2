import NeutronAPI
import OVNModel
import OVSDB

// The ACLs of networks created by us, and the exemptions of single ports.
extension Draft {
    /// Adds a network's rule if missing. A network of an earlier release gets it with its next port.
    mutating func ensureInfrastructureRule(of network: Northbound.LogicalSwitch) throws {
        guard network.isOfOurMaking, let id = network.networkID else { return }
        let rule = Northbound.ACL.infrastructure(of: id)
        guard let present = try snapshot().infrastructureRule(of: id) else { return insert(rule, into: network) }
        let row = present.saying(rule)
        guard row != present else { return }
        append(.update(row, columns: [.direction, .action, .priority, .match]))
    }

    /// Adds or removes a port's exemption from its network's rule, as needed.
    mutating func keepExemption(of port: Northbound.LogicalSwitchPort) throws {
        let snapshot = try snapshot()
        guard let id = port.portID, let networkID = port.networkID, let network = snapshot.logicalSwitch(networkID),
            network.isOfOurMaking
        else { return }
        switch (port.isExempt, snapshot.exemption(of: id)) {
        case (true, nil): insert(.exemption(of: id, on: networkID), into: network)
        case (false, let present?): delete(present, from: network)
        case (true, _?), (false, nil): break
        }
    }

    /// Deletes the exemption of a port that is deleted.
    mutating func deleteExemption(of port: Northbound.LogicalSwitchPort) throws {
        let snapshot = try snapshot()
        guard let id = port.portID, let present = snapshot.exemption(of: id), let network = port.networkID,
            let row = snapshot.logicalSwitch(network)
        else { return }
        delete(present, from: row)
    }

    /// Adds everything that ``Snapshot/hasRules(_:)`` requires.
    mutating func ensureRules(of id: ID<Network>) throws {
        guard let network = try snapshot().logicalSwitch(id) else { return }
        try ensureInfrastructureRule(of: network)
        for port in try snapshot().portRows(of: id) {
            guard let portID = port.portID, (try snapshot().exemption(of: portID) != nil) != port.isExempt else {
                continue
            }
            expectUnchanged(port)
            try keepExemption(of: port)
        }
    }

    /// Of concurrent requests that find it missing one inserts it.
    private mutating func insert(_ rule: Northbound.ACL, into network: Northbound.LogicalSwitch) {
        append(
            .wait(
                on: Northbound.ACL.tableName, where: [Condition("_uuid", .equal, .atom(.uuid(rule.id)))],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
        insert(rule)
        append(.mutate(Northbound.LogicalSwitch.self, network.id, .insert(into: .acls, [rule.id])))
    }

    private mutating func delete(_ rule: Northbound.ACL, from network: Northbound.LogicalSwitch) {
        append(.mutate(Northbound.LogicalSwitch.self, network.id, .delete(from: .acls, [rule.id])))
        delete(rule)
    }
}
