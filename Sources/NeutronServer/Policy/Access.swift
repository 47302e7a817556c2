import NetworkStore
import NeutronAPI

/// What one requester may see and do with resources of one kind.
///
/// What it may not see is not there, for it: 404, as if there were no such identifier. What it sees and may not do is 403.
struct Access<Of: StoredResource>: Sendable {
    let store: NetworkStore
    let requester: Requester

    /// The names of attributes that it is not shown.
    var hidden: Set<String> { Policy.hidden(Of.memberName, from: requester) }

    /// Leaves out of a list what the requester does not see as of `snapshot`.
    func restrict(_ query: ListQuery<Of>, to snapshot: Snapshot) -> ListQuery<Of> {
        if requester.isAdmin { return query }
        var query = query
        query.restrict { isVisible($0, in: snapshot) }
        return query
    }

    /// The resource, if the requester sees it.
    func find(_ id: ID<Of>) async throws -> Of {
        let found = try await Of.find(id, in: store)
        if requester.isAdmin || isVisible(found, in: store.snapshot()) { return found }
        // It may have become visible, through another replica, a moment ago.
        try await store.lookAgain()
        let again = try await Of.find(id, in: store)
        guard isVisible(again, in: store.snapshot()) else { throw Of.notFound(id.description) }
        return again
    }

    /// Throws unless the requester may do `action`, such as `update_port`, with the resource, and give it these attributes.
    func authorize(_ action: String, _ id: ID<Of>, given: [String: JSON] = [:]) async throws {
        if requester.isAdmin { return }
        let resource = try await find(id)
        var target = resource.policyTarget(in: store.snapshot())
        if let owner = given["device_owner"]?.string { target.deviceOwner = owner }
        try Policy.enforce(requester, action, target, given: given)
        try await checkPorts(Of.ports(in: given))
    }

    /// The project of what the requester makes without saying whose it is.
    ///
    /// Throws unless the requester may make such resources, each given some attributes.
    func authorizeCreation(_ all: [[String: JSON]]) async throws -> String {
        if !requester.isAdmin {
            for given in all { try await authorizeCreation(given) }
        }
        if let project = requester.projectID { return project }
        for given in all where given["project_id"] == nil && given["tenant_id"] == nil {
            throw NeutronError.projectMissing
        }
        return ""
    }

    private func authorizeCreation(_ given: [String: JSON]) async throws {
        let projects = [given["project_id"], given["tenant_id"]].compactMap { $0 }
        let isTrusted = requester.roles.contains("advsvc")
        guard isTrusted || projects.allSatisfy({ $0 == requester.projectID.map { .string($0) } }) else {
            throw NeutronError.projectOfAnother
        }
        guard let project = projects.first?.string ?? requester.projectID else { throw NeutronError.projectMissing }
        var target = PolicyTarget(projectID: project, deviceOwner: given["device_owner"]?.string ?? "")
        // Without a network that is an identifier, the request is refused for that.
        if Of.isOnNetwork, let network = given["network_id"]?.string.flatMap({ ID<Network>($0) }) {
            target.network = try await self.network(network)
            guard isTrusted || target.network?.isShared == true || target.isOnNetwork(of: project) else {
                throw NeutronError.networkOfAnother(project: project, kind: Of.memberName)
            }
        }
        try Policy.enforce(requester, "create_\(Of.memberName)", target, given: given)
        try await checkPorts(Of.ports(in: given))
    }

    /// Throws unless the requester sees each port and may change it.
    private func checkPorts(_ ports: [ID<Port>]) async throws {
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
