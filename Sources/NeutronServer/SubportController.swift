import Hummingbird
import Logging
import NetworkStore
import NeutronAPI

/// `/v2.0/trunks/<id>/add_subports`, `remove_subports` and `get_subports` (extension `trunk`).
struct SubportController: Sendable {
    let store: NetworkStore
    let work: Workload

    func addRoutes(to routes: Routes) {
        routes.route("trunks/:id/add_subports", [.put: add])
        routes.route("trunks/:id/remove_subports", [.put: remove])
        routes.route("trunks/:id/get_subports", [.get: list])
    }

    @Sendable private func add(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (id, access) = (try id(context), try access(context))
        try await access.authorize("add_subports", id)
        let trunk = try await changing(request, context) { json in
            let subports = try json.subports()
            try await access.checkPorts(subports.map(\.portID))
            let trunk = try await store.addSubports(subports, to: id)
            context.logger.info("subports added", metadata: ["id": "\(id)", "ports": "\(subports.map(\.portID))"])
            return trunk
        }
        return .json { $0.trunk(trunk) }
    }

    @Sendable private func remove(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (id, access) = (try id(context), try access(context))
        try await access.authorize("remove_subports", id)
        let trunk = try await changing(request, context) { json in
            let ports = try json.subportIDs()
            let trunk = try await store.removeSubports(ports, from: id)
            context.logger.info("subports removed", metadata: ["id": "\(id)", "ports": "\(ports)"])
            return trunk
        }
        return .json { $0.trunk(trunk) }
    }

    private func changing(
        _ request: Request, _ context: APIRequestContext, _ body: (NeutronRequest) async throws -> Trunk
    ) async throws -> Trunk {
        try await work.reading(request, for: context.client) { json, hasTurn in
            let count = json.count(of: Trunk.self)
            try work.check(count: count, "sub_ports")
            return try await work.change(for: context.client, if: !hasTurn && count > work.limits.smallChange) {
                try await body(json)
            }
        }
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let trunk = try await access(context).find(try id(context))
        return .json { $0.subports(of: trunk) }
    }

    private func access(_ context: APIRequestContext) throws -> Access<Trunk> {
        Access(store: store, requester: try context.requester)
    }

    private func id(_ context: APIRequestContext) throws -> ID<Trunk> {
        let text = try context.parameter("id")
        guard let id = ID<Trunk>(text) else { throw NeutronError.trunkNotFound(text.shortened) }
        return id
    }
}
