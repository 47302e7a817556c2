import IPAM
import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB

/// The networks, subnets and ports at one moment. Immutable; copying and keeping it is cheap.
///
/// It may be slightly stale: on a miss ask ``NetworkStore``, which fetches the newest state.
package struct Snapshot: Sendable {
    var northbound: Replica
    /// Nil without a Southbound database: every host then counts as one with a chassis.
    let southbound: Replica?
    /// The domain of ports' names, with a final dot.
    let serverDomain: String
    /// Nil where nobody in particular looks.
    var viewer: Viewer?

    init(northbound: Replica, southbound: Replica?, serverDomain: String = PortDNS.defaultDomain) {
        self.northbound = northbound
        self.southbound = southbound
        self.serverDomain = serverDomain
    }

    // MARK: Networks

    package func network(_ id: ID<Network>) -> Network? { logicalSwitch(id).flatMap { Network(row: $0, in: self) } }

    /// All networks, in no particular order, built lazily.
    package var networks: some Sequence<Network> {
        northbound[Northbound.LogicalSwitch.self].lazy.compactMap { Network(row: $0, in: self) }
    }

    func logicalSwitch(_ id: ID<Network>) -> Northbound.LogicalSwitch? {
        northbound.first(NorthboundIndexes.network, id)
    }

    /// The network's key in tunnel packets (OVN's `Datapath_Binding.tunnel_key`); nil until
    /// ovn-northd has assigned one, and without a Southbound database.
    func tunnelKey(of network: ID<Network>) -> Int? {
        southbound?.first(SouthboundIndexes.datapath, network)?.tunnelKey
    }

    // MARK: Subnets

    package func subnet(_ id: ID<Subnet>) -> Subnet? { dhcpOptions(id).flatMap { Subnet(row: $0, in: self) } }

    /// All subnets, in no particular order, built lazily.
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

    /// All ports, in no particular order, built lazily.
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

    /// The ports with these identifiers, in that order; missing ones are left out.
    package func ports(_ ids: ArraySlice<ID<Port>>) -> [Port] {
        var reader = PortReader(self)
        return ids.compactMap { id in logicalSwitchPort(id).flatMap { reader.port($0) } }
    }

    func logicalSwitchPort(_ id: ID<Port>) -> Northbound.LogicalSwitchPort? {
        northbound.first(NorthboundIndexes.port, id)
    }

    // MARK: Addresses

    /// The row that counts the network's allocations; nil if the network is foreign and no address of it
    /// was allocated yet.
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

    /// The number of addresses of a block in use.
    func takenCount(of block: AddressBlock, on network: ID<Network>) -> Int {
        northbound.count(NorthboundIndexes.addresses, .block(network, block))
    }

    // MARK: Hosts

    /// Whether there is a chassis of this name, so that a port can be bound there.
    func hasChassis(_ host: String) -> Bool {
        guard let southbound else { return true }
        return southbound.count(SouthboundIndexes.chassis, host) > 0
    }

    /// Whether a host's ovn-controller has registered it; nil where Southbound is not known.
    package func isRegistered(_ host: JoinedHost) -> Bool? { southbound == nil ? nil : hasChassis(host.systemID) }
}

/// The ports of a snapshot, built lazily.
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
