import Hummingbird
import Logging
import NetAddress
import NetworkStore
import NeutronAPI

/// `/v2.0/subnetpools/<id>/add_prefixes` and `remove_prefixes` (extension `subnetpool-prefix-ops`), and
/// `onboard_network_subnets` (`subnet_onboard`).
struct SubnetPoolController: Sendable {
    let store: NetworkStore
    let work: Workload

    func addRoutes(to routes: Routes) {
        routes.route("subnetpools/:id/add_prefixes", [.put: add])
        routes.route("subnetpools/:id/remove_prefixes", [.put: remove])
        routes.route("subnetpools/:id/onboard_network_subnets", [.put: onboard])
    }

    @Sendable private func add(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (id, access) = (try id(context), try access(context))
        return try await work.reading(request, for: context.client) { json, _ in
            try await access.authorize("add_prefixes", id, given: json.members)
            let prefixes = try json.prefixes()
            let pool = try await store.addPrefixes(prefixes, to: id)
            context.logger.info("prefixes added", metadata: ["id": "\(id)", "prefixes": "\(prefixes)"])
            return .json { $0.prefixes(of: pool) }
        }
    }

    @Sendable private func remove(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (id, access) = (try id(context), try access(context))
        try await access.authorize("remove_prefixes", id)
        return try await work.reading(request, for: context.client) { json, _ in
            let prefixes = try json.prefixes()
            let pool = try await store.removePrefixes(prefixes, from: id)
            context.logger.info("prefixes removed", metadata: ["id": "\(id)", "prefixes": "\(prefixes)"])
            return .json { $0.prefixes(of: pool) }
        }
    }

    @Sendable private func onboard(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (id, access) = (try id(context), try access(context))
        return try await work.reading(request, for: context.client) { json, _ in
            try await access.authorize("onboard_network_subnets", id, given: json.members)
            let network = try json.onboardedNetwork()
            if !access.requester.isAdmin {
                let networks: Access<Network> = access.to()
                guard try await networks.find(network).standard.projectID == access.requester.projectID else {
                    throw NeutronError.notAuthorized
                }
            }
            let subnets = try await store.onboardSubnets(of: network, to: id)
            context.logger.info("subnets onboarded", metadata: ["id": "\(id)", "network": "\(network)"])
            return .json { $0.onboarded(subnets) }
        }
    }

    private func access(_ context: APIRequestContext) throws -> Access<SubnetPool> {
        Access(store: store, requester: try context.requester)
    }

    private func id(_ context: APIRequestContext) throws -> ID<SubnetPool> {
        let text = try context.parameter("id")
        guard let id = ID<SubnetPool>(text) else { throw NeutronError.subnetPoolNotFound(text.shortened) }
        return id
    }
}
