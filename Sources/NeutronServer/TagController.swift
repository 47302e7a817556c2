import Hummingbird
import JSONCoding
import NetworkStore
import NeutronAPI

/// `/v2.0/<collection>/<id>/tags` and `…/tags/<tag>` of one kind of resource (extensions `standard-attr-tag`,
/// `tag-creation`).
struct TagController<Of: ServedResource>: Sendable {
    let store: NetworkStore
    let work: Workload

    func addRoutes(to routes: Routes) {
        let tags = RouterPath("\(Of.path)/:id/tags")
        routes.route(tags, [.get: list, .put: replace, .post: add, .delete: clear])
        routes.route("\(tags)/:tag", [.get: check, .put: addOne, .delete: remove])
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        reply(try await tags(of: try await resource(context)))
    }

    @Sendable private func replace(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let resource = try await resource(context, isChange: true)
        let tags = try await tags(request, context)
        try Tags.validate(count: tags.count, Of.collectionName)
        try await store.setTags(tags, of: resource)
        return reply(tags)
    }

    @Sendable private func add(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let resource = try await resource(context, isChange: true)
        let tags = try await tags(request, context)
        try await limit(adding: tags, to: resource)
        try await store.addTags(tags, to: resource)
        return reply(tags)
    }

    @Sendable private func clear(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await store.setTags([], of: try await resource(context, isChange: true))
        return .empty(.noContent)
    }

    @Sendable private func check(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let tag = try tag(context)
        guard try await tags(of: try await resource(context)).contains(tag) else {
            throw NeutronError.tagNotFound(tag)
        }
        return .empty(.noContent)
    }

    @Sendable private func addOne(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (resource, tag) = (try await resource(context, isChange: true), try tag(context))
        try await limit(adding: [tag], to: resource)
        try await store.addTags([tag], to: resource)
        return .json(.created) { $0.null() }
    }

    @Sendable private func remove(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await store.removeTag(try tag(context), of: try await resource(context, isChange: true))
        return .empty(.noContent)
    }

    private func limit(adding tags: [String], to resource: ID<Of>) async throws {
        let all = Set(try await self.tags(of: resource)).union(tags)
        try Tags.validate(count: all.count, Of.collectionName)
    }

    private func tags(of resource: ID<Of>) async throws -> [String] {
        let found: Of = try await store.find(resource)
        return found.standard.tags
    }

    /// The tags of a body.
    private func tags(_ request: Request, _ context: APIRequestContext) async throws -> [String] {
        try await work.reading(request, for: context.client) { json, _ in try json.tags(Of.collectionName) }
    }

    private func reply(_ tags: [String]) -> Response {
        .json { writer in
            writer.object {
                $0.name("tags")
                $0.array(tags) { $0.value($1) }
            }
        }
    }

    /// The resource of the path, if the requester may see or change it.
    private func resource(_ context: APIRequestContext, isChange: Bool = false) async throws -> ID<Of> {
        let text = try context.parameter("id")
        guard let id = ID<Of>(text) else {
            throw NeutronError(
                status: 404, type: "TagResourceNotFound",
                message: "Resource \(Of.collectionName) \(text.shortened) could not be found.")
        }
        let access = Access<Of>(store: store, requester: try context.requester)
        if isChange {
            try await access.authorize("update_\(Of.memberName)", id)
        } else if !access.requester.isAdmin {
            _ = try await access.find(id)
        }
        return id
    }

    private func tag(_ context: APIRequestContext) throws(NeutronError) -> String {
        let tag = try context.parameter("tag")
        try Tags.validate(tag)
        return tag
    }
}
