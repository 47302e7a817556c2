import Hummingbird
import JSONCoding
import NeutronAPI

/// `/v2.0/extensions` and `/v2.0/extensions/<alias>`.
struct ExtensionController: Sendable {
    func addRoutes(to routes: Routes) {
        routes.route("extensions", [.get: list])
        routes.route("extensions/:alias", [.get: show])
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        .json { writer in
            writer.object {
                $0.name("extensions")
                $0.array(Extension.all) { $0.value($1) }
            }
        }
    }

    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let alias = try context.parameter("alias")
        guard let found = Extension.all.first(where: { $0.alias == alias }) else {
            throw NeutronError(
                status: 404, type: "HTTPNotFound", message: "Extension with alias \(alias.shortened) does not exist")
        }
        return .json { writer in
            writer.object {
                $0.name("extension")
                $0.value(found)
            }
        }
    }
}
