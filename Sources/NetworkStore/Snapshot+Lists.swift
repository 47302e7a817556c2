package import NeutronAPI
import OVNModel
import OVSDB

// What lists are made of: identifiers, in no particular order, which cost a hundredth of the resources.
extension Snapshot {
    package var networkIDs: [ID<Network>] {
        northbound[Northbound.LogicalSwitch.self].compactMap { $0.isOurs ? $0.networkID : nil }
    }

    package func networkIDs(named name: String) -> [ID<Network>] {
        ids(NorthboundIndexes.networkName, name) { $0.networkID }
    }

    package var subnetIDs: [ID<Subnet>] {
        northbound[Northbound.DHCPOptions.self].compactMap { $0.isOurs && $0.portID == nil ? $0.subnetID : nil }
    }

    package func subnetIDs(of network: ID<Network>) -> [ID<Subnet>] {
        ids(NorthboundIndexes.subnetsOfNetwork, network) { $0.subnetID }
    }

    package var portIDs: [ID<Port>] { northbound[Northbound.LogicalSwitchPort.self].compactMap(\.portID) }

    package func portIDs(of network: ID<Network>) -> [ID<Port>] {
        ids(NorthboundIndexes.portsOfNetwork, network) { $0.portID }
    }

    package func portIDs(named name: String) -> [ID<Port>] { ids(NorthboundIndexes.portName, name) { $0.portID } }

    /// The ports whose `device_id` is `device`, which is not empty.
    package func portIDs(ofDevice device: String) -> [ID<Port>] {
        ids(NorthboundIndexes.portsOfDevice, device) { $0.portID }
    }

    package var trunkIDs: [ID<Trunk>] {
        ids(NorthboundIndexes.trunkParents, true) { $0.externalIDs[TrunkLayout.id] }
    }

    private func ids<R, K, Resource>(
        _ index: Index<R, K>, _ key: K, _ id: (R) -> ID<Resource>?
    ) -> [ID<Resource>] {
        var found: [ID<Resource>] = []
        northbound.forEach(index, key) { row in
            if let id = id(row) { found.append(id) }
        }
        return found
    }
}
