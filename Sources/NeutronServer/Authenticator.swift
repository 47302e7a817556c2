import HTTPTypes
import Hummingbird
import JSONCoding
package import Keystone
import Logging
import NeutronAPI

/// The authentication method.
package enum Authentication: Sendable {
    /// None: every client may see and do everything. `X-Project-Id` names the project of new resources.
    case none
    /// By a Keystone token. `url` tells clients where to get one.
    case keystone(any TokenValidation, url: String)
    /// By a token of the service itself, for users in the Northbound database; `/v3` serves them.
    case builtin(IdentityConfiguration)
}

/// Authenticates a request before it is served.
struct Authenticator: RouterMiddleware {
    let authentication: Authentication
    let defaultProject: String
    /// Nil where hosts cannot join: then no certificate is a right.
    let hosts: HostAuthentication?
    /// Of ``Authentication/builtin(_:)``.
    let identity: IdentityService?

    func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        // A host is itself, whatever token it sends besides.
        if let host = try await hosts?.requester() {
            context.authenticated = host
            context.logger[metadataKey: "user"] = "\(host.userID)"
            context.logger[metadataKey: "project"] = "\(host.projectID ?? "none")"
            return try await next(request, context)
        }
        // Only where hosts that have not joined yet are served too.
        switch Peer.current.isPlainText ? .none : authentication {
        case .none:
            context.authenticated = .trusted(projectID: try project(request.headers[.projectID]))
        case .keystone(let validation, let url):
            guard let token = request.headers[.authToken] else { return .unauthorized(url) }
            let valid: ValidToken
            switch await validation.validate(token, from: context.client) {
            case .valid(let found): valid = found
            case .rejected(let reason):
                context.logger.info("token rejected", metadata: ["cause": "\(reason)"])
                return .unauthorized(url)
            case .unavailable(let cause):
                throw NeutronError.serviceUnavailable("The token could not be validated: \(cause).")
            case .crowded(let limit):
                throw NeutronError.tooManyRequests("The token was not validated: \(limit).")
            }
            context.authenticated = Requester(projectID: valid.projectID, userID: valid.userID, roles: valid.roles)
            context.logger[metadataKey: "user"] = "\(valid.userID)"
            context.logger[metadataKey: "project"] = "\(valid.projectID ?? "none")"
        case .builtin:
            let url = context.base + "/v3"
            guard let identity, let token = request.headers[.authToken] else { return .unauthorized(url) }
            do { context.authenticated = try await identity.validate(token).requester } catch let error
                as IdentityService.Rejection
            {
                context.logger.info("token rejected", metadata: ["cause": "\(error.reason)"])
                return .unauthorized(url)
            }
            context.logger[metadataKey: "user"] = "\(context.authenticated?.userID ?? "")"
            context.logger[metadataKey: "project"] = "\(context.authenticated?.projectID ?? "none")"
        }
        return try await next(request, context)
    }

    /// The project that `X-Project-Id` names; the default if it is missing or empty.
    private func project(_ header: String?) throws(NeutronError) -> String {
        guard let header, !header.isEmpty else { return defaultProject }
        guard let project = ProjectID(header) else {
            throw .badRequest("X-Project-Id '\(header.shortened)' is not a line of at most 255 characters")
        }
        return project.text
    }
}

extension Response {
    /// 401 as Keystone's middleware for services returns it, with the URL to get a token from.
    fileprivate static func unauthorized(_ url: String) -> Response {
        var response = json(.unauthorized) { writer in
            writer.object { writer in
                writer.name("error")
                writer.object {
                    $0.name("code")
                    $0.value(401)
                    $0.name("title")
                    $0.value("Unauthorized")
                    $0.name("message")
                    $0.value("The request you have made requires authentication.")
                }
            }
        }
        response.headers[.wwwAuthenticate] = "Keystone uri=\"\(url)\""
        return response
    }
}
