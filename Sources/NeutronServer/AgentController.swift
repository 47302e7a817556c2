import Hummingbird
import JSONCoding
import NetworkStore
import NeutronAPI

/// `/v2.0/agents` and `/v2.0/agents/<id>`.
struct AgentController: Sendable {
    let store: NetworkStore
    let work: Workload
    private let shown: DerivedController<Agent>

    init(store: NetworkStore, firstCopy: FirstCopyGate, work: Workload) {
        self.store = store
        self.work = work
        shown = DerivedController(store: store, firstCopy: firstCopy, work: work) {
            try await store.pingChassis()
        }
    }

    func addRoutes(to routes: Routes) { shown.addRoutes(to: routes, more: [.put: update]) }

    /// Confirms what is: there is nothing to change.
    @Sendable private func update(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        _ = try await shown.find(context)
        try Policy.enforce(try context.requester, "update_agent", PolicyTarget(projectID: ""))
        let body = try await work.reading(request, for: context.client) { json, _ in try json.agentUpdate() }
        return .json { writer in
            writer.object {
                $0.name(Agent.memberName)
                $0.value(body)
            }
        }
    }
}
