import Hummingbird
import Logging
import NetworkStore
import NeutronAPI

/// `/v2.0/<collection>` and `/v2.0/<collection>/<id>` of one kind of resource.
struct ResourceController<Of: StoredResource>: Sendable {
    let store: NetworkStore
    let firstCopy: FirstCopy

    func addRoutes(to routes: Routes) {
        let collection = RouterPath(Of.collectionName)
        routes.route(collection, [.get: list, .post: create])
        routes.route("\(collection)/:id", [.get: show, .put: update, .delete: delete])
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var query = try ListQuery<Of>(request.queryString)
        try await firstCopy.wait(store)
        let access = try access(context)
        query.hide(access.hidden)
        var marker: Of?
        if let text = query.marker { marker = try await access.find(try id(text)) }
        let path = context.base + request.uri.path
        var snapshot = store.snapshot()
        var page = Of.page(access.restrict(query, to: snapshot), after: marker, in: snapshot)
        if page.isEmpty {
            // Who looks for a name made through another replica a moment ago must find it.
            try await store.lookAgain()
            snapshot = store.snapshot()
            page = Of.page(access.restrict(query, to: snapshot), after: marker, in: snapshot)
        }
        return .json(capacity: 256 + page.count * 1_024) { $0.list(page, query, path: path) }
    }

    @Sendable private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let access = try access(context)
        let json = try await request.json()
        let project = try await access.authorizeCreation(json.given(to: Of.self))
        let body = try json.create(Of.self, defaultProject: project)
        let made = try await Of.create(body.requests, in: store)
        for resource in made {
            context.logger.info(
                "\(Of.memberName) created", metadata: ["id": "\(resource.id)"])
        }
        let hidden = access.hidden
        if case .one = body, let resource = made.first {
            return .json(.created) { $0.member(resource, hiding: hidden) }
        }
        return .json(.created, capacity: 256 + made.count * 1_024) { $0.members(made, hiding: hidden) }
    }

    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let access = try access(context)
        let resource = try await access.find(try id(try context.parameter("id")))
        let fields = request.queryString["fields"].filter { !$0.isEmpty }
        return .json { $0.member(resource, fields: fields, hiding: access.hidden) }
    }

    @Sendable private func update(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try id(try context.parameter("id"))
        let revision = try request.expectedRevision()
        let access = try access(context)
        let json = try await request.json()
        try await access.authorize("update_\(Of.memberName)", id, given: json.given(to: Of.self).first ?? [:])
        let update = try json.update(Of.self)
        let resource = try await Of.update(id, update, ifRevision: revision, in: store)
        context.logger.info("\(Of.memberName) changed", metadata: ["id": "\(id)"])
        return .json { $0.member(resource, hiding: access.hidden) }
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try id(try context.parameter("id"))
        let revision = try request.expectedRevision()
        try await request.refuseBody()
        try await access(context).authorize("delete_\(Of.memberName)", id)
        try await Of.delete(id, ifRevision: revision, in: store)
        context.logger.info("\(Of.memberName) deleted", metadata: ["id": "\(id)"])
        return .empty(.noContent)
    }

    private func access(_ context: APIRequestContext) throws -> Access<Of> {
        Access(store: store, requester: try context.requester)
    }

    /// A text that is no identifier names nothing: clients try names there first.
    private func id(_ text: String) throws(NeutronError) -> ID<Of> {
        guard let id = ID<Of>(text) else { throw Of.notFound(text) }
        return id
    }
}
