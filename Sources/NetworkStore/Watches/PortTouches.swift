import NeutronAPI
import OVNModel
import OVSDB

/// The ports that the API may show otherwise after an update of the databases: what ``PortReader`` reads beside a port's
/// own row, and what its visibility depends on, is looked at too.
struct PortTouches {
    private(set) var ports: [ID<Network>: Set<ID<Port>>] = [:]
    /// Networks of which any port may be another.
    private(set) var networks: Set<ID<Network>> = []
    private let isWatched: (ID<Network>) -> Bool

    init(isWatched: @escaping (ID<Network>) -> Bool) { self.isWatched = isWatched }

    /// Adds what changes of OVN_Northbound touch, `replica` being its state after them.
    mutating func add(changes: [Change], _ replica: Replica) {
        for change in changes {
            if let row = change.new(Northbound.LogicalSwitchPort.self) {
                add(change.old(Northbound.LogicalSwitchPort.self), row, replica)
            } else if let row = change.old(Northbound.LogicalSwitchPort.self) {
                add(row, nil, replica)
            } else if let row = change.new(Northbound.DHCPOptions.self) {
                add(change.old(Northbound.DHCPOptions.self), row)
            } else if let row = change.old(Northbound.DHCPOptions.self) {
                add(row, nil)
            } else if let row = change.new(Northbound.LogicalSwitch.self) {
                add(change.old(Northbound.LogicalSwitch.self), row)
            } else if let row = change.old(Northbound.LogicalSwitch.self) {
                add(row, nil)
            }
        }
    }

    /// Adds what changes of OVN_Southbound touch: a port's `binding:vif_type` says whether its host has a chassis.
    mutating func add(hosts changes: [Change], _ northbound: Replica) {
        for change in changes {
            let (old, new) = (change.old(Southbound.Chassis.self), change.new(Southbound.Chassis.self))
            let names = [old, new].compactMap { $0 }.map { Set([$0.hostname, $0.name]) }
            guard let first = names.first, names.count == 1 || first != names.last else { continue }
            for host in names.reduce(into: Set(), { $0.formUnion($1) }) where !host.isEmpty {
                for number in northbound.numbers(NorthboundIndexes.portOrder, .place(host: host, owner: nil)) {
                    guard let row = northbound.first(NorthboundIndexes.port, ID(number: number)) else { continue }
                    add(row)
                    addCarried(by: row, northbound)
                }
            }
        }
    }

    private mutating func add(
        _ old: Northbound.LogicalSwitchPort?, _ new: Northbound.LogicalSwitchPort?, _ replica: Replica
    ) {
        if let old { add(old) }
        if let new { add(new) }
        // A port shows the subports that it carries, with their addresses.
        for parent in Set([old?.parentName, new?.parentName].compactMap { $0 }) {
            guard let id = ID<Port>(parent), let row = replica.first(NorthboundIndexes.port, id) else { continue }
            add(row)
        }
        // And they are where it is.
        if old?.requestedHost != new?.requestedHost, let row = new ?? old { addCarried(by: row, replica) }
    }

    private mutating func addCarried(by row: Northbound.LogicalSwitchPort, _ replica: Replica) {
        guard let id = row.portID else { return }
        replica.forEach(NorthboundIndexes.portsOfParent, id) { add($0) }
    }

    private mutating func add(_ row: Northbound.LogicalSwitchPort) {
        guard let network = row.networkID, isWatched(network), let id = row.portID else { return }
        ports[network, default: []].insert(id)
    }

    /// An address is that of the subnet that contains it.
    private mutating func add(_ old: Northbound.DHCPOptions?, _ new: Northbound.DHCPOptions?) {
        let (before, after) = (old.flatMap(SubnetPlace.init), new.flatMap(SubnetPlace.init))
        guard before != after else { return }
        for place in [before, after].compactMap({ $0 }) where isWatched(place.network) {
            networks.insert(place.network)
        }
    }

    /// Who sees a port depends on the owner of its network.
    private mutating func add(_ old: Northbound.LogicalSwitch?, _ new: Northbound.LogicalSwitch?) {
        guard old.flatMap(NetworkOwnership.init) != new.flatMap(NetworkOwnership.init) else { return }
        for id in [old?.networkID, new?.networkID] {
            if let id, isWatched(id) { networks.insert(id) }
        }
    }
}

/// What addresses show of a subnet.
private struct SubnetPlace: Equatable {
    let network: ID<Network>
    let subnet: ID<Subnet>
    let cidr: String

    /// Nil where the row is not that of a subnet.
    init?(_ row: Northbound.DHCPOptions) {
        guard row.isOurs, row.portID == nil, let network = row.networkID, let subnet = row.subnetID else { return nil }
        (self.network, self.subnet, cidr) = (network, subnet, row.cidr)
    }
}
