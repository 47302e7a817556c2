import IPAM
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// An address on a network that a port may use beside its own.
struct NetworkAddress: Hashable, Sendable {
    let network: ID<Network>
    let address: IPAddress
}

/// A port's `dns_name` on its network.
struct NetworkName: Hashable, Sendable {
    let network: ID<Network>
    let name: String
}

/// The keys by which a port is found by address.
enum AddressKey: Hashable, Sendable {
    case address(ID<Network>, IPAddress)
    /// For counting only: see `AddressSearch`.
    case block(ID<Network>, AddressBlock)
    /// On any network.
    case anywhere(IPAddress)
}

/// The scopes that have a list in the order of identifiers.
enum ListScope: Hashable, Sendable {
    case all
    case network(ID<Network>)
    /// Ports on a host; nil for subports, which are where their parent is. Of one owner, or of any
    /// if nil.
    case place(host: String?, owner: String?)
    /// Records of a kind.
    case kind(String)
}

/// A VLAN on its parent port.
struct CarriedTag: Hashable, Sendable {
    let parent: ID<Port>
    let tag: Int
}

/// The indexes of our rows. Foreign rows are only in those by parent.
enum NorthboundIndexes {
    static let network = Index<Northbound.LogicalSwitch, ID<Network>>("network") {
        (row: Northbound.LogicalSwitch) -> ID<Network>? in
        row.isOurs ? row.networkID : nil
    }
    static let networkName = Index<Northbound.LogicalSwitch, String>("network name") {
        (row: Northbound.LogicalSwitch) -> String? in
        row.isOurs ? row.externalIDs[NetworkLayout.name] : nil
    }
    static let networkOrder = OrderedIndex<Northbound.LogicalSwitch, ListScope>("network order") {
        (row: Northbound.LogicalSwitch) -> UInt128? in
        row.isOurs ? row.networkID?.number : nil
    } keys: { _ in
        [.all]
    }

    static let subnet = Index<Northbound.DHCPOptions, ID<Subnet>>("subnet") {
        (row: Northbound.DHCPOptions) -> ID<Subnet>? in
        row.isOurs && row.portID == nil ? row.subnetID : nil
    }
    static let subnetsOfNetwork = Index<Northbound.DHCPOptions, ID<Network>>("subnets of network") {
        (row: Northbound.DHCPOptions) -> ID<Network>? in
        row.isOurs && row.portID == nil ? row.networkID : nil
    }
    static let subnetsOfPool = Index<Northbound.DHCPOptions, ID<SubnetPool>>("subnets of pool") {
        (row: Northbound.DHCPOptions) -> ID<SubnetPool>? in
        row.isOurs && row.portID == nil ? row.externalIDs[SubnetLayout.poolID] : nil
    }
    static let subnetOrder = OrderedIndex<Northbound.DHCPOptions, ListScope>("subnet order") {
        (row: Northbound.DHCPOptions) -> UInt128? in
        row.isOurs && row.portID == nil ? row.subnetID?.number : nil
    } keys: { _ in
        [.all]
    }
    /// The row that counts a network's allocations.
    static let allocations = Index<Northbound.DHCPOptions, ID<Network>>("allocations") {
        (row: Northbound.DHCPOptions) -> ID<Network>? in
        row.isOurs ? row.allocationNetworkID : nil
    }
    /// Ports' own rows of options, by subnet.
    static let portOptionsOfSubnet = Index<Northbound.DHCPOptions, ID<Subnet>>("port options of subnet") {
        (row: Northbound.DHCPOptions) -> ID<Subnet>? in
        row.isOurs && row.portID != nil ? row.subnetID : nil
    }
    static let portOptions = Index<Northbound.DHCPOptions, ID<Port>>("port options") {
        (row: Northbound.DHCPOptions) -> ID<Port>? in
        row.isOurs ? row.portID : nil
    }

    static let record = Index<Northbound.DHCPOptions, RecordKey>("record") {
        (row: Northbound.DHCPOptions) -> RecordKey? in
        row.recordKind.flatMap { kind in row.recordNumber.map { RecordKey(kind: kind, number: $0) } }
    }
    static let recordOrder = OrderedIndex<Northbound.DHCPOptions, ListScope>("record order") {
        (row: Northbound.DHCPOptions) -> UInt128? in
        row.recordKind == nil ? nil : row.recordNumber
    } keys: { row in
        row.recordKind.map { [.kind($0)] } ?? []
    }
    static let recordReference = Index<Northbound.DHCPOptions, RecordReference>("record reference") {
        (row: Northbound.DHCPOptions) -> [RecordReference] in
        guard row.recordKind != nil else { return [] }
        return RecordLayout.references.compactMap { key in
            row.externalIDs[key].map { RecordReference(key: key, value: $0) }
        }
    }

    static let port = Index<Northbound.LogicalSwitchPort, ID<Port>>("port") {
        (row: Northbound.LogicalSwitchPort) -> ID<Port>? in row.portID
    }
    static let portName = Index<Northbound.LogicalSwitchPort, String>("port name") {
        (row: Northbound.LogicalSwitchPort) -> String? in
        row.portID == nil ? nil : row.externalIDs[PortLayout.name]
    }
    /// All ports, those of each network, and those of each host.
    static let portOrder = OrderedIndex<Northbound.LogicalSwitchPort, ListScope>("port order") {
        (row: Northbound.LogicalSwitchPort) -> UInt128? in
        row.portID?.number
    } keys: { row in
        var scopes: [ListScope] = [.all]
        if let network = row.networkID { scopes.append(.network(network)) }
        let host = row.parentName == nil ? row.requestedHost : nil
        if host?.isEmpty != true {
            scopes.append(.place(host: host, owner: row.externalIDs[PortLayout.deviceOwner]))
            scopes.append(.place(host: host, owner: nil))
        }
        return scopes
    }
    static let portsOfDevice = Index<Northbound.LogicalSwitchPort, String>("ports of device") {
        (row: Northbound.LogicalSwitchPort) -> String? in
        guard row.portID != nil else { return nil }
        let device = row.externalIDs[PortLayout.deviceID]
        return device.isEmpty ? nil : device
    }
    static let addresses = Index<Northbound.LogicalSwitchPort, AddressKey>("addresses") {
        (row: Northbound.LogicalSwitchPort) -> [AddressKey] in
        guard let network = row.networkID else { return [] }
        return row.addressesInUse.flatMap { address -> [AddressKey] in
            [.address(network, address), .block(network, AddressBlock(containing: address)), .anywhere(address)]
        }
    }
    /// The ports that may use an address beside their own.
    static let pairAddress = Index<Northbound.LogicalSwitchPort, NetworkAddress>("pair address") {
        (row: Northbound.LogicalSwitchPort) -> [NetworkAddress] in
        guard row.externalIDs[PortLayout.allowedAddressPairs.name] != nil, let network = row.networkID else {
            return []
        }
        return row.externalIDs[PortLayout.allowedAddressPairs].compactMap(\.singleAddress).map {
            NetworkAddress(network: network, address: $0)
        }
    }
    static let dnsName = Index<Northbound.LogicalSwitchPort, NetworkName>("DNS name") {
        (row: Northbound.LogicalSwitchPort) -> NetworkName? in
        guard let name = row.externalIDs[PortLayout.dnsName.name], let network = row.networkID else { return nil }
        return NetworkName(network: network, name: name)
    }
    /// The names of a network's ports.
    static let names = Index<Northbound.DNS, ID<Network>>("names") { (row: Northbound.DNS) -> ID<Network>? in
        row.externalIDs[NamesLayout.switchName].flatMap { NetworkLayout.networkID(switchName: $0) }
    }
    /// On any network.
    static let mac = Index<Northbound.LogicalSwitchPort, MACAddress>("mac") {
        (row: Northbound.LogicalSwitchPort) -> MACAddress? in
        row.networkID == nil ? nil : row.macAddress
    }
    static let trunk = Index<Northbound.LogicalSwitchPort, ID<Trunk>>("trunk") {
        (row: Northbound.LogicalSwitchPort) -> ID<Trunk>? in
        row.portID == nil ? nil : row.externalIDs[TrunkLayout.id]
    }
    static let trunkOrder = OrderedIndex<Northbound.LogicalSwitchPort, ListScope>("trunk order") {
        (row: Northbound.LogicalSwitchPort) -> UInt128? in
        row.portID == nil ? nil : row.externalIDs[TrunkLayout.id]?.number
    } keys: { _ in
        [.all]
    }
    /// The subports of a port, foreign ones included, whose tags count.
    static let portsOfParent = Index<Northbound.LogicalSwitchPort, ID<Port>>("ports of parent") {
        (row: Northbound.LogicalSwitchPort) -> ID<Port>? in
        row.parentName.flatMap { text in text.withBytes { PortID(utf8: $0) } }
    }
    static let carriedTag = Index<Northbound.LogicalSwitchPort, CarriedTag>("carried tag") {
        (row: Northbound.LogicalSwitchPort) -> CarriedTag? in
        guard let tag = row.tag, let parent = row.parentName.flatMap({ text in text.withBytes { PortID(utf8: $0) } })
        else { return nil }
        return CarriedTag(parent: parent, tag: tag)
    }

    /// The tables of OVN_Northbound that a ``NetworkStore`` needs, without `Logical_Switch.ports`, which has an element
    /// per port: each port names its network.
    static let tables: [MonitoredTable] = [
        MonitoredTable(
            Northbound.LogicalSwitch.self, columns: [.name, .externalIDs, .otherConfig]
        )
        .indexed(by: network).indexed(by: networkName).indexed(by: networkOrder),
        MonitoredTable(Northbound.NBGlobal.self, columns: [.nbCfg, .sbCfg]),
        // Without `records`, which may be large: they follow from the ports.
        MonitoredTable(Northbound.DNS.self, columns: [.externalIDs]).indexed(by: names),
        MonitoredTable(Northbound.ACL.self, columns: [.action, .direction, .match, .priority]),
        MonitoredTable(Northbound.DHCPOptions.self)
            .indexed(by: subnet).indexed(by: subnetsOfNetwork).indexed(by: subnetsOfPool).indexed(by: subnetOrder)
            .indexed(by: allocations)
            .indexed(by: portOptionsOfSubnet).indexed(by: portOptions).indexed(by: record)
            .indexed(by: recordOrder).indexed(by: recordReference),
        MonitoredTable(
            Northbound.LogicalSwitchPort.self,
            excluding: [.dynamicAddresses, .haChassisGroup, .mirrorRules]
        )
        .indexed(by: port).indexed(by: portName).indexed(by: portsOfDevice).indexed(by: portOrder)
        .indexed(by: addresses).indexed(by: pairAddress).indexed(by: dnsName).indexed(by: mac)
        .indexed(by: trunk).indexed(by: trunkOrder).indexed(by: portsOfParent).indexed(by: carriedTag),
    ]
}

/// The indexes of chassis, networks' tunnel keys, and OVN's DHCP options.
enum SouthboundIndexes {
    /// By the host's name and by the chassis' own: a port may request either.
    static let chassis = Index<Southbound.Chassis, String>("chassis") { (row: Southbound.Chassis) -> [String] in
        row.hostname == row.name || row.hostname.isEmpty ? [row.name] : [row.hostname, row.name]
    }

    /// Without routers and foreign switches.
    static let datapath = Index<Southbound.DatapathBinding, ID<Network>>("datapath") {
        (row: Southbound.DatapathBinding) -> ID<Network>? in
        row.externalIDs["name"].flatMap { NetworkLayout.networkID(switchName: $0) }
    }

    static let dhcpv6Option = Index<Southbound.DHCPv6Options, String>.column(\.name, name: "DHCPv6 option")

    static let tables: [MonitoredTable] = [
        MonitoredTable(Southbound.Chassis.self, columns: [.hostname, .name]).indexed(by: chassis),
        MonitoredTable(Southbound.DHCPv6Options.self, columns: [.name]).indexed(by: dhcpv6Option),
        // A row for each network, however many ports it has.
        MonitoredTable(Southbound.DatapathBinding.self, columns: [.externalIDs, .tunnelKey]).indexed(by: datapath),
    ]
}
