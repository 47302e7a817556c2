import JSONCoding
import NetworkStore
import NeutronAPI

/// A resource of the store that the API serves.
protocol ServedResource: StoredResource {
    /// The candidates of a query, narrowed by indexes; its filters are not yet applied.
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self>

    /// The properties that policy rules depend on.
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget
    /// Does what a list of them is preceded by.
    static func prepareList(for requester: Requester, _ query: QueryString, in store: NetworkStore) async throws
    /// Throws unless the requester, which may delete such resources, may delete this one.
    func checkDeletion(by requester: Requester) throws(NeutronError)
    /// Throws unless the requester sees what its request refers to.
    static func checkReferences(_ given: [String: JSON], _ access: Access<Self>) async throws

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
    static func prepareList(for requester: Requester, _ query: QueryString, in store: NetworkStore) async throws {}
    func checkDeletion(by requester: Requester) throws(NeutronError) {}
    static func checkReferences(_ given: [String: JSON], _ access: Access<Self>) async throws {}

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

extension Port: ServedResource {
    static func checkReferences(_ given: [String: JSON], _ access: Access<Self>) async throws {
        let groups = Access<SecurityGroup>(store: access.store, requester: access.requester)
        for group in given["security_groups"]?.array ?? [] {
            if let id = group.string.flatMap({ ID<SecurityGroup>($0) }) { _ = try await groups.find(id) }
        }
    }
}

extension Trunk: ServedResource {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let port = query.only("port_id") {
            return Candidates(ID(port).flatMap { snapshot.trunk(ofParent: $0) }.map { [$0.id] } ?? [])
        }
        return Candidates(ids(in: snapshot), arePage: query.isUnfiltered)
    }
}

extension SecurityGroup: ServedResource {
    static func prepareList(for requester: Requester, _ query: QueryString, in store: NetworkStore) async throws {
        try await ensureDefaultGroup(for: requester, query, in: store)
    }

    func checkDeletion(by requester: Requester) throws(NeutronError) {
        if isDefault, !requester.isAdmin { throw .securityGroupCannotRemoveDefault }
    }
}

extension SecurityGroupRule: ServedResource {
    static func prepareList(for requester: Requester, _ query: QueryString, in store: NetworkStore) async throws {
        try await ensureDefaultGroup(for: requester, query, in: store)
    }

    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        if let group = query.only("security_group_id") {
            return Candidates(ID(group).flatMap { SecurityGroup.find($0, in: snapshot) }?.rules.map(\.id) ?? [])
        }
        return Candidates(ids(in: snapshot), arePage: query.isUnfiltered)
    }

    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        var target = PolicyTarget(projectID: standard.projectID)
        target.parentProjectID = SecurityGroup.find(securityGroupID, in: snapshot)?.standard.projectID
        return target
    }

    static func checkReferences(_ given: [String: JSON], _ access: Access<Self>) async throws {
        let groups = Access<SecurityGroup>(store: access.store, requester: access.requester)
        for name in ["security_group_id", "remote_group_id"] {
            if let id = given[name]?.string.flatMap({ ID<SecurityGroup>($0) }) { _ = try await groups.find(id) }
        }
        if let id = given["remote_address_group_id"]?.string.flatMap({ ID<AddressGroup>($0) }) {
            _ = try await Access<AddressGroup>(store: access.store, requester: access.requester).find(id)
        }
    }
}

/// A project's first look at its security groups makes its default group, as in Neutron.
private func ensureDefaultGroup(
    for requester: Requester, _ query: QueryString, in store: NetworkStore
) async throws {
    let named = query["project_id"].first ?? query["tenant_id"].first
    guard let project = named.flatMap({ ProjectID($0)?.text }) ?? requester.projectID,
        requester.isAdmin || project == requester.projectID
    else { return }
    try await store.defaultGroup(of: project)
}

extension AddressGroup: ServedResource {}

extension AddressScope: ServedResource {}

extension RBACPolicy: ServedResource {}
