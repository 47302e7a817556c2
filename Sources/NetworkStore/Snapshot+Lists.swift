package import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB

// Lists work on identifiers, which cost a hundredth of the resources.
extension Snapshot {
    package func networkIDs(named name: String) -> [ID<Network>] {
        ids(NorthboundIndexes.networkName, name) { $0.networkID }
    }

    package func subnetIDs(of network: ID<Network>) -> [ID<Subnet>] {
        ids(NorthboundIndexes.subnetsOfNetwork, network) { $0.subnetID }
    }

    package func portIDs(of network: ID<Network>) -> OrderedIDs<Port> {
        ordered(NorthboundIndexes.portOrder, .network(network))
    }

    func ordered<R, Of>(_ index: OrderedIndex<R, ListScope>, _ scope: ListScope) -> OrderedIDs<Of> {
        OrderedIDs(count: northbound.count(index, scope)) { mark, upwards, limit in
            northbound.numbers(index, scope, after: mark?.number, upwards: upwards, limit: limit).map { ID(number: $0) }
        }
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

/// The indexed keys of ports.
package enum PortKey: Hashable, Sendable {
    case name(String)
    /// Not empty.
    case device(String)
    case mac(MACAddress)
    case address(IPAddress)
    /// Not empty; nil for any owner. Subports may be anywhere: they are among those
    /// of every host.
    case host(String, owner: String?)
}

extension Snapshot {
    /// The number of ports in ``portIDs(_:)``, without reading them.
    package func portCount(_ key: PortKey) -> Int {
        switch key {
        case .name(let name): northbound.count(NorthboundIndexes.portName, name)
        case .device(let device): northbound.count(NorthboundIndexes.portsOfDevice, device)
        case .mac(let mac): northbound.count(NorthboundIndexes.mac, mac)
        case .address(let address): northbound.count(NorthboundIndexes.addresses, .anywhere(address))
        case .host(let host, let owner):
            northbound.count(NorthboundIndexes.portOrder, .place(host: host, owner: owner)) + carriedCount(owner)
        }
    }

    package func portIDs(_ key: PortKey) -> [ID<Port>] {
        switch key {
        case .name(let name): ids(NorthboundIndexes.portName, name) { $0.portID }
        case .device(let device): ids(NorthboundIndexes.portsOfDevice, device) { $0.portID }
        case .mac(let mac): ids(NorthboundIndexes.mac, mac) { $0.portID }
        case .address(let address): ids(NorthboundIndexes.addresses, .anywhere(address)) { $0.portID }
        case .host(let host, let owner):
            [host, nil].flatMap { northbound.numbers(NorthboundIndexes.portOrder, .place(host: $0, owner: owner)) }
                .map { ID(number: $0) }
        }
    }

    /// The ports on a host, in order; nil where subports may be among them.
    package func portIDs(onHost host: String, owner: String?) -> OrderedIDs<Port>? {
        carriedCount(owner) == 0 ? ordered(NorthboundIndexes.portOrder, .place(host: host, owner: owner)) : nil
    }

    private func carriedCount(_ owner: String?) -> Int {
        northbound.count(NorthboundIndexes.portOrder, .place(host: nil, owner: owner))
    }
}
