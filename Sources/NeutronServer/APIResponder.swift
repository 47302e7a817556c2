import CoreMetrics
import Deadlines
import HTTPServing
package import Hummingbird
import Logging
import NetworkStore
import NeutronAPI

/// The outermost responder: assigns a request id, strips `.json`, converts errors to the API's format, and records
/// metrics.
package struct APIResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context == APIRequestContext {
    let inner: Inner
    /// How clients reach us: `http` or `https`.
    let scheme: String
    /// Whether there is an identity API, whose errors have another form.
    let hasIdentity: Bool

    package func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.base = LinkBase(request, scheme: Peer.current.isPlainText ? "http" : scheme).description
        var response: Response
        do {
            response = try await NetworkStore.$requester.withValue(context.client) {
                try await inner.respond(to: Self.withoutSuffix(request), context: context)
            }
            // The router's own 404; ours all have a body.
            if response.status == .notFound, response.body.contentLength == 0 {
                let isIdentity = hasIdentity && request.uri.path.hasPrefix("/v3/")
                response = isIdentity ? .identity(.pathNotFound, url: "") : .neutron(.pathNotFound)
            }
        } catch {
            response = reply(to: error, context: context)
        }
        response.headers[.openstackRequestID] = context.requestID
        note(request, response, context, start.duration(to: .now))
        return response
    }

    /// Old clients add `.json` to every path.
    private static func withoutSuffix(_ request: Request) -> Request {
        let path = request.uri.path
        guard path.hasSuffix(".json") else { return request }
        var head = request.head
        head.path = String(path.dropLast(5)) + (request.uri.query.map { "?\($0)" } ?? "")
        return Request(head: head, body: request.body)
    }

    private func reply(to error: any Error, context: APIRequestContext) -> Response {
        if let error = error as? NeutronError {
            if error.status >= 500 {
                context.logger.error("request failed", metadata: ["cause": "\(error.message)"])
            }
            return .neutron(error)
        }
        // The connection has answered the client already.
        if let refusal = error as? HTTPRefusal { return .neutron(NeutronError(refusal)) }
        if error is CancellationError {
            return .neutron(.serviceUnavailable("The server is stopping."))
        }
        context.logger.error("request failed", metadata: ["cause": "\(error)"])
        return .neutron(.internalError(requestID: context.requestID))
    }

    private func note(_ request: Request, _ response: Response, _ context: APIRequestContext, _ duration: Duration) {
        // The template, never the path, whose number is unbounded.
        let route = context.endpointPath ?? "none"
        let dimensions = [
            ("route", route), ("method", request.method.rawValue), ("status", String(response.status.code)),
        ]
        Counter(label: "ovn_ipam_requests_total", dimensions: dimensions).increment()
        Timer(label: "ovn_ipam_request_duration", dimensions: dimensions).recordNanoseconds(duration.nanoseconds)
        context.logger.debug(
            "request served",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri)",
                "status": "\(response.status.code)", "duration": "\(duration)",
            ])
    }
}
