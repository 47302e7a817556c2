import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB

extension NetworkIPAvailability: StoredDerivedResource {
    package static func all(_ query: ListQuery<Self>, in snapshot: Snapshot) -> [Self] {
        let versions = query["ip_version"]
        let wanted = versions.isEmpty ? nil : Set(versions.compactMap { Int($0).flatMap { IPVersion(rawValue: $0) } })
        if let text = query.only("network_id") {
            return ID<Network>(text).flatMap { snapshot.availability(of: $0, wanted) }.map { [$0] } ?? []
        }
        return snapshot.ordered(NorthboundIndexes.networkOrder, .all).next(after: nil, upwards: true, limit: .max)
            .compactMap { snapshot.availability(of: $0, wanted) }
    }

    package static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self? {
        snapshot.availability(of: ID(high: id.high, low: id.low), nil)
    }
}

extension Snapshot {
    /// With the subnets of these versions; nil for all.
    fileprivate func availability(of id: ID<Network>, _ versions: Set<IPVersion>?) -> NetworkIPAvailability? {
        guard let row = logicalSwitch(id) else { return nil }
        return NetworkIPAvailability(
            id: ID(high: id.high, low: id.low), networkName: row.externalIDs[NetworkLayout.name],
            projectID: row.externalIDs[Layout.projectID],
            subnets: subnets(of: id).filter { versions?.contains($0.ipVersion) ?? true }.map { subnet in
                // Neutron counts all addresses where there are no pools.
                let pools = subnet.allocationPools.isEmpty ? [subnet.cidr.range] : subnet.allocationPools
                return SubnetIPAvailability(
                    subnetID: subnet.id, name: subnet.name, cidr: subnet.cidr,
                    totalIPs: pools.reduce(0) { $0 + $1.count }, usedIPs: usedCount(of: subnet))
            })
    }

    /// The number of addresses of a subnet that ports have.
    func usedCount(of subnet: Subnet) -> Int {
        var (used, place) = (0, 0)
        while true {
            let count = northbound.count(
                NorthboundIndexes.addresses, .prefix(subnet.networkID, subnet.cidr, place: place))
            guard count > 0 else { return used }
            used += count
            place += 1
        }
    }
}
