import IPAM
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

extension Subnet {
    /// Nil if the row is not ours, belongs to a single port, or does not name its network.
    init?(row: Northbound.DHCPOptions, in snapshot: Snapshot) {
        let keys = row.externalIDs
        guard keys[PortOptionsLayout.portID] == nil, let standard = StandardAttributes(externalIDs: keys),
            let id = row.subnetID, let network = row.networkID, let prefix = row.prefix
        else { return nil }
        let gateway = keys[SubnetLayout.gatewayIP].map { IPAddress($0) } ?? prefix.defaultGateway
        let pools = keys[SubnetLayout.allocationPools]
        self.init(
            id: id, networkID: network, name: keys[SubnetLayout.name], standard: standard, cidr: prefix,
            poolID: keys[SubnetLayout.poolID],
            gatewayIP: gateway,
            allocationPools: pools.isEmpty && keys[SubnetLayout.allocationPools.name] == nil
                ? AllocationPools.standard(for: prefix, gateway: gateway) : pools,
            dnsNameservers: keys[SubnetLayout.dnsNameservers], hostRoutes: keys[SubnetLayout.hostRoutes],
            enableDHCP: keys[SubnetLayout.enableDHCP], ipv6RAMode: keys[SubnetLayout.ipv6RAMode],
            ipv6AddressMode: keys[SubnetLayout.ipv6AddressMode],
            isShared: snapshot.ownership(of: network)?.isShared ?? false,
            serviceTypes: keys[SubnetLayout.serviceTypes])
    }

    /// Writes the attributes and the DHCP options; everything else in the row stays.
    func write(to row: inout Northbound.DHCPOptions, options: StringMap) {
        row.cidr = cidr.description
        row.options = options
        standard.write(to: &row.externalIDs)
        row.externalIDs[SubnetLayout.id] = id.description
        row.externalIDs[SubnetLayout.networkID] = networkID.description
        row.externalIDs[SubnetLayout.name] = name
        row.externalIDs[SubnetLayout.poolID] = poolID
        row.externalIDs[SubnetLayout.gatewayIP] = gatewayIP == cidr.defaultGateway ? nil : gatewayIP?.description ?? ""
        // An empty list differs from an absent one.
        let standardPools = AllocationPools.standard(for: cidr, gateway: gatewayIP)
        row.externalIDs[SubnetLayout.allocationPools.name] =
            allocationPools == standardPools ? nil : SubnetLayout.allocationPools.write(allocationPools)
        row.externalIDs[SubnetLayout.dnsNameservers] = dnsNameservers
        row.externalIDs[SubnetLayout.hostRoutes] = hostRoutes
        row.externalIDs[SubnetLayout.enableDHCP] = enableDHCP
        row.externalIDs[SubnetLayout.ipv6RAMode] = ipv6RAMode
        row.externalIDs[SubnetLayout.ipv6AddressMode] = ipv6AddressMode
        row.externalIDs[SubnetLayout.serviceTypes] = serviceTypes
    }

    /// Whether ports of an owner may have its addresses. A DHCP server may have those of every subnet that it serves.
    func serves(_ deviceOwner: String) -> Bool {
        serviceTypes.isEmpty || serviceTypes.contains(deviceOwner) || deviceOwner == DeviceOwner.dhcp && enableDHCP
    }

    /// Whether ports of the subnet refer to its row, which makes OVN answer their DHCP.
    var answersDHCP: Bool { enableDHCP && ipv6AddressMode != .slaac }

    /// The SLAAC address of a MAC.
    func autoAddress(of mac: MACAddress) -> IPAddress {
        .v6(IPv6Address(eui64: mac, in: IPv6Address(bits: cidr.network.bits)))
    }
}
