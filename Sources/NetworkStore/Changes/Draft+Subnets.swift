import DHCPOptions
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

// The effects of a subnet's change on other rows.
extension Draft {
    /// Before a subnet of the network is created, changed or deleted: excludes concurrent transactions that do so or
    /// allocate an address. As in Neutron, the network's `revision_number` and `updated_at` change too.
    mutating func claimSubnets(of network: Northbound.LogicalSwitch) throws {
        try claimAddresses(of: network)
        guard var standard = StandardAttributes(externalIDs: network.externalIDs) else { return }
        touch(&standard)
        var changed = network
        standard.write(to: &changed.externalIDs)
        expectUnchanged(network)
        change(network, to: changed)
    }

    /// The ports that have an address of the subnet.
    func membersRows(of subnet: Subnet, in snapshot: Snapshot) -> [Northbound.LogicalSwitchPort] {
        snapshot.portRows(of: subnet.networkID).filter {
            $0.addressesInUse.contains(where: subnet.cidr.contains)
        }
    }

    /// Rewrites a subnet's options for a new MTU of its network.
    mutating func rewriteOptions(of subnet: Subnet, mtu: Int, in snapshot: Snapshot) throws {
        guard let row = snapshot.dhcpOptions(subnet.id) else { return }
        var changed = row
        changed.options = subnet.dhcpOptions(mtu: mtu, keeping: row.options, configuration)
        guard changed.options != row.options else { return }
        expectUnchanged(row)
        change(row, to: changed)
        try rewritePortOptions(of: subnet, changed.options, in: snapshot)
    }

    /// Rewrites the options of ports that have their own, which are the subnet's with overrides.
    mutating func rewritePortOptions(of subnet: Subnet, _ options: StringMap, in snapshot: Snapshot) throws {
        var reader = PortReader(snapshot)
        for row in snapshot.northbound.rows(NorthboundIndexes.portOptionsOfSubnet, subnet.id) {
            guard let id = row.portID, let portRow = snapshot.logicalSwitchPort(id), let port = reader.port(portRow)
            else {
                continue
            }
            var changed = row
            let wishes = ExtraDHCPOptions.translated(port.extraDHCPOptions, subnet.ipVersion, in: snapshot)
            changed.options = StringMap(
                try ExtraDHCPOptions.merged(DHCPAnswer(subnet.ipVersion, row: options.dictionary), wishes, of: id).row)
            guard changed != row else { continue }
            expectUnchanged(portRow)
            change(row, to: changed)
        }
    }

    /// Sets or clears the references of the subnet's ports to its options after DHCP was switched on or off.
    mutating func rewriteDHCPReferences(of subnet: Subnet) throws {
        let snapshot = try snapshot()
        var reader = PortReader(snapshot)
        for row in membersRows(of: subnet, in: snapshot) {
            if let port = reader.port(row) { try rewrite(row, as: port) }
        }
    }

    /// Adds the SLAAC address in a new subnet to every port of the network.
    mutating func addAutoAddresses(of subnet: Subnet) throws {
        let snapshot = try snapshot()
        var reader = PortReader(snapshot)
        for row in snapshot.portRows(of: subnet.networkID) {
            guard var port = reader.port(row), !DeviceOwner.routerInterfacesAndSNAT.contains(port.deviceOwner) else {
                continue
            }
            port.fixedIPs.append(FixedIP(subnetID: subnet.id, ipAddress: subnet.autoAddress(of: port.macAddress)))
            touch(&port.standard)
            try rewrite(row, as: port)
        }
    }

    /// The gateway's address cannot change while a router has it.
    func checkGatewayUnused(_ subnet: Subnet, in snapshot: Snapshot) throws(NeutronError) {
        guard let gateway = subnet.gatewayIP else { return }
        let holders = snapshot.northbound.rows(NorthboundIndexes.addresses, .address(subnet.networkID, gateway))
        for row in holders where DeviceOwner.routerInterfacesAndSNAT.contains(row.externalIDs[PortLayout.deviceOwner]) {
            if let port = row.portID { throw .gatewayIPInUse(gateway, port: port) }
        }
    }
}
