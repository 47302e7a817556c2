import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// The context that a port's row depends on.
struct PortSurroundings {
    /// The subnets of the port's addresses, at least.
    var subnets: [Subnet]
    /// The options that the port refers to.
    var dhcpv4: RowID?
    var dhcpv6: RowID?
    /// The ports that may claim the port's address, and that address: OVN detects which one does (ovn-nb(5), type
    /// `virtual`).
    var virtual: (address: IPAddress, parents: [ID<Port>])?
}

extension Port {
    /// Writes what the API can change; everything else in the row stays.
    func write(to row: inout Northbound.LogicalSwitchPort, _ surroundings: PortSurroundings) {
        row.name = id.description
        row.enabled = adminStateUp
        writeKeys(to: &row.externalIDs, surroundings.subnets)
        writeBinding(to: &row, surroundings)
        row.dhcpv4Options = surroundings.dhcpv4
        row.dhcpv6Options = surroundings.dhcpv6

        // A floating IP belongs to no one on the switch.
        let inert = deviceOwner == DeviceOwner.floatingIP
        let security = inert || isTrusted || !portSecurityEnabled ? (entries: [], macs: []) : portSecurity
        row.portSecurity = security.entries
        row.addresses = inert ? [] : addresses(row, security.macs)
        // Two keys only where the columns do not imply them.
        row.externalIDs[PortLayout.portSecurityEnabled] = nil
        if row.portSecurity.isEmpty == portSecurityEnabled {
            row.externalIDs[PortLayout.portSecurityEnabled] = portSecurityEnabled
        }
        row.externalIDs[PortLayout.macAddress] = nil
        if row.macAddress != macAddress { row.externalIDs[PortLayout.macAddress] = macAddress }
    }

    private func writeKeys(to keys: inout StringMap, _ subnets: [Subnet]) {
        standard.write(to: &keys)
        keys[PortLayout.name] = name
        keys[PortLayout.networkName] = NetworkLayout.switchName(networkID)
        keys[PortLayout.deviceID] = deviceID
        keys[PortLayout.deviceOwner] = deviceOwner
        keys[PortLayout.cidrs] = fixedIPs.map { fixed in
            let length = subnets.first { $0.id == fixed.subnetID }?.cidr.length ?? fixed.ipAddress.version.width
            return "\(fixed.ipAddress)/\(length)"
        }.joined(separator: " ")
        keys[PortLayout.securityGroupIDs] = securityGroups
        keys[PortLayout.isFiltered] = isFiltered && securityGroups.isEmpty
        keys[PortLayout.vnicType] = binding.vnicType
        keys[PortLayout.allowedAddressPairs] = allowedAddressPairs
        keys[PortLayout.extraDHCPOptions] = extraDHCPOptions
        keys[PortLayout.bindingProfile] = binding.profile
        keys[SubportLayout.trunkID] = subportOf
        keys[PortLayout.dnsName] = names?.name ?? ""
        keys[PortLayout.dnsDomain] = names?.domain ?? ""
    }

    private func writeBinding(to row: inout Northbound.LogicalSwitchPort, _ surroundings: PortSurroundings) {
        row.parentName = binding.profile[BindingProfile.parentName]?.string
        row.tag = nil
        row.tagRequest = nil
        if row.parentName != nil, case .integer(let tag) = binding.profile[BindingProfile.tag] { row.tag = Int(tag) }
        row.options[PortOptions.floodReports] = "true"
        row.options[PortOptions.virtualIP] = surroundings.virtual?.address.description
        row.options[PortOptions.virtualParents] = surroundings.virtual?.parents.map(\.description).joined(
            separator: ",")
        row.type = surroundings.virtual == nil ? "" : "virtual"
        // A subport is where its parent is; a virtual port where its claimant is.
        let host = row.parentName == nil ? binding.hostID : ""
        row.options[PortOptions.requestedChassis] = surroundings.virtual == nil ? host : nil
    }

    /// The column `addresses`: what OVN answers ARP for and forwards, or `unknown` for a port that may have any.
    private func addresses(_ row: Northbound.LogicalSwitchPort, _ otherMACs: [MACAddress]) -> [String] {
        var result: [String] = []
        let answers = row.dhcpv4Options != nil || row.dhcpv6Options != nil
        if !row.portSecurity.isEmpty || !row.type.isEmpty || answers {
            result.append(([macAddress.description] + fixedIPs.map(\.ipAddress.description)).joined(separator: " "))
            result += otherMACs.map(\.description)
        }
        if row.portSecurity.isEmpty && row.type.isEmpty { result.append("unknown") }
        return result.sorted()
    }

    /// The column `port_security`, the allowed source addresses, and the MACs in it beside the port's own.
    private var portSecurity: (entries: [String], macs: [MACAddress]) {
        var own = [macAddress.description] + fixedIPs.map(\.ipAddress.description)
        var others: [String] = []
        var macs: Set<MACAddress> = []
        for pair in allowedAddressPairs {
            if let mac = pair.macAddress, mac != macAddress {
                others.append("\(mac) \(pair.text)")
                macs.insert(mac)
            } else {
                own.append(pair.text)
            }
        }
        return (([own.joined(separator: " ")] + others).sorted(), macs.sorted())
    }

    /// Whether the port is the network's own device, exempt from port security.
    var isTrusted: Bool { deviceOwner.hasPrefix(DeviceOwner.networkPrefix) }
}

/// Values of `device_owner` with a meaning here.
enum DeviceOwner {
    static let networkPrefix = "network:"
    static let dhcp = "network:dhcp"
    static let distributed = "network:distributed"
    static let floatingIP = "network:floatingip"
    /// A trunk's subport.
    static let subport = "trunk:subport"

    /// Interfaces of routers.
    static let routerInterfaces: Set<String> = [
        "network:router_interface", "network:ha_router_replicated_interface", "network:router_interface_distributed",
    ]
    /// Those and source NAT ports, which never have SLAAC addresses.
    static let routerInterfacesAndSNAT = routerInterfaces.union(["network:router_centralized_snat"])
    /// Every port of a router: its address may be the subnet-router anycast address.
    static let routers = routerInterfacesAndSNAT.union(["network:router_gateway"])
    /// Ports that do not block the deletion of their network or subnet, and are deleted with it.
    static let removedWithNetwork: Set<String> = [dhcp, distributed, "network:floatingip_agent_gateway"]
}
