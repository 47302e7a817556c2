import JSONCoding
import NetworkStore
import NeutronAPI

/// What one requester may see and do with resources of one kind.
///
/// What it may not see is 404, as if it did not exist. What it sees but may not do is 403.
struct Access<Of: ServedResource>: Sendable {
    let store: NetworkStore
    let requester: Requester

    /// What there is, as the requester's project sees it.
    var snapshot: Snapshot { store.snapshot().seen(by: requester.projectID) }

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
        let found: Of = try await store.find(id, for: requester.projectID)
        if requester.isAdmin || isVisible(found, in: snapshot) { return found }
        // It may just have become visible, through another replica.
        try await store.lookAgain()
        let again: Of = try await store.find(id, for: requester.projectID)
        guard isVisible(again, in: snapshot) else { throw Of.notFound(id.description) }
        return again
    }

    /// Throws unless the requester may do `action`, such as `update_port`, on the resource, with these attributes.
    func authorize(_ action: String, _ id: ID<Of>, given: [String: JSON] = [:]) async throws {
        if requester.isAdmin { return }
        let resource = try await find(id)
        let snapshot = snapshot
        var target = resource.policyTarget(in: snapshot)
        if let owner = given["device_owner"]?.string { target.deviceOwner = owner }
        target.targetProject = given["target_tenant"]?.string ?? ""
        if requester.host != nil {
            target.newHost = Of.newHost(in: given, snapshot)
            target.isHostGone = !target.host.isEmpty && !snapshot.isHostKnown(target.host)
        }
        try Policy.enforce(requester, action, target, given: given)
        if action.hasPrefix("delete_") { try resource.checkDeletion(by: requester) }
        if action == "update_\(Of.memberName)" { try Of.check(given, for: resource, by: requester, in: snapshot) }
        try await checkPorts(Of.ports(in: given))
        try await Of.checkReferences(in: given, of: resource, by: self)
    }

    /// The same requester's access to another kind.
    func to<Other: ServedResource>() -> Access<Other> { Access<Other>(store: store, requester: requester) }

    /// Whether the requester sees the resource, as of now.
    func sees(_ resource: Of) -> Bool { isVisible(resource, in: snapshot) }

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
    ///
    /// - Returns: the same question for the transaction that creates them, since what it is about may change until then;
    ///   nil for a requester that may create them on anything.
    func authorizeCreation(_ all: [[String: JSON]]) async throws -> (@Sendable (Snapshot) throws -> Void)? {
        if requester.isAdmin { return nil }
        for given in all {
            // What is not seen may just have become visible, through another replica.
            if let network = network(in: given), seen(network, in: snapshot) == nil { try await store.lookAgain() }
            try authorizeCreation(given, in: snapshot)
            try await Of.checkReferences(in: given, of: nil, by: self)
            try await checkPorts(Of.ports(in: given))
        }
        return { snapshot in
            let snapshot = snapshot.seen(by: requester.projectID)
            for given in all { try authorizeCreation(given, in: snapshot) }
        }
    }

    private var isTrusted: Bool { requester.roles.contains("advsvc") }

    private func isOwn(_ project: JSON) -> Bool { project == requester.projectID.map { .string($0) } }

    private func projects(_ given: [String: JSON]) -> [JSON] {
        [given["project_id"], given["tenant_id"]].compactMap { $0 }
    }

    private func authorizeCreation(_ given: [String: JSON], in snapshot: Snapshot) throws(NeutronError) {
        guard let project = projects(given).first?.string ?? requester.projectID else {
            throw NeutronError.projectMissing
        }
        let owner = given["device_owner"]?.string ?? ""
        var target = PolicyTarget(projectID: project, on: nil, deviceOwner: owner)
        target.targetProject = given["target_tenant"]?.string ?? ""
        if let network = network(in: given) {
            guard let ownership = seen(network, in: snapshot) else { throw .networkNotFound(network) }
            target = PolicyTarget(projectID: project, on: ownership, deviceOwner: owner)
            if requester.host != nil { target.newHost = Of.newHost(in: given, snapshot) }
            guard isTrusted || target.isShared || target.isOnNetwork(of: project) else {
                throw NeutronError.networkOfAnother(project: project, kind: Of.memberName)
            }
        }
        try Policy.enforce(requester, "create_\(Of.memberName)", target, given: given)
        try Of.check(given, for: nil, by: requester, in: snapshot)
    }

    /// Whose a network is; nil where the requester does not see it.
    private func seen(_ network: ID<Network>, in snapshot: Snapshot) -> NetworkOwnership? {
        guard let ownership = snapshot.ownership(of: network),
            Policy.allows(requester, "get_network", PolicyTarget(projectID: ownership.projectID, on: ownership))
        else { return nil }
        return ownership
    }

    /// The network that a create request names.
    private func network(in given: [String: JSON]) -> ID<Network>? {
        Of.isOnNetwork ? given["network_id"]?.string.flatMap { ID<Network>($0) } : nil
    }

    /// Throws unless the requester may see and change each port.
    func checkPorts(_ ports: [ID<Port>]) async throws {
        let access = Access<Port>(store: store, requester: requester)
        for port in ports { try await access.authorize("update_port", port) }
    }

    private func isVisible(_ resource: Of, in snapshot: Snapshot) -> Bool {
        Policy.allows(requester, "get_\(Of.memberName)", resource.policyTarget(in: snapshot))
    }
}
