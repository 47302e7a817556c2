import Hummingbird
import NeutronAPI

typealias Routes = RouterGroup<APIRequestContext>
typealias Handler = @Sendable (Request, APIRequestContext) async throws -> Response

extension RouterMethods<APIRequestContext> {
    /// A path with all of its methods; any other method is 405.
    func route(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler]) {
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete] {
            if let handler = handlers[method] {
                on(path, method: method, use: handler)
            } else {
                on(path, method: method) { request, _ -> Response in
                    throw NeutronError(
                        status: 405, type: "HTTPMethodNotAllowed",
                        message: "The method \(request.method) is not allowed for this resource.")
                }
            }
        }
    }
}
