import JSONCoding
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

    /// The resource as the project that looks at the snapshot sees it.
    func seen(in snapshot: Snapshot) -> Self
    /// Refuses what a requester may not make or, where it is there already, change, by rules that are not in the table.
    static func check(
        _ given: [String: JSON], for existing: Self?, by requester: Requester, in snapshot: Snapshot
    ) throws(NeutronError)
}

extension ServedResource {
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

extension AddressGroup: ServedResource {}

extension AddressScope: ServedResource {}

extension RBACPolicy: ServedResource {}
