package import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB

// Subnets that come from pools. What is taken of a pool is what its subnets have, so that a deleted one is free at once;
// each pool counts what it gives, so that replicas never give it twice.
extension Draft {
    /// The addresses of a new subnet, and the pool that they come from, which is claimed.
    mutating func place(for request: SubnetCreate) throws -> (cidr: IPPrefix, pool: SubnetPool?) {
        guard let choice = request.pool else {
            guard let cidr = request.cidr else {
                throw NeutronError.badRequest(
                    resource: "subnets", "a subnetpool must be specified in the absence of a cidr")
            }
            return (cidr, nil)
        }
        let snapshot = try snapshot()
        let pool = try snapshot.pool(choice, request.ipVersion)
        guard pool.ipVersion == request.ipVersion else {
            throw NeutronError.subnetOfOtherVersion(request.ipVersion, pool: pool.ipVersion)
        }
        let wanted = try request.cidr ?? prefix(of: request.gatewayIP, request.prefixLength ?? pool.defaultLength, pool)
        let length = wanted?.length ?? request.prefixLength ?? pool.defaultLength
        if length > pool.maximumLength { throw NeutronError.subnetTooSmall(length, maximum: pool.maximumLength) }
        if length < pool.minimumLength { throw NeutronError.subnetTooLarge(length, minimum: pool.minimumLength) }
        let subnets = snapshot.northbound.rows(NorthboundIndexes.subnetsOfPool, pool.id)
        try checkQuota(of: pool, length, request.projectID, subnets)
        let free = AddressSet(pool.prefixes).subtracting(AddressSet(subnets.compactMap(\.prefix)))
        if let wanted, !AddressSet([wanted]).isSubset(of: free) { throw NeutronError.subnetPoolLacksPrefix }
        guard let cidr = wanted ?? free.block(ofLength: length) else { throw NeutronError.subnetPoolExhausted(length) }
        var whole = request
        whole.cidr = cidr
        try whole.validate()
        if let row = SubnetPool.row(pool.id, in: snapshot) { claim(row, RecordLayout.generation) }
        return (cidr, pool)
    }

    /// The prefix that is meant by a gateway without a CIDR.
    private func prefix(
        of gateway: Field<IPAddress>, _ length: Int, _ pool: SubnetPool
    ) throws(NeutronError) -> IPPrefix? {
        guard case .value(let address) = gateway else { return nil }
        guard address.version == pool.ipVersion else {
            throw .versionMismatch("gateway_ip", address, pool.ipVersion)
        }
        guard let prefix = IPPrefix(address, length: length) else {
            throw .subnetTooSmall(length, maximum: pool.maximumLength)
        }
        return prefix
    }

    /// A project may have so much of a pool.
    private func checkQuota(
        of pool: SubnetPool, _ length: Int, _ project: String, _ subnets: [Northbound.DHCPOptions]
    ) throws(NeutronError) {
        guard let quota = pool.defaultQuota, quota > 0 else { return }
        let width = pool.ipVersion.width
        // In addresses; a unit of IPv6 is a block of length 64.
        let limit = UInt128(quota) << (pool.ipVersion == .v4 ? 0 : 64)
        func size(_ length: Int) -> UInt128 { length == 0 ? .max : 1 << UInt128(width - length) }
        let used = subnets.filter { $0.externalIDs[Layout.projectID] == project }.compactMap(\.prefix)
            .reduce(size(length)) { sum, prefix in
                let (next, isTooMuch) = sum.addingReportingOverflow(size(prefix.length))
                return isTooMuch ? .max : next
            }
        guard used <= limit else { throw .subnetPoolQuotaExceeded }
    }

    /// A network's subnets of one version come from one pool, or from pools of one address scope, or from none. `pool` is
    /// that of a new one.
    func check(
        _ pool: SubnetPool?, mayServe network: Network, _ version: IPVersion, in snapshot: Snapshot
    ) throws(NeutronError) {
        let scope = version == .v4 ? network.ipv4AddressScope : network.ipv6AddressScope
        if let scope, let pool, pool.addressScopeID != scope { throw .networkAddressScopeAffinity }
        for row in snapshot.northbound.rows(NorthboundIndexes.subnetsOfNetwork, network.id)
        where row.prefix?.version == version {
            let other = row.externalIDs[SubnetLayout.poolID]
            if other != pool?.id, pool == nil || scope == nil { throw .networkSubnetPoolAffinity }
        }
    }
}

extension Snapshot {
    /// The default pool of a version.
    package func defaultSubnetPool(_ version: IPVersion) -> SubnetPool? {
        records(SubnetPool.self, where: SubnetPoolLayout.isDefault, is: "true").first { $0.ipVersion == version }
    }

    package func subnetIDs(ofPool id: ID<SubnetPool>) -> [ID<Subnet>] {
        northbound.rows(NorthboundIndexes.subnetsOfPool, id).compactMap(\.subnetID)
    }

    /// What subnets have of a pool.
    func prefixes(ofPool id: ID<SubnetPool>) -> [IPPrefix] {
        northbound.rows(NorthboundIndexes.subnetsOfPool, id).compactMap(\.prefix)
    }

    fileprivate func pool(_ choice: SubnetPoolChoice, _ version: IPVersion) throws(NeutronError) -> SubnetPool {
        switch choice {
        case .pool(let id):
            guard let pool = SubnetPool.find(id, in: self) else { throw SubnetPool.notFound(id.description) }
            return pool
        case .standard:
            guard let pool = defaultSubnetPool(version) else { throw .noDefaultSubnetPool(version) }
            return pool
        }
    }
}
