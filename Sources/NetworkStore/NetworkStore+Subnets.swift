import IPAM
import NetAddress
package import NeutronAPI
package import OVNModel
import OVSDB

extension Subnet: RowResource {
    package static func ids(in snapshot: Snapshot) -> OrderedIDs<Subnet> {
        snapshot.ordered(NorthboundIndexes.subnetOrder, .all)
    }

    package static func row(_ id: ID<Subnet>, in snapshot: Snapshot) -> Northbound.DHCPOptions? {
        snapshot.dhcpOptions(id)
    }

    package static func find(_ id: ID<Subnet>, in snapshot: Snapshot) -> Subnet? { snapshot.subnet(id) }

    /// Ports of the network get an address of an auto-addressed subnet.
    package static func create(_ id: ID<Subnet>, _ request: SubnetCreate, in draft: inout Draft) throws -> Subnet {
        try draft.create(id, request)
    }

    /// Changes a subnet and its DHCP options.
    package static func update(
        _ id: ID<Subnet>, _ update: SubnetUpdate, ifRevision revision: Int?, in draft: inout Draft
    ) throws -> Subnet {
        try draft.update(id, update, revision)
    }

    /// Refused while ports have addresses of it, except SLAAC addresses, which they lose.
    package static func delete(_ id: ID<Subnet>, ifRevision revision: Int?, in draft: inout Draft) throws {
        try draft.delete(id, revision)
    }
}

extension Draft {
    mutating func create(_ id: ID<Subnet>, _ request: SubnetCreate) throws -> Subnet {
        let snapshot = try snapshot()
        if isRepetition, let made = snapshot.subnet(id) { return made }
        guard let row = snapshot.logicalSwitch(request.networkID), let network = Network(row: row, in: snapshot) else {
            throw NeutronError.networkNotFound(request.networkID)
        }
        let place = try place(for: request)
        let cidr = place.cidr
        let gateway: IPAddress?
        switch request.gatewayIP {
        // As in Neutron, the first host where a pool has chosen the addresses, of either version.
        case .absent: gateway = request.cidr == nil ? cidr.network.advanced(by: 1) : cidr.defaultGateway
        case .null: gateway = nil
        case .value(let address): gateway = address
        }
        let subnet = Subnet(
            id: id, networkID: network.id, name: request.name,
            standard: created(request.projectID, request.description, revision: 0), cidr: cidr,
            poolID: place.pool?.id, gatewayIP: gateway,
            allocationPools: request.allocationPools ?? AllocationPools.standard(for: cidr, gateway: gateway),
            dnsNameservers: request.dnsNameservers, hostRoutes: request.hostRoutes, enableDHCP: request.enableDHCP,
            ipv6RAMode: request.ipv6RAMode, ipv6AddressMode: request.ipv6AddressMode, isShared: network.shared,
            serviceTypes: request.serviceTypes)
        try subnet.checkPools()
        try network.checkMTU(for: subnet.ipVersion)
        for other in network.subnets {
            if let prefix = snapshot.dhcpOptions(other)?.prefix, prefix.overlaps(subnet.cidr) {
                throw NeutronError.subnetOverlaps(subnet.cidr, network: network.id)
            }
        }
        try check(place.pool, mayServe: network, subnet.ipVersion, in: snapshot)
        try claimSubnets(of: row)
        var options = Northbound.DHCPOptions(id: RowID(of: id))
        subnet.write(to: &options, options: subnet.dhcpOptions(mtu: network.mtu, keeping: [:], configuration))
        insert(options)
        if subnet.isAutoAddress { try addAutoAddresses(of: subnet) }
        return subnet
    }

    mutating func update(_ id: ID<Subnet>, _ update: SubnetUpdate, _ revision: Int?) throws -> Subnet {
        let snapshot = try snapshot()
        guard let row = snapshot.dhcpOptions(id), var subnet = Subnet(row: row, in: snapshot),
            let network = snapshot.logicalSwitch(subnet.networkID)
        else { throw NeutronError.subnetNotFound(id) }
        try check(revision, against: subnet.standard)
        let old = subnet
        if let name = update.name { subnet.name = name }
        if let description = update.description { subnet.standard.description = description }
        if let nameservers = update.dnsNameservers { subnet.dnsNameservers = nameservers }
        if let routes = update.hostRoutes { subnet.hostRoutes = routes }
        if let enableDHCP = update.enableDHCP { subnet.enableDHCP = enableDHCP }
        if let pools = update.allocationPools { subnet.allocationPools = pools }
        if let types = update.serviceTypes { subnet.serviceTypes = types }
        switch update.gatewayIP {
        case .absent: break
        case .null: subnet.gatewayIP = nil
        case .value(let gateway): subnet.gatewayIP = gateway
        }
        try subnet.checkChange(from: old)
        if subnet.gatewayIP != old.gatewayIP { try checkGatewayUnused(old, in: snapshot) }
        guard subnet != old else { return old }
        touch(&subnet.standard)
        var changed = row
        subnet.write(
            to: &changed,
            options: subnet.dhcpOptions(
                mtu: network.externalIDs[NetworkLayout.mtu], keeping: row.options, configuration))
        try claimSubnets(of: network)
        expectUnchanged(row)
        change(row, to: changed)
        if changed.options != row.options { try rewritePortOptions(of: subnet, changed.options, in: snapshot) }
        if subnet.answersDHCP != old.answersDHCP { try rewriteDHCPReferences(of: subnet) }
        return subnet
    }

    mutating func delete(_ id: ID<Subnet>, _ revision: Int?) throws {
        let snapshot = try snapshot()
        guard let row = snapshot.dhcpOptions(id), let subnet = Subnet(row: row, in: snapshot),
            let network = snapshot.logicalSwitch(subnet.networkID)
        else {
            if isRepetition { return }
            throw NeutronError.subnetNotFound(id)
        }
        try check(revision, against: subnet.standard)
        let members = membersRows(of: subnet, in: snapshot)
        let keepers = members.filter { port in
            let owner = port.externalIDs[PortLayout.deviceOwner]
            return DeviceOwner.routerInterfaces.contains(owner)
                || !subnet.isAutoAddress && !DeviceOwner.removedWithNetwork.contains(owner)
        }
        guard keepers.isEmpty else { throw NeutronError.subnetInUse(id) }
        try claimSubnets(of: network)
        expectUnchanged(row)
        delete(row)
        for options in snapshot.northbound.rows(NorthboundIndexes.portOptionsOfSubnet, id) { delete(options) }
        // The ports are rewritten on a snapshot without the subnet; until then their addresses are read from this one.
        var reader = PortReader(snapshot)
        for member in members {
            guard var port = reader.port(member) else { continue }
            port.fixedIPs.removeAll { $0.subnetID == id }
            touch(&port.standard)
            try rewrite(member, as: port)
        }
    }
}
