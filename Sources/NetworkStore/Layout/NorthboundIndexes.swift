import IPAM
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// An address on a network: the same address may be in use on another one.
struct NetworkAddress: Hashable, Sendable {
    let network: ID<Network>
    let address: IPAddress
}

struct NetworkMAC: Hashable, Sendable {
    let network: ID<Network>
    let mac: MACAddress
}

struct NetworkBlock: Hashable, Sendable {
    let network: ID<Network>
    let block: AddressBlock
}

/// A VLAN on the port that carries it.
struct CarriedTag: Hashable, Sendable {
    let parent: ID<Port>
    let tag: Int
}

/// The ways in which our rows are looked up. Rows of others are in none of them but those by parent.
enum NorthboundIndexes {
    static let network = Index<Northbound.LogicalSwitch, ID<Network>>("network") {
        (row: Northbound.LogicalSwitch) -> ID<Network>? in
        row.isOurs ? row.networkID : nil
    }
    static let networkName = Index<Northbound.LogicalSwitch, String>("network name") {
        (row: Northbound.LogicalSwitch) -> String? in
        row.isOurs ? row.externalIDs[NetworkLayout.name] : nil
    }

    static let subnet = Index<Northbound.DHCPOptions, ID<Subnet>>("subnet") {
        (row: Northbound.DHCPOptions) -> ID<Subnet>? in
        row.isOurs && row.portID == nil ? row.subnetID : nil
    }
    static let subnetsOfNetwork = Index<Northbound.DHCPOptions, ID<Network>>("subnets of network") {
        (row: Northbound.DHCPOptions) -> ID<Network>? in
        row.isOurs && row.portID == nil ? row.networkID : nil
    }
    /// The row that counts a network's allocations.
    static let allocations = Index<Northbound.DHCPOptions, ID<Network>>("allocations") {
        (row: Northbound.DHCPOptions) -> ID<Network>? in
        row.isOurs ? row.allocationNetworkID : nil
    }
    /// The rows of options that ports have for themselves, by subnet.
    static let portOptionsOfSubnet = Index<Northbound.DHCPOptions, ID<Subnet>>("port options of subnet") {
        (row: Northbound.DHCPOptions) -> ID<Subnet>? in
        row.isOurs && row.portID != nil ? row.subnetID : nil
    }
    static let portOptions = Index<Northbound.DHCPOptions, ID<Port>>("port options") {
        (row: Northbound.DHCPOptions) -> ID<Port>? in
        row.isOurs ? row.portID : nil
    }

    static let port = Index<Northbound.LogicalSwitchPort, ID<Port>>("port") {
        (row: Northbound.LogicalSwitchPort) -> ID<Port>? in row.portID
    }
    static let portName = Index<Northbound.LogicalSwitchPort, String>("port name") {
        (row: Northbound.LogicalSwitchPort) -> String? in
        row.portID == nil ? nil : row.externalIDs[PortLayout.name]
    }
    static let portsOfNetwork = Index<Northbound.LogicalSwitchPort, ID<Network>>("ports of network") {
        (row: Northbound.LogicalSwitchPort) -> ID<Network>? in
        row.networkID
    }
    static let portsOfDevice = Index<Northbound.LogicalSwitchPort, String>("ports of device") {
        (row: Northbound.LogicalSwitchPort) -> String? in
        guard row.portID != nil else { return nil }
        let device = row.externalIDs[PortLayout.deviceID]
        return device.isEmpty ? nil : device
    }
    static let address = Index<Northbound.LogicalSwitchPort, NetworkAddress>("address") {
        (row: Northbound.LogicalSwitchPort) -> [NetworkAddress] in
        guard let network = row.networkID else { return [] }
        return row.addressesInUse.map { NetworkAddress(network: network, address: $0) }
    }
    /// Counted, not looked up: see `AddressSearch`.
    static let block = Index<Northbound.LogicalSwitchPort, NetworkBlock>("block") {
        (row: Northbound.LogicalSwitchPort) -> [NetworkBlock] in
        guard let network = row.networkID else { return [] }
        return row.addressesInUse.map { NetworkBlock(network: network, block: AddressBlock(containing: $0)) }
    }
    /// The ports that may use a single address beside their own.
    static let pairAddress = Index<Northbound.LogicalSwitchPort, NetworkAddress>("pair address") {
        (row: Northbound.LogicalSwitchPort) -> [NetworkAddress] in
        guard row.externalIDs[PortLayout.allowedAddressPairs.name] != nil, let network = row.networkID else {
            return []
        }
        return row.externalIDs[PortLayout.allowedAddressPairs].compactMap(\.singleAddress).map {
            NetworkAddress(network: network, address: $0)
        }
    }
    static let mac = Index<Northbound.LogicalSwitchPort, NetworkMAC>("mac") {
        (row: Northbound.LogicalSwitchPort) -> NetworkMAC? in
        guard let network = row.networkID, let mac = row.macAddress else { return nil }
        return NetworkMAC(network: network, mac: mac)
    }

    static let trunk = Index<Northbound.LogicalSwitchPort, ID<Trunk>>("trunk") {
        (row: Northbound.LogicalSwitchPort) -> ID<Trunk>? in
        row.portID == nil ? nil : row.externalIDs[TrunkLayout.id]
    }
    /// All parents of trunks, by the only key there is.
    static let trunkParents = Index<Northbound.LogicalSwitchPort, Bool>("trunk parents") {
        (row: Northbound.LogicalSwitchPort) -> Bool? in
        row.portID != nil && row.externalIDs[TrunkLayout.id.name] != nil ? true : nil
    }
    /// The ports that a port carries; also such as are not ours, whose tags count.
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

    /// What a client must replicate of OVN_Northbound for a ``NetworkStore``. `Logical_Switch.ports` is not: it is as long as
    /// the network has ports, and each port names its network.
    static let tables: [MonitoredTable] = [
        MonitoredTable(
            Northbound.LogicalSwitch.self, columns: [.name, .externalIDs, .otherConfig]
        )
        .indexed(by: network).indexed(by: networkName),
        MonitoredTable(Northbound.NBGlobal.self, columns: [.nbCfg, .sbCfg]),
        MonitoredTable(Northbound.ACL.self, columns: [.action, .direction, .match, .priority]),
        MonitoredTable(Northbound.DHCPOptions.self)
            .indexed(by: subnet).indexed(by: subnetsOfNetwork).indexed(by: allocations)
            .indexed(by: portOptionsOfSubnet).indexed(by: portOptions),
        MonitoredTable(
            Northbound.LogicalSwitchPort.self,
            excluding: [.dynamicAddresses, .haChassisGroup, .mirrorRules]
        )
        .indexed(by: port).indexed(by: portName).indexed(by: portsOfNetwork).indexed(by: portsOfDevice)
        .indexed(by: address).indexed(by: block).indexed(by: pairAddress).indexed(by: mac)
        .indexed(by: trunk).indexed(by: trunkParents).indexed(by: portsOfParent).indexed(by: carriedTag),
    ]
}

/// The ways in which chassis, and the options of DHCPv6 that OVN has, are looked up.
enum SouthboundIndexes {
    /// By the host's name and by the chassis' own: a port may ask for either.
    static let chassis = Index<Southbound.Chassis, String>("chassis") { (row: Southbound.Chassis) -> [String] in
        row.hostname == row.name || row.hostname.isEmpty ? [row.name] : [row.hostname, row.name]
    }

    static let dhcpv6Option = Index<Southbound.DHCPv6Options, String>.column(\.name, name: "DHCPv6 option")

    static let tables: [MonitoredTable] = [
        MonitoredTable(Southbound.Chassis.self, columns: [.hostname, .name]).indexed(by: chassis),
        MonitoredTable(Southbound.DHCPv6Options.self, columns: [.name]).indexed(by: dhcpv6Option),
    ]
}
