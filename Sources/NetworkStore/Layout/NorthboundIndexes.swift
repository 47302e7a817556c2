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
    /// For counting only, which counts rows: the addresses of a subnet that are the `place`-th of their port.
    case prefix(ID<Network>, IPPrefix, place: Int)
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
        var counts: [IPPrefix: Int] = [:]
        return row.interfaceAddresses.flatMap { own -> [AddressKey] in
            let place = counts[own.prefix, default: 0]
            counts[own.prefix] = place + 1
            return [
                .address(network, own.address), .block(network, AddressBlock(containing: own.address)),
                .prefix(network, own.prefix, place: place), .anywhere(own.address),
            ]
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

    static let group = Index<Northbound.PortGroup, ID<SecurityGroup>>("security group") {
        (row: Northbound.PortGroup) -> ID<SecurityGroup>? in row.groupID
    }
    static let groupOrder = OrderedIndex<Northbound.PortGroup, ListScope>("security group order") {
        (row: Northbound.PortGroup) -> UInt128? in
        row.groupID?.number
    } keys: { _ in
        [.all]
    }
    /// Projects' default groups.
    static let defaultGroup = Index<Northbound.PortGroup, String>("default security group") {
        (row: Northbound.PortGroup) -> String? in
        row.groupID == nil || row.externalIDs[SecurityGroupLayout.defaultKey] == nil
            ? nil : row.externalIDs[Layout.projectID]
    }
    static let portGroupName = Index<Northbound.PortGroup, String>.column(\.name, name: "port group name")
    static let rule = Index<Northbound.ACL, ID<SecurityGroupRule>>("security group rule") {
        (row: Northbound.ACL) -> ID<SecurityGroupRule>? in row.ruleID
    }
    static let ruleOrder = OrderedIndex<Northbound.ACL, ListScope>("security group rule order") {
        (row: Northbound.ACL) -> UInt128? in
        row.ruleID?.number
    } keys: { _ in
        [.all]
    }
    static let rulesOfGroup = Index<Northbound.ACL, ID<SecurityGroup>>("rules of security group") {
        (row: Northbound.ACL) -> ID<SecurityGroup>? in
        row.ruleID == nil ? nil : row.externalIDs[SecurityGroupLayout.id].flatMap { ID($0) }
    }
    static let rulesNamingGroup = Index<Northbound.ACL, ID<SecurityGroup>>("rules naming security group") {
        (row: Northbound.ACL) -> ID<SecurityGroup>? in
        row.ruleID == nil ? nil : row.externalIDs[SecurityGroupLayout.remoteGroupID].flatMap { ID($0) }
    }
    static let portsOfGroup = Index<Northbound.LogicalSwitchPort, ID<SecurityGroup>>("ports of security group") {
        (row: Northbound.LogicalSwitchPort) -> [ID<SecurityGroup>] in
        row.portID == nil ? [] : row.externalIDs[PortLayout.securityGroupIDs]
    }

    static let addressSet = Index<Northbound.AddressSet, String>.column(\.name, name: "address set")
    static let addressGroupOrder = OrderedIndex<Northbound.AddressSet, ListScope>("address group order") {
        (row: Northbound.AddressSet) -> UInt128? in
        guard let id = row.addressGroupID, row.name == Snapshot.addressGroupSetName(id, .v4) else { return nil }
        return id.number
    } keys: { _ in
        [.all]
    }
    /// The ACLs of rules of security groups that name an address group.
    static let rulesOfAddressGroup = Index<Northbound.ACL, ID<AddressGroup>>("rules of address group") {
        (row: Northbound.ACL) -> ID<AddressGroup>? in
        row.externalIDs[AddressGroupLayout.ofRule].flatMap { ID<AddressGroup>($0) }
    }

    static let sharedNetwork = shared("shared network") { (row: Northbound.LogicalSwitch) in
        row.isOurs ? row.networkID.map { (Network.memberName, $0.number) } : nil
    }
    static let sharedRecord = shared("shared record") { (row: Northbound.DHCPOptions) in
        row.recordKind.flatMap { kind in row.recordNumber.map { (kind, $0) } }
    }
    static let sharedAddressGroup = shared("shared address group") { (row: Northbound.AddressSet) in
        row.addressGroupID.map { (AddressGroup.memberName, $0.number) }
    }

    static let sharedGroup = shared("shared security group") { (row: Northbound.PortGroup) in
        row.groupID.map { (SecurityGroup.memberName, $0.number) }
    }

    /// The rows of objects that are shared with every project, by kind and by the policy that does it.
    private static func shared<R: OwnedRow>(
        _ name: String, _ object: @escaping @Sendable (R) -> (kind: String, number: UInt128)?
    ) -> Index<R, SharedKey> {
        Index(name) { (row: R) -> [SharedKey] in
            guard row.externalIDs[SharingLayout.shared], let object = object(row) else { return [] }
            return [.kind(object.kind), .policy(SharingLayout.policyID(in: row.externalIDs, of: object.number))]
        }
    }

    /// The tables of OVN_Northbound that a ``NetworkStore`` needs, without `Logical_Switch.ports`, which has an element
    /// per port: each port names its network.
    static let tables: [MonitoredTable] = [
        MonitoredTable(
            Northbound.LogicalSwitch.self, columns: [.name, .externalIDs, .otherConfig]
        )
        .indexed(by: network).indexed(by: networkName).indexed(by: networkOrder).indexed(by: sharedNetwork)
        .indexed(by: ProjectIndexes.networks),
        MonitoredTable(Northbound.NBGlobal.self, columns: [.nbCfg, .sbCfg]),
        // Without `records`, which may be large: they follow from the ports.
        MonitoredTable(Northbound.DNS.self, columns: [.externalIDs]).indexed(by: names),
        MonitoredTable(Northbound.ACL.self, columns: [.action, .direction, .externalIDs, .match, .priority])
            .indexed(by: rule).indexed(by: ruleOrder).indexed(by: rulesOfGroup).indexed(by: rulesNamingGroup)
            .indexed(by: rulesOfAddressGroup).indexed(by: ProjectIndexes.rules),
        // Without its ports, which name their groups, and its rules.
        MonitoredTable(Northbound.PortGroup.self, columns: [.externalIDs, .name])
            .indexed(by: group).indexed(by: groupOrder).indexed(by: defaultGroup).indexed(by: portGroupName)
            .indexed(by: sharedGroup).indexed(by: ProjectIndexes.groups),
        MonitoredTable(Northbound.AddressSet.self)
            .indexed(by: addressSet).indexed(by: addressGroupOrder).indexed(by: sharedAddressGroup),
        MonitoredTable(Northbound.DHCPOptions.self)
            .indexed(by: subnet).indexed(by: subnetsOfNetwork).indexed(by: subnetsOfPool).indexed(by: subnetOrder)
            .indexed(by: allocations)
            .indexed(by: portOptionsOfSubnet).indexed(by: portOptions).indexed(by: record)
            .indexed(by: recordOrder).indexed(by: recordReference).indexed(by: sharedRecord)
            .indexed(by: ProjectIndexes.subnets).indexed(by: ProjectIndexes.records).indexed(by: ProjectIndexes.quotas),
        MonitoredTable(
            Northbound.LogicalSwitchPort.self,
            excluding: [.dynamicAddresses, .haChassisGroup, .mirrorRules]
        )
        .indexed(by: port).indexed(by: portName).indexed(by: portsOfDevice).indexed(by: portOrder)
        .indexed(by: addresses).indexed(by: portsOfGroup).indexed(by: pairAddress).indexed(by: dnsName).indexed(by: mac)
        .indexed(by: trunk).indexed(by: trunkOrder).indexed(by: portsOfParent).indexed(by: carriedTag)
        .indexed(by: ProjectIndexes.ports).indexed(by: ProjectIndexes.trunks),
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

    static let tunnelAddress = Index<Southbound.Encap, String>.column(\.ip, name: "tunnel address")
    static let binding = Index<Southbound.PortBinding, String>.column(\.logicalPort, name: "binding")

    static let dhcpv6Option = Index<Southbound.DHCPv6Options, String>.column(\.name, name: "DHCPv6 option")

    static let tables: [MonitoredTable] = [
        MonitoredTable(Southbound.Chassis.self, columns: [.externalIDs, .hostname, .name, .otherConfig])
            .indexed(by: chassis),
        // A change for each host whenever `nb_cfg` of NB_Global is incremented.
        MonitoredTable(
            Southbound.ChassisPrivate.self, columns: [.chassis, .externalIDs, .name, .nbCfg, .nbCfgTimestamp]),
        MonitoredTable(Southbound.DHCPv6Options.self, columns: [.name]).indexed(by: dhcpv6Option),
        // A row for each network, however many ports it has.
        MonitoredTable(Southbound.DatapathBinding.self, columns: [.externalIDs, .tunnelKey]).indexed(by: datapath),
        MonitoredTable(Southbound.Encap.self, columns: [.chassisName, .ip]).indexed(by: tunnelAddress),
        // A row for each port: where it is, by what ovn-controllers claim.
        MonitoredTable(Southbound.PortBinding.self, columns: [.chassis, .logicalPort]).indexed(by: binding),
    ]
}
