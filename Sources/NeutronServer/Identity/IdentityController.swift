import HTTPTypes
import Hummingbird
import Identity
import JSONCoding
import Logging
import NetAddress
import NetworkStore
import NeutronAPI

/// `/v3`: the part of Keystone's Identity API that clients of a Networking API use.
struct IdentityController: Sendable {
    let identity: IdentityService
    let work: Workload

    var store: NetworkStore { identity.store }

    func addRoutes(to routes: Routes) {
        route(routes, "", [.get: version])
        route(routes, "auth/tokens", [.post: issue, .get: show, .head: show, .delete: revoke])
        route(routes, "auth/catalog", [.get: catalogue])
        route(routes, "auth/projects", [.get: ownProjects])
        route(routes, "auth/domains", [.get: none("domains")])
        route(routes, "auth/system", [.get: none("system")])
        addDirectory(to: routes)
        addCredentials(to: routes)
    }

    /// A path with its methods, whose errors have Keystone's form.
    func route(_ routes: Routes, _ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler]) {
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete] {
            let handler: Handler =
                handlers[method] ?? { _, _ in
                    throw NeutronError(
                        status: 405, type: "MethodNotAllowed",
                        message: "The method is not allowed for the requested URL.")
                }
            routes.on(path, method: method) { request, context -> Response in
                var response: Response
                do { response = try await handler(request, context) } catch let error as NeutronError {
                    if error.status >= 500 {
                        context.logger.error("request failed", metadata: ["cause": "\(error.message)"])
                    }
                    response = .identity(error, url: context.base + "/v3")
                } catch let error as PasswordChecks.SlowedDown {
                    response = .identity(
                        .tooManyRequests("Wrong passwords were too many."), url: context.base + "/v3")
                    response.headers[.retryAfter] = String(error.seconds)
                }
                response.headers[.vary] = "X-Auth-Token"
                return response
            }
        }
    }

    @Sendable private func version(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        reply([
            "version": [
                "id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
                "links": [["rel": "self", "href": .string("\(context.base)/v3/")]],
                "media-types": [
                    ["base": "application/json", "type": "application/vnd.openstack.identity-v3+json"]
                ],
            ]
        ])
    }

    // MARK: Tokens

    @Sendable private func issue(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let asked = try await work.reading(request, for: context.client) { json, _ in
            try AuthenticationRequest(json.members)
        }
        let (text, session) = try await identity.login(asked, from: context.client)
        context.logger.info(
            "token issued",
            metadata: ["user": "\(session.user.id.hex)", "project": "\(session.project?.id.hex ?? "none")"])
        var response = Response.json(.created) {
            $0.value(session.json(context.base, withCatalogue: !request.wantsNoCatalogue))
        }
        response.headers[.subjectToken] = text
        return response
    }

    /// `GET` and `HEAD`: whether a token is valid, and what it is.
    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (text, subject) = try await subject(request, context, "identity:validate_token")
        var response =
            request.method == .head
            ? Response.empty(.ok) : reply(subject.json(context.base, withCatalogue: !request.wantsNoCatalogue))
        response.headers[.subjectToken] = text
        return response
    }

    @Sendable private func revoke(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (_, subject) = try await subject(request, context, "identity:revoke_token")
        try await store.revoke(subject.token.auditID, of: subject.user.id, until: subject.token.expiresAt)
        context.logger.info("token revoked", metadata: ["user": "\(subject.user.id.hex)"])
        return .empty(.noContent)
    }

    /// The token that a request is about: one's own user's, or any for an administrator.
    private func subject(
        _ request: Request, _ context: APIRequestContext, _ action: String
    ) async throws -> (text: String, session: IdentitySession) {
        let own = try await session(request, context)
        let text = request.headers[.subjectToken] ?? ""
        let subject: IdentitySession
        do { subject = try await identity.validate(text) } catch let error as IdentityService.Rejection {
            context.logger.info("subject token rejected", metadata: ["cause": "\(error.reason)"])
            throw NeutronError(status: 404, type: "NotFound", message: "Failed to validate token")
        }
        guard own.isAdmin || own.user.id == subject.user.id else { throw NeutronError.forbiddenAction(action) }
        return (text, subject)
    }

    @Sendable private func catalogue(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        guard try await session(request, context).project != nil else {
            throw NeutronError.forbiddenAction("identity:get_auth_catalog")
        }
        return list("catalog", IdentitySession.catalogue(context.base), request, context)
    }

    @Sendable private func ownProjects(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let user = try await session(request, context).user
        let snapshot = store.snapshot()
        let projects = user.projectIDs.compactMap { snapshot.identityProject($0) }.filter(\.isEnabled)
        return list("projects", .array(projects.map { $0.json(context.base + "/v3") }), request, context)
    }

    private func none(_ name: String) -> Handler {
        { request, context in
            _ = try await session(request, context)
            return list(name, [], request, context)
        }
    }

    // MARK: Parts

    /// The session of a request's token; 401 without a valid one.
    func session(_ request: Request, _ context: APIRequestContext) async throws -> IdentitySession {
        guard let text = request.headers[.authToken] else { throw NeutronError.unauthorized }
        do { return try await identity.validate(text) } catch let error as IdentityService.Rejection {
            context.logger.info("token rejected", metadata: ["cause": "\(error.reason)"])
            throw NeutronError.unauthorized
        }
    }

    func reply(_ json: JSON) -> Response { .json { $0.value(json) } }

    /// `{"users": […], "links": {…}}`
    func list(_ name: String, _ items: JSON, _ request: Request, _ context: APIRequestContext) -> Response {
        let url = context.base + request.uri.path
        return reply([name: items, "links": ["self": .string(url), "next": .null, "previous": .null]])
    }
}

extension Request {
    fileprivate var wantsNoCatalogue: Bool { queryString["nocatalog"].first != nil }
}

extension HTTPField.Name {
    static let subjectToken = HTTPField.Name(literal: "X-Subject-Token")
}

extension Response {
    /// An error in Keystone's form; a 401 with the URL of the service.
    static func identity(_ error: NeutronError, url: String) -> Response {
        let titles = [
            400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
            409: "Conflict", 413: "Request Entity Too Large", 429: "Too Many Requests",
            503: "Service Unavailable",
        ]
        var response = json(HTTPResponse.Status(code: error.status)) {
            $0.value([
                "error": [
                    "code": .integer(Int64(error.status)), "message": .string(error.message),
                    "title": .string(titles[error.status] ?? "Internal Server Error"),
                ]
            ])
        }
        if error.status == 401 { response.headers[.wwwAuthenticate] = "Keystone uri=\"\(url)\"" }
        if error.status == 429 || error.status == 503 { response.headers[.retryAfter] = "1" }
        return response
    }
}
