import JSONCoding
import NetworkStore
import NeutronAPI

/// What one requester may see and do with resources of one kind.
///
/// What it may not see is 404, as if it did not exist. What it sees but may not do is 403.
struct Access<Of: ServedResource>: Sendable {
    let store: NetworkStore
    let requester: Requester

    /// The names of attributes hidden from it.
    var hidden: Set<String> { Policy.hidden(Of.memberName, from: requester) }

    /// Excludes from a list what the requester may not see, as of `snapshot`.
    func restrict(_ query: ListQuery<Of>, to snapshot: Snapshot) -> ListQuery<Of> {
        if requester.isAdmin { return query }
        var query = query
        query.restrict { isVisible($0, in: snapshot) }
        return query
    }

    /// The resource, if the requester sees it.
    func find(_ id: ID<Of>) async throws -> Of {
        let found: Of = try await store.find(id)
        if requester.isAdmin || isVisible(found, in: store.snapshot()) { return found }
        // It may just have become visible, through another replica.
        try await store.lookAgain()
        let again: Of = try await store.find(id)
        guard isVisible(again, in: store.snapshot()) else { throw Of.notFound(id.description) }
        return again
    }

    /// Throws unless the requester may do `action`, such as `update_port`, on the resource, with these attributes.
    func authorize(_ action: String, _ id: ID<Of>, given: [String: JSON] = [:]) async throws {
        if requester.isAdmin { return }
        let resource = try await find(id)
        var target = resource.policyTarget(in: store.snapshot())
        if let owner = given["device_owner"]?.string { target.deviceOwner = owner }
        try Policy.enforce(requester, action, target, given: given)
        try await checkPorts(Of.ports(in: given))
        try await Of.checkReferences(in: given, of: resource, by: self)
    }

    /// The same requester's access to another kind.
    func to<Other: ServedResource>() -> Access<Other> { Access<Other>(store: store, requester: requester) }

    /// Whether the requester sees the resource, as of now.
    func sees(_ resource: Of) -> Bool { isVisible(resource, in: store.snapshot()) }

    /// The default project of the requester's new resources.
    ///
    /// Throws what can be refused by requester and attributes alone, before anything else is parsed or looked up.
    func projectForNew(_ all: [[String: JSON]]) throws(NeutronError) -> String {
        for given in all {
            let projects = projects(given)
            guard requester.isAdmin || isTrusted || projects.allSatisfy(isOwn) else {
                throw .projectOfAnother
            }
            guard requester.projectID != nil || !projects.isEmpty else { throw .projectMissing }
            try Policy.enforceForAdmin(requester, "create_\(Of.memberName)", given: given)
        }
        return requester.projectID ?? ""
    }

    /// Throws unless the requester may create these resources, whose attributes have been parsed and validated.
    func authorizeCreation(_ all: [[String: JSON]]) async throws {
        if requester.isAdmin { return }
        for given in all { try await authorizeCreation(given) }
    }

    private var isTrusted: Bool { requester.roles.contains("advsvc") }

    private func isOwn(_ project: JSON) -> Bool { project == requester.projectID.map { .string($0) } }

    private func projects(_ given: [String: JSON]) -> [JSON] {
        [given["project_id"], given["tenant_id"]].compactMap { $0 }
    }

    private func authorizeCreation(_ given: [String: JSON]) async throws {
        guard let project = projects(given).first?.string ?? requester.projectID else {
            throw NeutronError.projectMissing
        }
        let owner = given["device_owner"]?.string ?? ""
        var target = PolicyTarget(projectID: project, on: nil, deviceOwner: owner)
        if Of.isOnNetwork, let network = given["network_id"]?.string.flatMap({ ID<Network>($0) }) {
            target = PolicyTarget(projectID: project, on: try await self.network(network), deviceOwner: owner)
            guard isTrusted || target.isShared || target.isOnNetwork(of: project) else {
                throw NeutronError.networkOfAnother(project: project, kind: Of.memberName)
            }
        }
        try Policy.enforce(requester, "create_\(Of.memberName)", target, given: given)
        try await checkPorts(Of.ports(in: given))
        try await Of.checkReferences(in: given, of: nil, by: self)
    }

    /// Throws unless the requester may see and change each port.
    func checkPorts(_ ports: [ID<Port>]) async throws {
        let access = Access<Port>(store: store, requester: requester)
        for port in ports { try await access.authorize("update_port", port) }
    }

    private func network(_ id: ID<Network>) async throws -> NetworkOwnership? {
        let network = try await Access<Network>(store: store, requester: requester).find(id)
        return network.policyTarget(in: store.snapshot()).network
    }

    private func isVisible(_ resource: Of, in snapshot: Snapshot) -> Bool {
        Policy.allows(requester, "get_\(Of.memberName)", resource.policyTarget(in: snapshot))
    }
}
