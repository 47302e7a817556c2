import Deadlines
import HTTPTypes
import Identity
import JSONCoding
import Logging
import NIOConcurrencyHelpers
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

/// The API with users of its own.
struct IdentityAPI: Sendable {
    let api: API
    let a: IdentityProject
    let b: IdentityProject

    static func run(
        configuration: IdentityConfiguration = IdentityConfiguration(),
        _ body: @Sendable (IdentityAPI) async throws -> Void
    ) async throws {
        try await API.run(authentication: .builtin(configuration)) { api in
            try await api.store.ready()
            let a = try await api.store.project(named: "a")
            let b = try await api.store.project(named: "b")
            _ = try await api.store.user("alice", "secret of alice", [RoleGrant(a.id, .member)])
            _ = try await api.store.user("bob", "secret of bob", [RoleGrant(b.id, .member)])
            _ = try await api.store.user("root", "secret of root", [RoleGrant(a.id, .admin)])
            try await body(IdentityAPI(api: api, a: a, b: b))
        }
    }

    static func password(_ user: String, _ password: String? = nil, scope: JSON? = nil) -> JSON {
        var auth: [String: JSON] = [
            "identity": [
                "methods": ["password"],
                "password": [
                    "user": [
                        "name": .string(user), "domain": ["name": "Default"],
                        "password": .string(password ?? "secret of \(user)"),
                    ]
                ],
            ]
        ]
        auth["scope"] = scope
        return ["auth": .object(auth)]
    }

    static func project(_ name: String) -> JSON {
        ["project": ["name": .string(name), "domain": ["id": "default"]]]
    }

    func post(_ body: JSON) async throws -> API.Reply { try await api(.post, "/v3/auth/tokens", body) }

    /// A token, by password.
    func token(_ user: String, scope: JSON? = nil) async throws -> String {
        let reply = try await post(Self.password(user, scope: scope))
        try #require(reply.status == 201, "\(reply.text)")
        return try #require(reply.headers[.subjectToken])
    }

    func callAsFunction(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, as token: String, subject: String? = nil
    ) async throws -> API.Reply {
        var headers: HTTPFields = [.authToken: token]
        headers[.subjectToken] = subject
        return try await api(method, path, body, headers: headers)
    }
}

extension NetworkStore {
    func project(named name: String) async throws -> IdentityProject {
        var project = IdentityProject(id: .random(), standard: .blank)
        project.name = name
        return try await create(project)
    }

    func user(_ name: String, _ password: String, _ grants: [RoleGrant]) async throws -> IdentityUser {
        var user = IdentityUser(id: .random(), standard: .blank)
        user.name = name
        user.password = try PasswordHash.make(password)
        user.grants = grants
        user.defaultProjectID = grants.first?.projectID
        return try await create(user)
    }
}

extension StandardAttributes {
    static let blank = Self(projectID: "", createdAt: Timestamp(seconds: 0), updatedAt: Timestamp(seconds: 0))
}
