package import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB

extension SubnetPool: Record, Sharable {
    package static var objectType: RBACPolicy.ObjectType { .subnetPool }

    /// The projects of its subnets.
    package static func users(of id: ID<SubnetPool>, in snapshot: Snapshot) -> Set<String> {
        Set(snapshot.northbound.rows(NorthboundIndexes.subnetsOfPool, id).map { $0.externalIDs[Layout.projectID] })
    }

    package static func apply(
        from old: SubnetPool?, to new: inout SubnetPool?, _ given: Given<SubnetPool>, in draft: inout Draft
    ) throws {
        let snapshot = try draft.snapshot()
        if var pool = new {
            try pool.complete(given, from: old)
            if pool.isDefault, old?.isDefault != true { try draft.claimDefault(pool) }
            if pool.addressScopeID != old?.addressScopeID || pool.prefixes != old?.prefixes {
                try draft.join(pool, from: old)
            }
            new = pool
        } else if let old, snapshot.northbound.count(NorthboundIndexes.subnetsOfPool, old.id) > 0 {
            throw NeutronError.subnetPoolInUse
        }
        // A subnet that comes from it at the same time claims it too.
        if let old, new != old, let row = row(old.id, in: snapshot) { draft.claim(row, RecordLayout.generation) }
    }
}

extension Draft {
    /// Refuses a second default pool of a version, and fails the transaction if there is one concurrently.
    fileprivate mutating func claimDefault(_ pool: SubnetPool) throws {
        let defaults: [SubnetPool] = try snapshot().records(where: SubnetPoolLayout.isDefault, is: "true")
        guard !defaults.contains(where: { $0.ipVersion == pool.ipVersion }) else {
            throw NeutronError.defaultSubnetPoolExists
        }
        let keys: StringMap = [
            RecordLayout.kind: SubnetPool.memberName, SubnetPoolLayout.isDefault: "true",
            SubnetPoolLayout.ipVersion: "\(pool.ipVersion.rawValue)",
        ]
        append(
            .wait(
                on: Northbound.DHCPOptions.tableName, where: [Condition("external_ids", .includes, keys.value)],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
    }

    /// The pool's addresses must be its own in its address scope, which its subnets join with it.
    fileprivate mutating func join(_ pool: SubnetPool, from old: SubnetPool?) throws {
        let snapshot = try snapshot()
        if let id = pool.addressScopeID {
            guard let row = AddressScope.row(id, in: snapshot), let scope = AddressScope(id, row, in: snapshot) else {
                throw AddressScope.notFound(id.description)
            }
            guard scope.ipVersion == pool.ipVersion else {
                throw NeutronError.addressScopeOfOtherVersion(pool.id, id, scope.ipVersion)
            }
            let addresses = AddressSet(pool.prefixes)
            for other in snapshot.subnetPools(of: id) where other.id != pool.id {
                guard addresses.isDisjoint(with: AddressSet(other.prefixes)) else {
                    throw NeutronError.addressScopePrefixConflict
                }
            }
            claim(row, RecordLayout.generation)
        }
        guard let old, pool.addressScopeID != old.addressScopeID else { return }
        let subnets = snapshot.northbound.rows(NorthboundIndexes.subnetsOfPool, pool.id)
        for network in Set(subnets.compactMap(\.networkID)) {
            let strangers = snapshot.northbound.rows(NorthboundIndexes.subnetsOfNetwork, network).contains {
                $0.prefix?.version == pool.ipVersion && $0.externalIDs[SubnetLayout.poolID] != pool.id
            }
            if strangers { throw NeutronError.networkAddressScopeAffinity }
            if let row = snapshot.logicalSwitch(network) { try claimAddresses(of: row) }
        }
    }
}

extension NetworkStore {
    /// Adds addresses to a pool.
    package func addPrefixes(_ prefixes: [IPPrefix], to id: ID<SubnetPool>) async throws -> SubnetPool {
        try await change { draft in try SubnetPool.change(id, in: &draft) { $0.prefixes += prefixes } }
    }

    /// Takes addresses out of a pool; those that it does not have are no error, and those of its subnets are refused.
    package func removePrefixes(_ prefixes: [IPPrefix], from id: ID<SubnetPool>) async throws -> SubnetPool {
        try await change { draft in
            let taken = AddressSet(try draft.snapshot().prefixes(ofPool: id))
            return try SubnetPool.change(id, in: &draft) { pool in
                let (all, unwanted) = (AddressSet(pool.prefixes), AddressSet(prefixes))
                guard !all.isDisjoint(with: unwanted) else { return }
                guard taken.isDisjoint(with: unwanted) else {
                    throw NeutronError.illegalSubnetPoolPrefixUpdate(
                        "One or more the prefixes to be removed is in use by a subnet.")
                }
                pool.prefixes = all.subtracting(unwanted).blocks
            }
        }
    }

    /// Makes the subnets of a network, of the pool's version, subnets of the pool, and adds their addresses to it.
    package func onboardSubnets(of network: ID<Network>, to id: ID<SubnetPool>) async throws -> [Subnet] {
        try await change { draft in try draft.onboardSubnets(of: network, to: id) }
    }
}

extension Draft {
    fileprivate mutating func onboardSubnets(of networkID: ID<Network>, to id: ID<SubnetPool>) throws -> [Subnet] {
        let snapshot = try snapshot()
        guard let network = snapshot.logicalSwitch(networkID), network.isOurs else {
            throw NeutronError.networkNotFound(networkID)
        }
        guard let pool = SubnetPool.find(id, in: snapshot) else { throw SubnetPool.notFound(id.description) }
        var subnets = snapshot.subnets(of: networkID).filter { $0.ipVersion == pool.ipVersion }
        if isRepetition, subnets.allSatisfy({ $0.poolID == id }) { return subnets }
        let taken = AddressSet(snapshot.prefixes(ofPool: id))
        for subnet in subnets where !taken.isDisjoint(with: AddressSet([subnet.cidr])) {
            throw NeutronError.illegalSubnetPoolUpdate(
                "Onboarding subnet \(subnet.id): \(subnet.cidr) conflicts with allocated prefixes in subnet pool \(id)")
        }
        guard !subnets.isEmpty else { return [] }
        let prefixes = subnets.map(\.cidr)
        _ = try SubnetPool.change(id, in: &self) { $0.prefixes += prefixes }
        if let row = SubnetPool.row(id, in: snapshot) { claim(row, RecordLayout.generation) }
        try claimSubnets(of: network)
        for place in subnets.indices {
            guard let row = snapshot.dhcpOptions(subnets[place].id) else { continue }
            subnets[place].poolID = id
            touch(&subnets[place].standard)
            var changed = row
            subnets[place].write(to: &changed, options: row.options)
            expectUnchanged(row)
            change(row, to: changed)
        }
        return subnets
    }
}
