import Hummingbird
import JSONCoding
import NetworkStore
import NeutronAPI

/// `/v2.0/<path>` and `/v2.0/<path>/<id>` of resources that follow from others.
///
/// Who may not see them gets an empty list, and 404 for each.
struct DerivedController<Of: StoredDerivedResource>: Sendable {
    let store: NetworkStore
    let firstCopy: FirstCopyGate
    let work: Workload
    /// Called before resources are looked up for who may see them.
    var prepare: @Sendable () async throws -> Void = {}

    func addRoutes(to routes: Routes, more: [HTTPRequest.Method: Handler] = [:]) {
        let collection = RouterPath(Of.path)
        routes.route(collection, [.get: list])
        routes.route("\(collection)/:id", [.get: show].merging(more) { $1 })
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try ListQuery<Of>(request.queryString, pageSize: work.limits.pageSize)
        try await firstCopy.wait(store)
        var found: [Of] = []
        var page: [ID<Of>] = []
        if try isVisible(context) {
            try await prepare()
            try await store.lookAgain(for: Of.self)
            let snapshot = store.snapshot()
            var marker: Of?
            if let text = query.marker {
                marker = ID<Of>(text).flatMap { Of.find($0, in: snapshot) }
                guard marker != nil else { throw Of.notFound(text.shortened) }
            }
            (found, page) = try await work.list(for: context.client) {
                let all = Of.all(query, in: snapshot)
                var page = ListPage(query, after: marker)
                Of.offer(all, to: &page)
                return (all, page.finish())
            }
        }
        let byID = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let links = query.links(page, path: context.base + request.uri.path)
        return .json { json in
            json.beginList(of: Of.self)
            json.elements(page.compactMap { byID[$0] }, query.fields)
            json.endList(of: Of.self, links: links)
        }
    }

    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let resource = try await find(context)
        let fields = request.queryString["fields"].filter { !$0.isEmpty }
        return .json { $0.member(resource, fields: fields) }
    }

    /// The resource of the path, if the requester may see it.
    func find(_ context: APIRequestContext) async throws -> Of {
        let text = try context.parameter("id")
        guard let id = ID<Of>(text), try isVisible(context) else { throw Of.notFound(text.shortened) }
        try await firstCopy.wait(store)
        if let found = Of.find(id, in: store.snapshot()) { return found }
        try await store.lookAgain(for: Of.self)
        guard let found = Of.find(id, in: store.snapshot()) else { throw Of.notFound(text.shortened) }
        return found
    }

    private func isVisible(_ context: APIRequestContext) throws -> Bool {
        Policy.allows(try context.requester, "get_\(Of.memberName)", PolicyTarget(projectID: ""))
    }
}
