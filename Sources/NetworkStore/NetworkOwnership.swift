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
        guard let keys = logicalSwitch(id)?.externalIDs, keys[Layout.revision] != nil else { return nil }
        return NetworkOwnership(
            projectID: keys[Layout.projectID], isShared: keys[NetworkLayout.shared],
            isExternal: keys[NetworkLayout.external])
    }
}
