package import NeutronAPI
import OVNModel
import OVSDB

extension Snapshot {
    package func trunk(_ id: ID<Trunk>) -> Trunk? { trunkParent(id).flatMap { Trunk(parent: $0, in: self) } }

    /// The trunk of a parent port.
    package func trunk(ofParent port: ID<Port>) -> Trunk? {
        logicalSwitchPort(port).flatMap { Trunk(parent: $0, in: self) }
    }

    func trunkParent(_ id: ID<Trunk>) -> Northbound.LogicalSwitchPort? {
        northbound.first(NorthboundIndexes.trunk, id)
    }

    /// The host that a port requests; for a subport, its parent's.
    func host(of row: Northbound.LogicalSwitchPort) -> String {
        let parent = row.parentName.flatMap { ID<Port>($0) }.flatMap { logicalSwitchPort($0) }
        return (parent ?? row).requestedHost
    }
}
