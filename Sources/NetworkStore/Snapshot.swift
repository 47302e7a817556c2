import IPAM
import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB

/// The networks, subnets and ports at one moment. It does not change any more; copying and keeping it is cheap.
///
/// What it has may be a moment old: who misses something there asks ``NetworkStore``, which looks again.
package struct Snapshot: Sendable {
    let northbound: Replica
    /// Nil where nobody told us where the Southbound database is: every host is then taken for one that has a chassis.
    let southbound: Replica?

    // MARK: Networks

    package func network(_ id: ID<Network>) -> Network? { logicalSwitch(id).flatMap { Network(row: $0, in: self) } }

    /// All networks, in no particular order, made one by one as they are asked for.
    package var networks: some Sequence<Network> {
        northbound[Northbound.LogicalSwitch.self].lazy.compactMap { Network(row: $0, in: self) }
    }

    func logicalSwitch(_ id: ID<Network>) -> Northbound.LogicalSwitch? {
        northbound.first(NorthboundIndexes.network, id)
    }

    /// The key that tells the network's packets from those of others in tunnels (OVN's `Datapath_Binding.tunnel_key`); nil until
    /// ovn-northd has chosen one, and where nobody told us where the Southbound database is.
    func tunnelKey(of network: ID<Network>) -> Int? {
        southbound?.first(SouthboundIndexes.datapath, network)?.tunnelKey
    }

    // MARK: Subnets

    package func subnet(_ id: ID<Subnet>) -> Subnet? { dhcpOptions(id).flatMap { Subnet(row: $0, in: self) } }

    /// All subnets, in no particular order, made one by one as they are asked for.
    package var subnets: some Sequence<Subnet> {
        northbound[Northbound.DHCPOptions.self].lazy.compactMap { Subnet(row: $0, in: self) }
    }

    /// The subnets of a network in the order of their creation.
    package func subnets(of network: ID<Network>) -> [Subnet] {
        northbound.rows(NorthboundIndexes.subnetsOfNetwork, network).compactMap { Subnet(row: $0, in: self) }
            .sorted { ($0.standard.createdAt, $0.id) < ($1.standard.createdAt, $1.id) }
    }

    func dhcpOptions(_ id: ID<Subnet>) -> Northbound.DHCPOptions? {
        northbound.first(NorthboundIndexes.subnet, id)
    }

    // MARK: Ports

    package func port(_ id: ID<Port>) -> Port? {
        var reader = PortReader(self)
        return logicalSwitchPort(id).flatMap { reader.port($0) }
    }

    /// All ports, in no particular order, made one by one as they are asked for.
    package var ports: some Sequence<Port> { PortSequence(snapshot: self) }

    package func ports(of network: ID<Network>) -> [Port] {
        var reader = PortReader(self)
        return portRows(of: network).compactMap { reader.port($0) }
    }

    /// In the order of their identifiers.
    func portRows(of network: ID<Network>) -> [Northbound.LogicalSwitchPort] {
        northbound.numbers(NorthboundIndexes.portOrder, .network(network)).compactMap {
            logicalSwitchPort(ID(number: $0))
        }
    }

    /// The ports with these identifiers, in that order; those that there are not are left out.
    package func ports(_ ids: ArraySlice<ID<Port>>) -> [Port] {
        var reader = PortReader(self)
        return ids.compactMap { id in logicalSwitchPort(id).flatMap { reader.port($0) } }
    }

    func logicalSwitchPort(_ id: ID<Port>) -> Northbound.LogicalSwitchPort? {
        northbound.first(NorthboundIndexes.port, id)
    }

    // MARK: Addresses

    /// The row that counts the network's allocations; nil where the network is not of our making and no address of it
    /// was given yet.
    func allocations(of network: ID<Network>) -> Northbound.DHCPOptions? {
        northbound.first(NorthboundIndexes.allocations, network)
    }

    func isTaken(_ address: IPAddress, on network: ID<Network>) -> Bool {
        northbound.count(NorthboundIndexes.addresses, .address(network, address)) > 0
    }

    func isTaken(_ mac: MACAddress, on network: ID<Network>) -> Bool {
        var isTaken = false
        northbound.forEach(NorthboundIndexes.mac, mac) { isTaken = isTaken || $0.networkID == network }
        return isTaken
    }

    /// How many addresses of a block are in use.
    func takenCount(of block: AddressBlock, on network: ID<Network>) -> Int {
        northbound.count(NorthboundIndexes.addresses, .block(network, block))
    }

    // MARK: Hosts

    /// Whether a chassis answers to the name, so that a port can be bound there.
    func hasChassis(_ host: String) -> Bool {
        guard let southbound else { return true }
        return southbound.count(SouthboundIndexes.chassis, host) > 0
    }
}

/// The ports of a snapshot, made one by one.
struct PortSequence: Sequence {
    let snapshot: Snapshot

    func makeIterator() -> some IteratorProtocol<Port> {
        Iterator(
            reader: PortReader(snapshot), rows: snapshot.northbound[Northbound.LogicalSwitchPort.self].makeIterator())
    }

    struct Iterator<Rows: IteratorProtocol<Northbound.LogicalSwitchPort>>: IteratorProtocol {
        var reader: PortReader
        var rows: Rows

        mutating func next() -> Port? {
            while let row = rows.next() {
                if let port = reader.port(row) { return port }
            }
            return nil
        }
    }
}
