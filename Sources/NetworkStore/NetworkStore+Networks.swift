import NetAddress
package import NeutronAPI
package import OVNModel
package import OVSDB

extension Network: RowResource {
    package static func ids(in snapshot: Snapshot) -> OrderedIDs<Network> {
        snapshot.ordered(NorthboundIndexes.networkOrder, .all)
    }

    package static func row(_ id: ID<Network>, in snapshot: Snapshot) -> Northbound.LogicalSwitch? {
        snapshot.logicalSwitch(id)
    }

    package static func find(_ id: ID<Network>, in snapshot: Snapshot) -> Network? { snapshot.network(id) }

    package static func create(_ id: ID<Network>, _ request: NetworkCreate, in draft: inout Draft) throws -> Network {
        try draft.create(id, request)
    }

    package static func update(
        _ id: ID<Network>, _ update: NetworkUpdate, ifRevision revision: Int?, in draft: inout Draft
    ) throws -> Network {
        try draft.update(id, update, revision)
    }

    /// Deletes a network with its subnets. Refused while it has ports, except those that only serve it.
    package static func delete(_ id: ID<Network>, ifRevision revision: Int?, in draft: inout Draft) throws {
        try draft.delete(id, revision)
    }
}

extension Network: Sharable {
    package static var objectType: RBACPolicy.ObjectType { .network }
    package static var sharedRows: Index<Row, SharedKey> { NorthboundIndexes.sharedNetwork }

    package static func id(of row: Northbound.LogicalSwitch) -> ID<Network>? { row.networkID }

    package static func users(of id: ID<Network>, in snapshot: Snapshot) -> Set<String> {
        Set(snapshot.portRows(of: id).map { $0.externalIDs[Layout.projectID] })
    }

    package static func expectUsersUnchanged(of row: Northbound.LogicalSwitch, in draft: inout Draft) throws {
        try draft.claimAddresses(of: row)
    }

    package static func refusal(of id: ID<Network>, target: String) -> String {
        NeutronError.invalidSharedSetting(network: id.description).message
    }
}

extension Draft {
    mutating func create(_ id: ID<Network>, _ request: NetworkCreate) throws -> Network {
        if isRepetition, let made = try snapshot().network(id) { return made }
        if request.claimsName { try claimName(request.name, of: request.projectID) }
        let network = Network(
            id: id, name: request.name, standard: created(request.projectID, request.description, revision: 1),
            adminStateUp: request.adminStateUp, shared: request.shared, mtu: try mtu(request.mtu),
            portSecurityEnabled: request.portSecurityEnabled,
            provider: Network.Provider(networkType: NetworkLayout.networkType.absent),
            availabilityZoneHints: try zones(request.availabilityZoneHints), dnsDomain: request.dnsDomain)
        var row = Northbound.LogicalSwitch(id: RowID(of: id))
        network.write(to: &row)
        row.otherConfig = Network.otherConfig
        let rule = Northbound.ACL.infrastructure(of: id)
        row.acls = [rule.id]
        insert(rule)
        insert(row)
        insertAllocations(of: id)
        return network
    }

    mutating func update(_ id: ID<Network>, _ update: NetworkUpdate, _ revision: Int?) throws -> Network {
        let snapshot = try snapshot()
        guard let row = snapshot.logicalSwitch(id), var network = Network(row: row, in: snapshot) else {
            throw NeutronError.networkNotFound(id)
        }
        try check(revision, against: network.standard)
        let old = network
        if let name = update.name { network.name = name }
        if let description = update.description { network.standard.description = description }
        if let adminStateUp = update.adminStateUp { network.adminStateUp = adminStateUp }
        if let portSecurityEnabled = update.portSecurityEnabled { network.portSecurityEnabled = portSecurityEnabled }
        if let shared = update.shared, shared != network.shared {
            if !shared {
                try claimAddresses(of: row)
                try checkUnsharing(network, in: snapshot)
            }
            network.shared = shared
        }
        if let mtu = update.mtu {
            network.mtu = try self.mtu(mtu)
            let subnets = snapshot.subnets(of: id)
            for subnet in subnets { try network.checkMTU(for: subnet.ipVersion) }
            if network.mtu != old.mtu, !subnets.isEmpty {
                try claimAddresses(of: row)
                for subnet in subnets { try rewriteOptions(of: subnet, mtu: network.mtu, in: snapshot) }
            }
        }
        if let dnsDomain = update.dnsDomain { network.dnsDomain = dnsDomain }
        guard network != old else { return old }
        touch(&network.standard)
        var changed = row
        network.write(to: &changed)
        expectUnchanged(row)
        change(row, to: changed)
        if network.dnsDomain != old.dnsDomain { try rewriteNames(of: row, in: network.dnsDomain) }
        return network
    }

    mutating func delete(_ id: ID<Network>, _ revision: Int?) throws {
        let snapshot = try snapshot()
        guard let row = snapshot.logicalSwitch(id), let network = Network(row: row, in: snapshot) else {
            if isRepetition { return }
            throw NeutronError.networkNotFound(id)
        }
        try check(revision, against: network.standard)
        let ports = snapshot.portRows(of: id)
        let users = ports.filter { !DeviceOwner.removedWithNetwork.contains($0.externalIDs[PortLayout.deviceOwner]) }
        guard users.isEmpty else {
            // Enough to find them by; a message with thousands of ports is useless.
            throw NeutronError.networkInUse(id, ports: Array(users.lazy.compactMap(\.portID).prefix(50)))
        }
        expectUnchanged(row)
        try deleteAllocations(of: id)
        if let names = snapshot.names(of: id) { delete(names) }
        for port in ports { try deletePort(port, in: snapshot) }
        for subnet in snapshot.northbound.rows(NorthboundIndexes.subnetsOfNetwork, id) { delete(subnet) }
        try deletePolicies(about: id)
        // Its rules are deleted with the last reference to them.
        delete(row)
    }

    /// Refuses a network name that the project uses already, and fails the transaction if it is taken concurrently.
    private mutating func claimName(_ name: String, of project: String) throws {
        let named = try snapshot().northbound.rows(NorthboundIndexes.networkName, name)
        guard !named.contains(where: { $0.externalIDs[Layout.projectID] == project }) else {
            throw NeutronError.networkNameInUse(name)
        }
        let keys = StringMap([NetworkLayout.name.name: name, Layout.projectID.name: project])
        append(
            .wait(
                on: Northbound.LogicalSwitch.tableName, where: [Condition("external_ids", .includes, keys.value)],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
    }

    /// The zones of a request, which must exist.
    private mutating func zones(_ hints: [String]) throws -> [String] {
        guard !hints.isEmpty else { return [] }
        let known = Set(try snapshot().availabilityZones)
        let missing = hints.filter { !known.contains($0) }
        guard missing.isEmpty else { throw NeutronError.availabilityZoneNotFound(missing.joined(separator: ", ")) }
        return hints
    }

    /// The MTU of a request; nil and 0 mean the largest.
    private func mtu(_ requested: Int?) throws(NeutronError) -> Int {
        let maximum = configuration.maximumMTU
        guard let requested, requested != 0 else { return maximum }
        guard requested <= maximum else { throw .invalidInput("Requested MTU is too big, maximum is \(maximum)") }
        return requested
    }

    /// A network cannot become unshared while projects use it with which no policy shares it.
    private func checkUnsharing(_ network: Network, in snapshot: Snapshot) throws(NeutronError) {
        var projects = snapshot.targets(of: .network, ID(network.id))
        projects.insert(network.standard.projectID)
        let ports = snapshot.portRows(of: network.id)
        let strangers =
            ports.contains {
                !projects.contains($0.externalIDs[Layout.projectID])
                    && !$0.externalIDs[PortLayout.deviceOwner].hasPrefix(DeviceOwner.networkPrefix)
            } || snapshot.subnets(of: network.id).contains { !projects.contains($0.standard.projectID) }
        if strangers { throw .invalidSharedSetting(network: network.name) }
    }
}

extension Network {
    /// The minimum of IPv4 (RFC 791) and IPv6 (RFC 8200).
    func checkMTU(for version: IPVersion) throws(NeutronError) {
        let minimum = version == .v4 ? 68 : 1_280
        // The IPv4 minimum is reported first.
        if mtu < 68 { throw .networkMTUSubnetConflict(id, minimum: 68) }
        if mtu < minimum { throw .networkMTUSubnetConflict(id, minimum: minimum) }
    }
}

extension RowID {
    /// A resource's row has the resource's own identifier: a transaction that is repeated although it was committed
    /// is refused by the database.
    init<Resource>(of id: ID<Resource>) { self.init(high: id.high, low: id.low) }
}
