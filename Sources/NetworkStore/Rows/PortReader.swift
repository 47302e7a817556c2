import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// Builds ports from rows, caching each network's subnets.
struct PortReader {
    private let snapshot: Snapshot
    private var subnets: [ID<Network>: [(prefix: IPPrefix, id: ID<Subnet>)]] = [:]

    init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Nil where the row is not ours.
    mutating func port(_ row: Northbound.LogicalSwitchPort) -> Port? {
        let keys = row.externalIDs
        guard let id = row.portID, let network = row.networkID, let mac = row.macAddress,
            let standard = StandardAttributes(externalIDs: keys)
        else { return nil }
        var port = Port(
            id: id, networkID: network, name: keys[PortLayout.name], standard: standard,
            adminStateUp: row.enabled ?? true,
            status: row.up == true ? .active : .down, macAddress: mac, fixedIPs: fixedIPs(row, on: network),
            deviceID: keys[PortLayout.deviceID], deviceOwner: keys[PortLayout.deviceOwner],
            portSecurityEnabled: keys[PortLayout.portSecurityEnabled] ?? !row.portSecurity.isEmpty,
            allowedAddressPairs: keys[PortLayout.allowedAddressPairs],
            extraDHCPOptions: keys[PortLayout.extraDHCPOptions], binding: binding(row),
            trunk: keys[TrunkLayout.id].map {
                TrunkDetails(trunkID: $0, subports: snapshot.subports(of: $0, parent: id, withMAC: true))
            }, subportOf: keys[SubportLayout.trunkID],
            names: PortDNS(
                name: keys[PortLayout.dnsName], domain: keys[PortLayout.dnsDomain], serverDomain: snapshot.serverDomain)
        )
        port.securityGroups = keys[PortLayout.securityGroupIDs]
        port.isFiltered = keys[PortLayout.isFiltered] || !port.securityGroups.isEmpty
        return port
    }

    /// The subnet of an address is the one that contains it: subnets of a network do not overlap.
    private mutating func fixedIPs(_ row: Northbound.LogicalSwitchPort, on network: ID<Network>) -> [FixedIP] {
        let addresses = row.addressesInUse
        guard !addresses.isEmpty else { return [] }
        let subnets = subnets(of: network)
        return addresses.compactMap { address in
            subnets.first { $0.prefix.contains(address) }.map { FixedIP(subnetID: $0.id, ipAddress: address) }
        }
    }

    private mutating func subnets(of network: ID<Network>) -> [(prefix: IPPrefix, id: ID<Subnet>)] {
        if let known = subnets[network] { return known }
        let found = snapshot.northbound.rows(NorthboundIndexes.subnetsOfNetwork, network).compactMap { row in
            row.prefix.flatMap { prefix in row.subnetID.map { (prefix: prefix, id: $0) } }
        }
        subnets[network] = found
        return found
    }

    private func binding(_ row: Northbound.LogicalSwitchPort) -> PortBinding {
        let host = snapshot.host(of: row)
        var profile = row.externalIDs[PortLayout.bindingProfile]
        if let parent = row.parentName, profile[BindingProfile.parentName] == nil {
            profile[BindingProfile.parentName] = .string(parent)
        }
        if let tag = row.tag, row.parentName != nil { profile[BindingProfile.tag] = .integer(Int64(tag)) }
        var binding = PortBinding(
            hostID: host, vnicType: row.externalIDs[PortLayout.vnicType], profile: profile)
        if !host.isEmpty {
            let bound = snapshot.hasChassis(binding.hostID)
            binding.vifType = bound ? VIFType.ovs : VIFType.bindingFailed
            if bound { binding.vifDetails = VIFType.ovsDetails }
        }
        return binding
    }
}

/// Keys of `Logical_Switch_Port.options` (ovn-nb(5)).
enum PortOptions {
    static let requestedChassis = "requested-chassis"
    static let floodReports = "mcast_flood_reports"
    static let virtualIP = "virtual-ip"
    static let virtualParents = "virtual-parents"
}

/// Members of `binding:profile` with a meaning here: parent and VLAN of a container's port in an instance.
enum BindingProfile {
    static let parentName = "parent_name"
    static let tag = "tag"
}

/// Values of `binding:vif_type`.
enum VIFType {
    static let unbound = "unbound"
    static let bindingFailed = "binding_failed"
    static let ovs = "ovs"

    static let ovsDetails: [String: JSON] = ["port_filter": true, "connectivity": "l2"]
}
