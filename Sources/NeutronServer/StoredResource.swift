import NetworkStore
import NeutronAPI

/// A resource of the API as the store keeps it.
protocol StoredResource: Resource {
    /// The page that a query asks for.
    static func page(_ query: ListQuery<Self>, after marker: Self?, in snapshot: Snapshot) -> [Self]
    static func find(_ id: ID<Self>, in store: NetworkStore) async throws -> Self
    static func create(_ requests: [Create], in store: NetworkStore) async throws -> [Self]
    static func update(_ id: ID<Self>, _ update: Update, ifRevision: Int?, in store: NetworkStore) async throws -> Self
    static func delete(_ id: ID<Self>, ifRevision: Int?, in store: NetworkStore) async throws

    /// What rules about who may do what ask of it.
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget
    /// Whether it is on a network, which a request for a new one names as its `network_id`.
    static var isOnNetwork: Bool { get }
    /// The ports that a request takes for it, which must be the requester's to change.
    static func ports(in given: [String: JSON]) -> [ID<Port>]
}

extension Network: StoredResource {
    static func page(_ query: ListQuery<Self>, after marker: Self?, in snapshot: Snapshot) -> [Self] {
        if let id = query.only("id") {
            return query.page(of: ID(id).flatMap(snapshot.network).map { [$0] } ?? [], after: marker)
        }
        if let name = query.only("name") { return query.page(of: snapshot.networks(named: name), after: marker) }
        return query.page(of: Array(snapshot.networks), after: marker)
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
    static func page(_ query: ListQuery<Self>, after marker: Self?, in snapshot: Snapshot) -> [Self] {
        if let id = query.only("id") {
            return query.page(of: ID(id).flatMap(snapshot.subnet).map { [$0] } ?? [], after: marker)
        }
        if let network = query.only("network_id") {
            return query.page(of: ID(network).map(snapshot.subnets(of:)) ?? [], after: marker)
        }
        return query.page(of: Array(snapshot.subnets), after: marker)
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
    static func page(_ query: ListQuery<Self>, after marker: Self?, in snapshot: Snapshot) -> [Self] {
        if let id = query.only("id") {
            return query.page(of: ID(id).flatMap(snapshot.port).map { [$0] } ?? [], after: marker)
        }
        // An empty name or device is that of very many ports, and not indexed.
        if let device = query.only("device_id"), !device.isEmpty {
            return query.page(of: snapshot.ports(ofDevice: device), after: marker)
        }
        if let name = query.only("name"), !name.isEmpty {
            return query.page(of: snapshot.ports(named: name), after: marker)
        }
        if let network = query.only("network_id") {
            return query.page(of: ID(network).map(snapshot.ports(of:)) ?? [], after: marker)
        }
        return query.page(of: Array(snapshot.ports), after: marker)
    }

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
    static func page(_ query: ListQuery<Self>, after marker: Self?, in snapshot: Snapshot) -> [Self] {
        if let id = query.only("id") {
            return query.page(of: ID(id).flatMap { snapshot.trunk($0) }.map { [$0] } ?? [], after: marker)
        }
        if let port = query.only("port_id") {
            return query.page(of: ID(port).flatMap { snapshot.trunk(ofParent: $0) }.map { [$0] } ?? [], after: marker)
        }
        return query.page(of: snapshot.trunks, after: marker)
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
