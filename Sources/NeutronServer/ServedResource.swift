import JSONCoding
import NetAddress
import NetworkStore
import NeutronAPI

/// A resource of the store that the API serves.
protocol ServedResource: StoredResource {
    /// The candidates of a query, narrowed by indexes; its filters are not yet applied.
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self>

    /// The properties that policy rules depend on.
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget
    /// Whether a create request names a `network_id`.
    static var isOnNetwork: Bool { get }
    /// The ports that a request uses for it, which the requester must be allowed to change.
    static func ports(in given: [String: JSON]) -> [ID<Port>]
    /// Throws unless the requester sees what a request names, and may use it so. `resource` is what is changed; nil for
    /// what is made. Not asked for administrators.
    static func checkReferences(in given: [String: JSON], of resource: Self?, by access: Access<Self>) async throws
}

extension ServedResource {
    static func checkReferences(in given: [String: JSON], of resource: Self?, by access: Access<Self>) async throws {}

    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        return Candidates(ids(in: snapshot), arePage: query.isUnfiltered)
    }
}

extension Network: ServedResource {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let name = query.only("name") { return Candidates(snapshot.networkIDs(named: name)) }
        return Candidates(ids(in: snapshot), arePage: query.isUnfiltered)
    }
}

extension Subnet: ServedResource {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let network = query.only("network_id") {
            return Candidates(ID(network).map { snapshot.subnetIDs(of: $0) } ?? [])
        }
        if let pool = query.only("subnetpool_id").flatMap({ ID<SubnetPool>($0) }) {
            return Candidates(snapshot.subnetIDs(ofPool: pool))
        }
        return Candidates(ids(in: snapshot), arePage: query.isUnfiltered)
    }
}

extension Port: ServedResource {}

extension Trunk: ServedResource {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let port = query.only("port_id") {
            return Candidates(ID(port).flatMap { snapshot.trunk(ofParent: $0) }.map { [$0.id] } ?? [])
        }
        return Candidates(ids(in: snapshot), arePage: query.isUnfiltered)
    }
}

extension AddressScope: ServedResource {
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(projectID: standard.projectID, isShared: shared)
    }
}

extension SubnetPool: ServedResource {
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(projectID: standard.projectID, isShared: shared)
    }

    /// The pool joins a scope that the requester sees; once it is in one, only the scope's owner changes it.
    static func checkReferences(in given: [String: JSON], of pool: Self?, by access: Access<Self>) async throws {
        let scopes: Access<AddressScope> = access.to()
        if let pool, let id = pool.addressScopeID, !given.isEmpty {
            guard try await scopes.find(id).standard.projectID == access.requester.projectID else {
                throw NeutronError.illegalSubnetPoolUpdate(
                    "subnetpool \(pool.id) cannot be updated when associated with shared address scope \(id)")
            }
        }
        if let id = given["address_scope_id"]?.string.flatMap({ ID<AddressScope>($0) }) {
            _ = try await scopes.find(id)
        }
    }
}

extension Subnet {
    static func checkReferences(in given: [String: JSON], of subnet: Self?, by access: Access<Self>) async throws {
        let pools: Access<SubnetPool> = access.to()
        if let id = given["subnetpool_id"]?.string.flatMap({ ID<SubnetPool>($0) }) { _ = try await pools.find(id) }
        guard given["use_default_subnetpool"]?.means(true) == true else { return }
        let version: IPVersion = given["ip_version"]?.shown == "6" ? .v6 : .v4
        if access.store.snapshot().defaultSubnetPool(version) == nil { try await access.store.lookAgain() }
        guard let pool = access.store.snapshot().defaultSubnetPool(version), pools.sees(pool) else {
            throw NeutronError.noDefaultSubnetPool(version)
        }
    }
}
