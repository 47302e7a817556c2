import NeutronAPI
import OVNModel
import OVSDB

// A trunk consists of keys of its parent's row, and the ports whose rows name it.
extension Trunk {
    /// Nil if the row is not a trunk's parent.
    init?(parent row: Northbound.LogicalSwitchPort, in snapshot: Snapshot) {
        let keys = row.externalIDs
        guard let port = row.portID, let id = keys[TrunkLayout.id] else { return nil }
        self.init(
            id: id, name: keys[TrunkLayout.name],
            standard: StandardAttributes(
                projectID: keys[TrunkLayout.projectID], description: keys[TrunkLayout.description],
                tags: keys[TrunkLayout.tags], revision: keys[TrunkLayout.revision],
                createdAt: keys[TrunkLayout.createdAt], updatedAt: keys[TrunkLayout.updatedAt]),
            adminStateUp: keys[TrunkLayout.adminStateUp], status: row.up == true ? .active : .down, portID: port,
            subports: snapshot.subports(of: id, parent: port))
    }

    /// Writes everything but the subports, which are in their own rows.
    func write(to keys: inout StringMap) {
        keys[TrunkLayout.id] = id
        keys[TrunkLayout.name] = name
        keys[TrunkLayout.projectID] = standard.projectID
        keys[TrunkLayout.description] = standard.description
        keys[TrunkLayout.tags] = standard.tags
        keys[TrunkLayout.revision] = standard.revision
        keys[TrunkLayout.createdAt] = standard.createdAt
        keys[TrunkLayout.updatedAt] = standard.updatedAt
        keys[TrunkLayout.adminStateUp] = adminStateUp
    }

    /// Removes what ``write(to:)`` writes. The parent's generation stays.
    static func erase(from keys: inout StringMap) {
        for name in TrunkLayout.names { keys[name] = nil }
    }
}

extension Snapshot {
    /// The subports of a trunk in the order of their tags.
    func subports(of trunk: ID<Trunk>, parent: ID<Port>, withMAC: Bool = false) -> [Subport] {
        northbound.rows(NorthboundIndexes.portsOfParent, parent).compactMap { row in
            guard row.externalIDs[SubportLayout.trunkID] == trunk, let id = row.portID, let tag = row.tag else {
                return nil
            }
            return Subport(portID: id, segmentationID: tag, macAddress: withMAC ? row.macAddress : nil)
        }
        .sorted { $0.segmentationID < $1.segmentationID }
    }
}
