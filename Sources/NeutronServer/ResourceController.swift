import Hummingbird
import Logging
import NetworkStore
import NeutronAPI

/// `/v2.0/<collection>` and `/v2.0/<collection>/<id>` of one kind of resource.
struct ResourceController<Of: StoredResource>: Sendable {
    let store: NetworkStore
    /// The owner of what a request makes without saying whose it is.
    let defaultProject: String
    let firstCopy: FirstCopy

    func addRoutes(to routes: Routes) {
        let collection = RouterPath(Of.collectionName)
        routes.route(collection, [.get: list, .post: create])
        routes.route("\(collection)/:id", [.get: show, .put: update, .delete: delete])
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try ListQuery<Of>(request.queryString)
        try await firstCopy.wait(store)
        var marker: Of?
        if let text = query.marker { marker = try await Of.find(try id(text), in: store) }
        let path = context.base + request.uri.path
        var page = Of.page(query, after: marker, in: store.snapshot())
        if page.isEmpty {
            // Who looks for a name made through another replica a moment ago must find it.
            try await store.lookAgain()
            page = Of.page(query, after: marker, in: store.snapshot())
        }
        return .json(capacity: 256 + page.count * 1_024) { $0.list(page, query, path: path) }
    }

    @Sendable private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let project = request.headers[.projectID] ?? defaultProject
        let body = try await request.json().create(Of.self, defaultProject: project)
        let made = try await Of.create(body.requests, in: store)
        for resource in made {
            context.logger.info(
                "\(Of.memberName) created", metadata: ["id": "\(resource.id)"])
        }
        if case .one = body, let resource = made.first { return .json(.created) { $0.member(resource) } }
        return .json(.created, capacity: 256 + made.count * 1_024) { $0.members(made) }
    }

    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let resource = try await Of.find(try id(try context.parameter("id")), in: store)
        let fields = request.queryString["fields"].filter { !$0.isEmpty }
        return .json { $0.member(resource, fields: fields) }
    }

    @Sendable private func update(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try id(try context.parameter("id"))
        let revision = try request.expectedRevision()
        let update = try await request.json().update(Of.self)
        let resource = try await Of.update(id, update, ifRevision: revision, in: store)
        context.logger.info("\(Of.memberName) changed", metadata: ["id": "\(id)"])
        return .json { $0.member(resource) }
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try id(try context.parameter("id"))
        let revision = try request.expectedRevision()
        try await request.refuseBody()
        try await Of.delete(id, ifRevision: revision, in: store)
        context.logger.info("\(Of.memberName) deleted", metadata: ["id": "\(id)"])
        return .empty(.noContent)
    }

    /// A text that is no identifier names nothing: clients try names there first.
    private func id(_ text: String) throws(NeutronError) -> ID<Of> {
        guard let id = ID<Of>(text) else { throw Of.notFound(text) }
        return id
    }
}
