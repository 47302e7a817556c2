import Deadlines
import HTTPServing
import HTTPTypes
import JSONCoding
import Keystone
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

/// Users whose token is `<name>`, each with a role in a project, in place of Keystone.
struct Users: TokenValidation {
    static let url = "http://keystone.test:5000/v3"

    /// Name, project, roles.
    private static let all: [String: (project: String?, roles: [String])] = [
        "root": ("ops", ["admin", "member", "reader"]),
        "alice": ("a", ["member", "reader"]), "alan": ("a", ["reader"]), "alma": ("a", ["_member_"]),
        "bob": ("b", ["Member"]), "ben": ("b", ["reader"]), "nobody": ("a", ["guest"]), "lost": (nil, []),
        "nova": ("services", ["advsvc"]),
    ]

    func validate(_ token: String, from client: SourceAddress?) async -> TokenVerdict {
        if token == "crowd" { return .crowded("64 other tokens are being asked for, which is the limit") }
        if token == "down" { return .unavailable("Keystone at \(Self.url): connection refused") }
        guard let user = Self.all[token] else { return .rejected("unknown") }
        return .valid(
            ValidToken(
                userID: token, projectID: user.project, roles: user.roles, expiresAt: Timestamp(seconds: .max / 2)))
    }
}

/// The API as one user sees it.
struct UserAPI: Sendable {
    let api: API
    let name: String

    func callAsFunction(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, headers: HTTPFields = [:]
    ) async throws -> API.Reply {
        var headers = headers
        headers[.authToken] = name
        return try await api(method, "/v2.0/\(path)", body, headers: headers)
    }

    /// Creates a resource and returns its identifier.
    func make(_ member: String, at path: String? = nil, _ body: JSON) async throws -> String {
        let reply = try await self(.post, path ?? "\(member)s", .object([member: body]))
        try #require(reply.status == 201, "\(name): \(reply.text)")
        return try #require(reply[member, "id"]?.string)
    }

    /// The identifiers of a list, in its order.
    func list(_ path: String) async throws -> [String] {
        let reply = try await self(.get, path)
        try #require(reply.status == 200, "\(name): \(reply.text)")
        let collection = path.prefix { $0 != "?" }
        return (reply[String(collection)]?.array ?? []).compactMap { $0.object?["id"]?.string }
    }
}

extension API {
    /// Runs `body` with the API behind ``Users``.
    static func runWithUsers(
        storing: NetworkStoreConfiguration = NetworkStoreConfiguration(), _ body: @Sendable (API) async throws -> Void
    ) async throws {
        try await withOVSDBServer(schema: .northbound) { database in
            try await run(
                on: database, authentication: .keystone(Users(), url: Users.url), storing: storing, body)
        }
    }

    func `as`(_ name: String) -> UserAPI { UserAPI(api: self, name: name) }
}
