package import NeutronAPI
import OVNModel
import OVSDB

/// Who may use a network.
package struct NetworkOwnership: Hashable, Sendable {
    package var projectID: String
    /// By every project.
    package var isShared: Bool
    /// By every project, as the gateway of routers.
    package var isExternal: Bool

    package init(projectID: String, isShared: Bool, isExternal: Bool) {
        self.projectID = projectID
        self.isShared = isShared
        self.isExternal = isExternal
    }
}

extension Snapshot {
    /// Who may use a network; a fraction of the cost of ``network(_:)``. Nil if there is none.
    package func ownership(of id: ID<Network>) -> NetworkOwnership? {
        logicalSwitch(id).flatMap { NetworkOwnership($0) }
    }
}

extension NetworkOwnership {
    /// Nil where the row is not ours.
    init?(_ row: Northbound.LogicalSwitch) {
        guard row.isOurs else { return nil }
        let keys = row.externalIDs
        self.init(
            projectID: keys[Layout.projectID], isShared: keys[NetworkLayout.shared],
            isExternal: keys[NetworkLayout.external])
    }
}
