import Hummingbird
import JSONCoding
import Logging
import NetworkStore
import NeutronAPI

/// `/v2.0/quotas`, `/v2.0/quotas/<project>`, its `default` and its `details`, and `/v2.0/quotas/project`, the requester's own
/// (extensions `quotas`, `quota_details`, `quota-check-limit`).
struct QuotaController: Sendable {
    let store: NetworkStore
    let firstCopy: FirstCopyGate
    let work: Workload

    func addRoutes(to routes: Routes) {
        routes.route("quotas", [.get: list, .post: createNone])
        routes.route("quotas/tenant", [.get: { request, context in try own("tenant", context) }])
        routes.route("quotas/project", [.get: { request, context in try own("project", context) }])
        routes.route("quotas/:project", [.get: show, .put: update, .delete: delete])
        routes.route("quotas/:project/default", [.get: showDefault])
        routes.route("quotas/:project/details", [.get: showDetails])
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try enforce("get_quota", context)
        try await firstCopy.wait(store)
        let quotas = try await store.quotas()
        return .json(capacity: 256 + quotas.count * 512) { writer in
            writer.object { writer in
                writer.name("quotas")
                writer.array(quotas) { $0.value($1.limits, of: $1.project) }
            }
        }
    }

    @Sendable private func createNone(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        throw NeutronError(
            status: 501, type: "HTTPNotImplemented", message: "POST requests are not supported on this resource.")
    }

    /// `{"project": {"project_id": …}}`
    private func own(_ name: String, _ context: APIRequestContext) throws -> Response {
        guard let project = try context.requester.projectID else { throw NeutronError.quotaProjectMissing }
        return .json { writer in
            writer.object { writer in
                writer.name(name)
                writer.object {
                    $0.name("\(name)_id")
                    $0.value(project)
                }
            }
        }
    }

    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let project = try project(context)
        if try context.requester.projectID != project { try enforce("get_quota", context) }
        try await firstCopy.wait(store)
        return reply(try await store.quota(of: project))
    }

    @Sendable private func showDefault(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        if try context.requester.projectID != (try project(context)) { try enforce("get_quota", context) }
        return reply(store.defaultQuota)
    }

    @Sendable private func showDetails(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (project, requester) = (try project(context), try context.requester)
        guard requester.projectID == project || requester.isAdmin else { throw NeutronError.quotaOfAnother }
        try await firstCopy.wait(store)
        let usage = try await store.quotaUsage(of: project)
        return .json { writer in
            writer.object {
                $0.name("quota")
                $0.value(usage)
            }
        }
    }

    @Sendable private func update(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let project = try project(context)
        try enforce("update_quota", context)
        let update = try await work.reading(request, for: context.client) { json, _ in try QuotaUpdate(json) }
        let limits = try await store.updateQuota(of: project, update)
        context.logger.info("quota changed", metadata: ["project": "\(project)", "limits": "\(update.limits)"])
        return reply(limits)
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let project = try project(context)
        try await request.refuseBody()
        try enforce("delete_quota", context)
        try await store.deleteQuota(of: project)
        context.logger.info("quota deleted", metadata: ["project": "\(project)"])
        return .empty(.noContent)
    }

    private func reply(_ limits: QuotaLimits) -> Response {
        .json { writer in
            writer.object {
                $0.name("quota")
                $0.value(limits)
            }
        }
    }

    private func enforce(_ action: String, _ context: APIRequestContext) throws {
        try Policy.enforce(try context.requester, action, PolicyTarget(projectID: ""))
    }

    private func project(_ context: APIRequestContext) throws(NeutronError) -> String {
        let text = try context.parameter("project")
        guard let project = ProjectID(text) else {
            throw .badRequest("The project '\(text.shortened)' is not a line of at most 255 characters")
        }
        return project.text
    }
}
