import JSONCoding
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
    /// Throws where who asks, and what it says, is enough to refuse it: before anything else is read or looked up.
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

    /// Throws unless the requester may make such resources, each given some attributes, which have been read and are right.
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
        var target = PolicyTarget(projectID: project, deviceOwner: given["device_owner"]?.string ?? "")
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
