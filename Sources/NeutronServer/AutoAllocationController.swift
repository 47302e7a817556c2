import Hummingbird
import NetworkStore
import NeutronAPI

/// `/v2.0/auto-allocated-topology/<project>`: a network with a way out, made when it is first asked for. It needs a default
/// external network, which this server has not, so that it says what Neutron says then. There is nothing to delete.
struct AutoAllocationController: Sendable {
    func addRoutes(to routes: Routes) {
        routes.route("auto-allocated-topology/:project", [.get: show, .delete: delete])
    }

    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try check(context, "get_auto_allocated_topology")
        let fields = request.queryString["fields"].filter { !$0.isEmpty }
        guard fields.isEmpty || fields.contains("dry-run") else {
            throw NeutronError.badRequest(resource: "auto_allocate", "Unrecognized field")
        }
        throw NeutronError(
            status: 409, type: "AutoAllocationFailure",
            message: "Deployment error: No default router:external network.")
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await request.refuseBody()
        try check(context, "delete_auto_allocated_topology")
        return .empty(.noContent)
    }

    /// Clients say `None` for the requester's own project. Another's is not found, as everything of others.
    private func check(_ context: APIRequestContext, _ action: String) throws {
        let (text, requester) = (try context.parameter("project"), try context.requester)
        let project = text == "None" ? requester.projectID ?? "" : text
        let target = PolicyTarget(projectID: project)
        guard Policy.allows(requester, "get_auto_allocated_topology", target) else { throw NeutronError.pathNotFound }
        try Policy.enforce(requester, action, target)
    }
}
