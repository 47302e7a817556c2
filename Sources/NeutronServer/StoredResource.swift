import JSONCoding
import NetworkStore
import NeutronAPI

/// A resource of the API in the store.
protocol StoredResource: Resource {
    /// The candidates of a query, narrowed by indexes; its filters are not yet applied.
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self>
    /// The resources with these identifiers, in that order; missing ones are left out.
    static func resources(_ ids: ArraySlice<ID<Self>>, in snapshot: Snapshot) -> [Self]
    static func find(_ id: ID<Self>, in store: NetworkStore) async throws -> Self
    static func create(_ requests: [Create], in store: NetworkStore) async throws -> [Self]
    static func update(_ id: ID<Self>, _ update: Update, ifRevision: Int?, in store: NetworkStore) async throws -> Self
    static func delete(_ id: ID<Self>, ifRevision: Int?, in store: NetworkStore) async throws

    /// The properties that policy rules depend on.
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget
    /// Whether a create request names a `network_id`.
    static var isOnNetwork: Bool { get }
    /// The ports that a request uses for it, which the requester must be allowed to change.
    static func ports(in given: [String: JSON]) -> [ID<Port>]
}

extension Network: StoredResource {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let name = query.only("name") { return Candidates(snapshot.networkIDs(named: name)) }
        return Candidates(snapshot.networkIDs, arePage: query.isUnfiltered)
    }

    static func resources(_ ids: ArraySlice<ID<Self>>, in snapshot: Snapshot) -> [Self] {
        ids.compactMap { snapshot.network($0) }
    }

    static func find(_ id: ID<Self>, in store: NetworkStore) async throws -> Self { try await store.network(id) }

    static func create(_ requests: [NetworkCreate], in store: NetworkStore) async throws -> [Self] {
        try await store.createNetworks(requests)
    }

    static func update(
        _ id: ID<Self>, _ update: NetworkUpdate, ifRevision revision: Int?, in store: NetworkStore
    ) async throws -> Self {
        try await store.updateNetwork(id, update, ifRevision: revision)
    }

    static func delete(_ id: ID<Self>, ifRevision revision: Int?, in store: NetworkStore) async throws {
        try await store.deleteNetwork(id, ifRevision: revision)
    }
}

extension Subnet: StoredResource {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let network = query.only("network_id") {
            return Candidates(ID(network).map { snapshot.subnetIDs(of: $0) } ?? [])
        }
        return Candidates(snapshot.subnetIDs, arePage: query.isUnfiltered)
    }

    static func resources(_ ids: ArraySlice<ID<Self>>, in snapshot: Snapshot) -> [Self] {
        ids.compactMap { snapshot.subnet($0) }
    }

    static func find(_ id: ID<Self>, in store: NetworkStore) async throws -> Self { try await store.subnet(id) }

    static func create(_ requests: [SubnetCreate], in store: NetworkStore) async throws -> [Self] {
        try await store.createSubnets(requests)
    }

    static func update(
        _ id: ID<Self>, _ update: SubnetUpdate, ifRevision revision: Int?, in store: NetworkStore
    ) async throws -> Self {
        try await store.updateSubnet(id, update, ifRevision: revision)
    }

    static func delete(_ id: ID<Self>, ifRevision revision: Int?, in store: NetworkStore) async throws {
        try await store.deleteSubnet(id, ifRevision: revision)
    }
}

extension Port: StoredResource {
    static func resources(_ ids: ArraySlice<ID<Self>>, in snapshot: Snapshot) -> [Self] { snapshot.ports(ids) }

    static func find(_ id: ID<Self>, in store: NetworkStore) async throws -> Self { try await store.port(id) }

    static func create(_ requests: [PortCreate], in store: NetworkStore) async throws -> [Self] {
        try await store.createPorts(requests)
    }

    static func update(
        _ id: ID<Self>, _ update: PortUpdate, ifRevision revision: Int?, in store: NetworkStore
    ) async throws -> Self {
        try await store.updatePort(id, update, ifRevision: revision)
    }

    static func delete(_ id: ID<Self>, ifRevision revision: Int?, in store: NetworkStore) async throws {
        try await store.deletePort(id, ifRevision: revision)
    }
}

extension Trunk: StoredResource {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let port = query.only("port_id") {
            return Candidates(ID(port).flatMap { snapshot.trunk(ofParent: $0) }.map { [$0.id] } ?? [])
        }
        return Candidates(snapshot.trunkIDs, arePage: query.isUnfiltered)
    }

    static func resources(_ ids: ArraySlice<ID<Self>>, in snapshot: Snapshot) -> [Self] {
        ids.compactMap { snapshot.trunk($0) }
    }

    static func find(_ id: ID<Self>, in store: NetworkStore) async throws -> Self { try await store.trunk(id) }

    static func create(_ requests: [TrunkCreate], in store: NetworkStore) async throws -> [Self] {
        try await store.createTrunks(requests)
    }

    static func update(
        _ id: ID<Self>, _ update: TrunkUpdate, ifRevision revision: Int?, in store: NetworkStore
    ) async throws -> Self {
        try await store.updateTrunk(id, update, ifRevision: revision)
    }

    static func delete(_ id: ID<Self>, ifRevision revision: Int?, in store: NetworkStore) async throws {
        try await store.deleteTrunk(id, ifRevision: revision)
    }
}
