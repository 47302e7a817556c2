import Hummingbird
import JSONCoding
import NetworkStore
import NeutronAPI

/// `/healthz`: the process answers. `/readyz`: its replicas are complete and kept up to date, and Northbound can be
/// written. `/healthcheck`: the same as `/readyz`, in oslo.middleware's words, which load balancers of OpenStack
/// services expect.
struct HealthController: Sendable {
    let store: NetworkStore

    func addRoutes(to routes: Routes) {
        routes.route("healthz", [.get: health, .head: health])
        routes.route("readyz", [.get: readiness, .head: readiness])
        routes.route("healthcheck", [.get: healthcheck, .head: healthcheck])
    }

    @Sendable private func health(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        reply(.ok, "alive", nil)
    }

    @Sendable private func readiness(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let unready = await store.unreadiness()
        return reply(unready == nil ? .ok : .serviceUnavailable, unready == nil ? "ready" : "not ready", unready)
    }

    @Sendable private func healthcheck(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let unready = await store.unreadiness()
        if request.method == .head { return .empty(unready == nil ? .noContent : .serviceUnavailable) }
        return .text(unready == nil ? .ok : .serviceUnavailable, unready ?? "OK")
    }

    private func reply(_ status: HTTPResponse.Status, _ word: String, _ reason: String?) -> Response {
        .json(status) { writer in
            writer.object {
                $0.name("status")
                $0.value(word)
                if let reason {
                    $0.name("reason")
                    $0.value(reason)
                }
            }
        }
    }
}
