package import NeutronAPI
import OVNModel
import OVSDB

/// Who may use a network.
package struct NetworkOwnership: Hashable, Sendable {
    package var projectID: String
    /// By the project that looks, or by every project where nobody in particular looks.
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
        guard let viewer else { return logicalSwitch(id).flatMap { NetworkOwnership($0) } }
        return viewer.ownership(of: id) {
            var ownership = logicalSwitch(id).flatMap { NetworkOwnership($0) }
            if ownership?.isShared == false, isGranted(id) { ownership?.isShared = true }
            return ownership
        }
    }
}

extension NetworkOwnership {
    /// As nobody in particular sees it. Nil where the row is not ours.
    init?(_ row: Northbound.LogicalSwitch) {
        guard row.isOurs else { return nil }
        let keys = row.externalIDs
        self.init(
            projectID: keys[Layout.projectID], isShared: keys[NetworkLayout.shared],
            isExternal: keys[NetworkLayout.external])
    }
}
