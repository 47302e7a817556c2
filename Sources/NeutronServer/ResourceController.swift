import Hummingbird
import Logging
import NetworkStore
import NeutronAPI

/// `/v2.0/<path>` and `/v2.0/<path>/<id>` of one kind of resource.
struct ResourceController<Of: ServedResource>: Sendable {
    let store: NetworkStore
    let firstCopy: FirstCopyGate
    let work: Workload
    /// Serves lists that go on; nil where there are none of this kind.
    let watching: PortWatchController?

    func addRoutes(to routes: Routes) {
        let collection = RouterPath(Of.path)
        routes.route(collection, [.get: list, .post: create, .put: changeNone, .delete: changeNone])
        routes.route("\(collection)/:id", [.get: show, .put: update, .delete: delete])
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var parameters = request.queryString
        if let watching {
            let isWatch: Bool
            (isWatch, parameters) = try PortWatchController.split(parameters)
            if isWatch { return try await watching.watch(parameters, context) }
        }
        let access = try access(context)
        let query = try ListQuery<Of>(parameters, pageSize: work.limits.pageSize, hiding: access.hidden)
        try await firstCopy.wait(store)
        try await Of.prepareList(for: access.requester, parameters, in: store)
        var marker: Of?
        if let text = query.marker {
            let id = try id(text)
            if !query.isByIdentifier { marker = try await access.find(id) }
        }
        var snapshot = access.snapshot
        var page = try await page(access.restrict(query, to: snapshot), after: marker, in: snapshot, context)
        if page.isEmpty {
            // A name just created through another replica must be found.
            try await store.lookAgain()
            snapshot = access.snapshot
            page = try await self.page(access.restrict(query, to: snapshot), after: marker, in: snapshot, context)
        }
        let links = query.links(page, path: context.base + request.uri.path)
        return .list(page, query.fields, links, in: snapshot, for: context.client, work)
    }

    private func page(
        _ query: ListQuery<Of>, after marker: Of?, in snapshot: Snapshot, _ context: APIRequestContext
    ) async throws -> [ID<Of>] {
        let finder = PageFinder(query: query, marker: marker, snapshot: snapshot)
        let candidates = Of.candidates(query, in: snapshot)
        if finder.cost(among: candidates) <= work.limits.smallList { return await finder.find(among: candidates) }
        return try await work.list(for: context.client) { await finder.find(among: candidates) }
    }

    @Sendable private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let access = try access(context)
        return try await work.reading(request, for: context.client) { json, hasTurn in
            let count = json.count(of: Of.self)
            try work.check(count: count, Of.collectionName)
            return try await work.change(for: context.client, if: !hasTurn && count > work.limits.smallChange) {
                try await create(json, access, context)
            }
        }
    }

    private func create(
        _ json: NeutronRequest, _ access: Access<Of>, _ context: APIRequestContext
    ) async throws -> Response {
        // As in Neutron, syntax errors are reported before permissions and conflicts.
        let given = json.given(to: Of.self)
        let body = try json.create(Of.self, defaultProject: try access.projectForNew(given))
        let check = try await access.authorizeCreation(given)
        let made = try await store.create(Of.self, body.requests, provided: check)
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
        let resource = try await work.reading(request, for: context.client) { json, _ in
            try await access.authorize("update_\(Of.memberName)", id, given: json.given(to: Of.self).first ?? [:])
            let update = try json.update(Of.self)
            return try await store.update(id, update, ifRevision: revision).seen(in: access.snapshot)
        }
        context.logger.info("\(Of.memberName) changed", metadata: ["id": "\(id)"])
        return .json { $0.member(resource, hiding: access.hidden) }
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try id(try context.parameter("id"))
        let revision = try request.expectedRevision()
        try await request.refuseBody()
        try await access(context).authorize("delete_\(Of.memberName)", id)
        try await store.delete(id, ifRevision: revision)
        context.logger.info("\(Of.memberName) deleted", metadata: ["id": "\(id)"])
        return .empty(.noContent)
    }

    /// A PUT or DELETE of a collection, which Neutron treats as a resource with an empty identifier.
    @Sendable private func changeNone(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        throw Of.notFound("None")
    }

    private func access(_ context: APIRequestContext) throws -> Access<Of> {
        Access(store: store, requester: try context.requester)
    }

    /// Text that is not an identifier is 404: clients try names there first.
    private func id(_ text: String) throws(NeutronError) -> ID<Of> {
        guard let id = ID<Of>(text) else { throw Of.notFound(text.shortened) }
        return id
    }
}
