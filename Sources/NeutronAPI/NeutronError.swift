/// A request that was refused, as the API tells it: `{"NeutronError": {"type", "message", "detail"}}`.
///
/// Types and messages are Neutron's own, since clients choose their exceptions by the type and people search for the message.
package struct NeutronError: Error, Hashable, Sendable {
    /// The HTTP status, 400…599.
    package let status: Int
    /// The name of Neutron's exception, `NetworkNotFound`.
    package let type: String
    package let message: String
    /// Mostly empty.
    package let detail: String

    /// How long a message can be. Whatever it repeats of a request, the answer stays small.
    package static let maximumLength = 4_096

    package init(status: Int, type: String, message: String, detail: String = "") {
        self.status = status
        self.type = type
        self.message = message.shortened(to: Self.maximumLength)
        self.detail = detail.shortened(to: Self.maximumLength)
    }
}

extension NeutronError: CustomStringConvertible {
    package var description: String { "\(type): \(message)" }
}

// Requests that are wrong whatever they are about.
extension NeutronError {
    /// 400, the general refusal of a request's form.
    package static func badRequest(_ message: String) -> Self {
        Self(status: 400, type: "HTTPBadRequest", message: message)
    }

    /// 400, `Bad subnets request: …`.
    package static func badRequest(resource: String, _ reason: String) -> Self {
        Self(status: 400, type: "BadRequest", message: "Bad \(resource) request: \(reason).")
    }

    /// 400: a request lacks an attribute that it must have.
    static func missingAttribute(_ name: String) -> Self {
        badRequest("Failed to parse request. Required attribute '\(name)' not specified")
    }

    /// 400, the general refusal of a value. `reason` has no full stop.
    package static func invalidInput(_ reason: String) -> Self {
        Self(status: 400, type: "InvalidInput", message: "Invalid input for operation: \(reason).")
    }

    /// 404 for a path that the API does not have.
    package static var pathNotFound: Self {
        Self(status: 404, type: "HTTPNotFound", message: "The resource could not be found.")
    }

    /// 412, the answer to an `If-Match: revision_number=N` that no longer holds.
    package static func revisionNumberConstraintFailed(expected: Int, current: Int) -> Self {
        Self(
            status: 412, type: "RevisionNumberConstraintFailed",
            message: "Constrained to \(expected), but current revision is \(current)")
    }

    /// 429: the client has more under way than its share.
    package static func tooManyRequests(_ reason: String) -> Self {
        Self(status: 429, type: "HTTPTooManyRequests", message: "\(reason) Try again.")
    }

    /// 503: what is needed cannot be reached, or did not answer in time, and nothing was changed. `reason` is shown to the client.
    package static func serviceUnavailable(_ reason: String) -> Self {
        Self(status: 503, type: "ServiceUnavailable", message: "The service is unavailable. \(reason)")
    }

    /// 504: the database was lost while it was working on the change, which it may have made.
    package static func outcomeUnknown(_ reason: String) -> Self {
        Self(
            status: 504, type: "GatewayTimeout",
            message: "\(reason) The change may or may not have been made. "
                + "It is safe to look and to repeat the request.")
    }

    /// 500, which says nothing but which request it was.
    package static func internalError(requestID: String) -> Self {
        Self(
            status: 500, type: "HTTPInternalServerError",
            message: "Request Failed: internal server error while processing your request.", detail: requestID)
    }
}
