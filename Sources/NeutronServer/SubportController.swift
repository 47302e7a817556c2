import Hummingbird
import Logging
import NetworkStore
import NeutronAPI

/// `/v2.0/trunks/<id>/add_subports`, `remove_subports` and `get_subports` (extension `trunk`).
struct SubportController: Sendable {
    let store: NetworkStore

    func addRoutes(to routes: Routes) {
        routes.route("trunks/:id/add_subports", [.put: add])
        routes.route("trunks/:id/remove_subports", [.put: remove])
        routes.route("trunks/:id/get_subports", [.get: list])
    }

    @Sendable private func add(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (id, access) = (try id(context), try access(context))
        let json = try await request.json()
        try await access.authorize("add_subports", id, given: json.members)
        let subports = try json.subports()
        let trunk = try await store.addSubports(subports, to: id)
        context.logger.info("subports added", metadata: ["id": "\(id)", "ports": "\(subports.map(\.portID))"])
        return .json { $0.trunk(trunk) }
    }

    @Sendable private func remove(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (id, access) = (try id(context), try access(context))
        try await access.authorize("remove_subports", id)
        let ports = try await request.json().subportIDs()
        let trunk = try await store.removeSubports(ports, from: id)
        context.logger.info("subports removed", metadata: ["id": "\(id)", "ports": "\(ports)"])
        return .json { $0.trunk(trunk) }
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
        guard let id = ID<Trunk>(text) else { throw NeutronError.trunkNotFound(text) }
        return id
    }
}
