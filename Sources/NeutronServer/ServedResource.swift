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
    /// Does what a list of them is preceded by.
    static func prepareList(for requester: Requester, _ query: QueryString, in store: NetworkStore) async throws
    /// Throws unless the requester, which may delete such resources, may delete this one.
    func checkDeletion(by requester: Requester) throws(NeutronError)
    /// Whether a create request names a `network_id`.
    static var isOnNetwork: Bool { get }
    /// The ports that a request uses for it, which the requester must be allowed to change.
    static func ports(in given: [String: JSON]) -> [ID<Port>]

    /// The host that a request binds it to; nil where it says nothing of that.
    static func newHost(in given: [String: JSON], _ snapshot: Snapshot) -> String?

    /// The resource as the project that looks at the snapshot sees it.
    func seen(in snapshot: Snapshot) -> Self
    /// Refuses what a requester may not make or, where it is there already, change, by rules that are not in the table.
    static func check(
        _ given: [String: JSON], for existing: Self?, by requester: Requester, in snapshot: Snapshot
    ) throws(NeutronError)
    /// Throws unless the requester sees what a request names, and may use it so. `resource` is what is changed; nil for
    /// what is made. Not asked for administrators.
    static func checkReferences(in given: [String: JSON], of resource: Self?, by access: Access<Self>) async throws
}

extension ServedResource {
    static func prepareList(for requester: Requester, _ query: QueryString, in store: NetworkStore) async throws {}
    func checkDeletion(by requester: Requester) throws(NeutronError) {}
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

extension Port: ServedResource {
    static func checkReferences(in given: [String: JSON], of resource: Self?, by access: Access<Self>) async throws {
        let groups: Access<SecurityGroup> = access.to()
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

    static func checkReferences(in given: [String: JSON], of resource: Self?, by access: Access<Self>) async throws {
        let groups: Access<SecurityGroup> = access.to()
        for name in ["security_group_id", "remote_group_id"] {
            if let id = given[name]?.string.flatMap({ ID<SecurityGroup>($0) }) { _ = try await groups.find(id) }
        }
        if let id = given["remote_address_group_id"]?.string.flatMap({ ID<AddressGroup>($0) }) {
            let groups: Access<AddressGroup> = access.to()
            _ = try await groups.find(id)
        }
    }
}

extension SubnetPool: ServedResource {
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

extension Subnet {
    static func checkReferences(in given: [String: JSON], of subnet: Self?, by access: Access<Self>) async throws {
        let pools: Access<SubnetPool> = access.to()
        if let id = given["subnetpool_id"]?.string.flatMap({ ID<SubnetPool>($0) }) { _ = try await pools.find(id) }
        guard given["use_default_subnetpool"]?.means(true) == true else { return }
        let version: IPVersion = given["ip_version"]?.shown == "6" ? .v6 : .v4
        if access.snapshot.defaultSubnetPool(version) == nil { try await access.store.lookAgain() }
        guard let pool = access.snapshot.defaultSubnetPool(version), pools.sees(pool) else {
            throw NeutronError.noDefaultSubnetPool(version)
        }
    }
}
