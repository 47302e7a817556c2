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

@Suite(.timeLimit(.minutes(3)))
struct IdentityTests {
    @Test func `a token says who it is for what`() async throws {
        try await IdentityAPI.run { identity in
            let reply = try await identity.post(IdentityAPI.password("alice", scope: IdentityAPI.project("a")))
            #expect(reply.status == 201)
            #expect(reply.headers[.vary] == "X-Auth-Token")
            let token = try #require(reply["token"]?.object)
            #expect(
                Set(token.keys) == [
                    "methods", "user", "project", "is_domain", "roles", "catalog", "issued_at", "expires_at",
                    "audit_ids",
                ])
            #expect(token["methods"] == ["password"])
            #expect(reply["token", "user", "name"] == "alice")
            #expect(reply["token", "user", "domain"] == ["id": "default", "name": "Default"])
            #expect(reply["token", "project", "id"] == .string(identity.a.id.hex))
            #expect(token["roles"]?.array?.compactMap { $0["name"]?.string } == ["member", "reader"])
            let catalogue = try #require(token["catalog"]?.array)
            #expect(catalogue.compactMap { $0["type"]?.string } == ["network", "identity"])
            #expect(catalogue[1]["endpoints"]?.array?.count == 3)
            let text = try #require(reply.headers[.subjectToken])
            let shown = try await identity(.get, "/v3/auth/tokens", as: text, subject: text)
            #expect(shown.status == 200)
            #expect(shown["token"] == .object(token))
            #expect(shown.headers[.subjectToken] == text)
            let short = try await identity(.get, "/v3/auth/tokens?nocatalog", as: text, subject: text)
            #expect(short["token", "catalog"] == nil)
            let head = try await identity(.head, "/v3/auth/tokens", as: text, subject: text)
            #expect(head.status == 200 && head.text.isEmpty)
            #expect(try await identity(.get, "/v3/auth/catalog", as: text)["catalog"]?.array?.count == 2)
            #expect(try await identity(.get, "/v2.0/networks", as: text).status == 200)
        }
    }

    @Test func `a token's scope is what is asked for, and the default project else`() async throws {
        try await IdentityAPI.run { identity in
            func project(_ scope: JSON?) async throws -> JSON? {
                try await identity.post(IdentityAPI.password("alice", scope: scope))["token", "project", "name"]
            }
            #expect(try await project(nil) == "a")
            #expect(try await project(["unscoped": [:]]) == nil)
            #expect(try await project(["project": ["id": .string(identity.a.id.hex)]]) == "a")
            for scope in [
                IdentityAPI.project("b"), IdentityAPI.project("none"), ["domain": ["id": "default"]],
                ["system": ["all": true]], ["project": ["name": "a", "domain": ["name": "other"]]],
            ] as [JSON] {
                let reply = try await identity.post(IdentityAPI.password("alice", scope: scope))
                #expect(reply.status == 401, "\(scope)")
            }
            let unscoped = try await identity.token("alice", scope: ["unscoped": [:]])
            #expect(try await identity(.get, "/v3/auth/projects", as: unscoped)["projects"]?.array?.count == 1)
            #expect(try await identity(.get, "/v3/auth/catalog", as: unscoped).status == 403)
            let rescoped = try await identity.post([
                "auth": [
                    "identity": ["methods": ["token"], "token": ["id": .string(unscoped)]],
                    "scope": IdentityAPI.project("a"),
                ]
            ])
            #expect(rescoped.status == 201)
            #expect(rescoped["token", "methods"] == ["password", "token"])
            #expect(rescoped["token", "audit_ids"]?.array?.count == 2)
        }
    }

    @Test func `who is not there and who does not know the password are told the same`() async throws {
        try await IdentityAPI.run { identity in
            let wrong = try await identity.post(IdentityAPI.password("alice", "wrong"))
            let missing = try await identity.post(IdentityAPI.password("mallory", "wrong"))
            #expect(wrong.status == 401)
            #expect(wrong.text == missing.text)
            #expect(
                wrong.json == [
                    "error": [
                        "code": 401, "title": "Unauthorized",
                        "message": "The request you have made requires authentication.",
                    ]
                ])
            #expect(wrong.headers[.wwwAuthenticate]?.hasPrefix("Keystone uri=\"http://") == true)
            #expect(wrong.headers[.wwwAuthenticate] == missing.headers[.wwwAuthenticate])
        }
    }

    @Test(
        arguments: [
            [:], ["auth": [:]], ["auth": 1], ["auth": ["identity": ["methods": []]]],
            ["auth": ["identity": ["methods": ["password"]]]],
            [
                "auth": [
                    "identity": ["methods": ["password"], "password": ["user": ["name": "alice", "password": "x"]]]
                ]
            ],
            ["auth": ["identity": ["methods": ["token"], "token": ["id": 7]]]],
        ] as [JSON])
    func `a body that says too little is 400`(_ body: JSON) async throws {
        try await IdentityAPI.run { identity in
            let reply = try await identity.post(body)
            #expect(reply.status == 400)
            #expect(reply["error", "title"] == "Bad Request")
        }
    }

    @Test func `wrong passwords are slowed down, and the right one with them`() async throws {
        try await IdentityAPI.run { identity in
            for _ in 0..<5 { #expect(try await identity.post(IdentityAPI.password("alice", "wrong")).status == 401) }
            let reply = try await identity.post(IdentityAPI.password("alice"))
            #expect(reply.status == 429)
            #expect(reply["error", "title"] == "Too Many Requests")
            #expect(reply.headers[.retryAfter] == "1")
            #expect(try await identity.post(IdentityAPI.password("bob")).status == 201)
        }
    }

    @Test func `what ends a token ends it at once`() async throws {
        try await IdentityAPI.run { identity in
            let store = identity.api.store
            func user(_ name: String) throws -> IdentityUser {
                try #require(store.snapshot().identityUser(named: name))
            }
            func status(_ token: String) async throws -> Int {
                try await identity(.get, "/v2.0/networks", as: token).status
            }
            let revoked = try await identity.token("alice")
            let other = try await identity.token("alice")
            #expect(try await status(revoked) == 200)
            #expect(try await identity(.delete, "/v3/auth/tokens", as: other, subject: revoked).status == 204)
            #expect(try await status(revoked) == 401)
            #expect(try await status(other) == 200)

            _ = try await store.change(try user("alice").id) { $0.grants = [] }
            #expect(try await status(other) == 401)
            _ = try await store.change(try user("alice").id) { $0.grants = [RoleGrant(identity.a.id, .reader)] }
            #expect(try await status(other) == 200)
            #expect(try await identity(.post, "/v2.0/networks", ["network": [:]], as: other).status == 403)

            let hash = try PasswordHash.make("new")
            _ = try await store.change(try user("alice").id) { $0.password = hash }
            #expect(try await status(other) == 401)
            #expect(try await identity.post(IdentityAPI.password("alice")).status == 401)
            #expect(try await identity.post(IdentityAPI.password("alice", "new")).status == 201)

            let bob = try await identity.token("bob")
            _ = try await store.change(try user("bob").id) { $0.isEnabled = false }
            #expect(try await status(bob) == 401)
            #expect(try await identity.post(IdentityAPI.password("bob")).status == 401)
            _ = try await store.change(try user("bob").id) { $0.isEnabled = true }
            #expect(try await status(bob) == 401)
            let again = try await identity.token("bob")
            _ = try await store.change(identity.b.id) { $0.isEnabled = false }
            #expect(try await status(again) == 401)
            _ = try await store.change(identity.b.id) { $0.isEnabled = true }
            #expect(try await status(again) == 200)
            try await store.delete(try user("bob").id)
            #expect(try await status(again) == 401)
        }
    }

    @Test func `tokens end`() async throws {
        let clock = NIOLockedValueBox(Timestamp.now)
        var configuration = IdentityConfiguration()
        configuration.tokenLifetime = 60
        configuration.now = { clock.withLockedValue { $0 } }
        try await IdentityAPI.run(configuration: configuration) { identity in
            let token = try await identity.token("alice")
            clock.withLockedValue { $0 = Timestamp(seconds: $0.seconds + 40) }
            let child = try await identity.post([
                "auth": ["identity": ["methods": ["token"], "token": ["id": .string(token)]]]
            ])
            let text = try #require(child.headers[.subjectToken])
            #expect(try await identity(.get, "/v2.0/networks", as: text).status == 200)
            clock.withLockedValue { $0 = Timestamp(seconds: $0.seconds + 20) }
            #expect(try await identity(.get, "/v2.0/networks", as: token).status == 401)
            #expect(try await identity(.get, "/v2.0/networks", as: text).status == 401)
        }
    }

    @Test func `a key is replaced, and what it signed holds until its end or ends at once`() async throws {
        try await IdentityAPI.run { identity in
            let store = identity.api.store
            let first = try await identity.token("alice")
            _ = try await store.rotateTokenKey(revoking: false) { SigningKey.newSecret() }
            let second = try await identity.token("alice")
            #expect(try await identity(.get, "/v2.0/networks", as: first).status == 200)
            #expect(try await identity(.get, "/v2.0/networks", as: second).status == 200)
            _ = try await store.rotateTokenKey(revoking: false) { SigningKey.newSecret() }
            #expect(try await identity(.get, "/v2.0/networks", as: first).status == 401)
            #expect(try await identity(.get, "/v2.0/networks", as: second).status == 200)
            _ = try await store.rotateTokenKey(revoking: true) { SigningKey.newSecret() }
            #expect(try await identity(.get, "/v2.0/networks", as: second).status == 401)
            #expect(try await identity.post(IdentityAPI.password("alice")).status == 201)
        }
    }

    @Test(arguments: ["", "x", "gAAAAABf", "AQkAAAAB", String(repeating: "A", count: 184)])
    func `what is not a token is 401`(_ text: String) async throws {
        try await IdentityAPI.run { identity in
            let reply = try await identity(.get, "/v2.0/networks", as: text)
            #expect(reply.status == 401)
            #expect(reply.headers[.wwwAuthenticate]?.hasSuffix("/v3\"") == true)
            #expect(try await identity(.get, "/v3/users", as: text).status == 401)
            let token = try await identity.token("alice")
            #expect(try await identity(.get, "/v3/auth/tokens", as: token, subject: text).status == 404)
        }
    }

    @Test func `two projects see nothing of each other`() async throws {
        try await IdentityAPI.run { identity in
            let (alice, bob, root) = (
                try await identity.token("alice"), try await identity.token("bob"), try await identity.token("root")
            )
            let made = try await identity(.post, "/v2.0/networks", ["network": ["name": "blue"]], as: alice)
            #expect(made.status == 201)
            #expect(made["network", "project_id"] == .string(identity.a.id.hex))
            let path = "/v2.0/networks/\(try #require(made["network", "id"]).text)"
            for method in [HTTPRequest.Method.get, .delete] {
                #expect(try await identity(method, path, as: bob).status == 404)
            }
            #expect(try await identity(.put, path, ["network": ["name": "x"]], as: bob).status == 404)
            #expect(try await identity(.get, "/v2.0/networks", as: bob)["networks"] == [])
            #expect(try await identity(.get, path, as: root).status == 200)
            #expect(try await identity(.get, path, as: alice).status == 200)

            // Tokens and users, too.
            #expect(try await identity(.get, "/v3/auth/tokens", as: bob, subject: alice).status == 403)
            #expect(try await identity(.delete, "/v3/auth/tokens", as: bob, subject: alice).status == 403)
            #expect(try await identity(.get, "/v3/auth/tokens", as: root, subject: alice).status == 200)
            let user = try #require(
                try await identity(.get, "/v3/auth/tokens", as: alice, subject: alice)["token", "user", "id"]
            ).text
            #expect(try await identity(.get, "/v3/users/\(user)", as: alice)["user", "name"] == "alice")
            for path in ["", "/projects", "/application_credentials"] {
                #expect(try await identity(.get, "/v3/users/\(user)\(path)", as: bob).status == 403)
                #expect(try await identity(.get, "/v3/users/\(user)\(path)", as: root).status == 200)
            }
            #expect(try await identity(.get, "/v3/projects/\(identity.a.id.hex)", as: bob).status == 403)
            #expect(try await identity(.get, "/v3/projects", as: bob)["projects"]?.array?.count == 1)
            #expect(try await identity(.get, "/v3/projects", as: root)["projects"]?.array?.count == 2)
            #expect(try await identity(.get, "/v3/users", as: bob)["users"]?.array?.count == 1)
            #expect(try await identity(.get, "/v3/users?name=bob", as: root)["users"]?.array?.count == 1)
            #expect(
                try await identity(.get, "/v3/role_assignments", as: bob)["role_assignments"]?.array?.count == 1)
        }
    }

    @Test func `application credentials are a user with less`() async throws {
        try await IdentityAPI.run { identity in
            let token = try await identity.token("alice")
            let user = try #require(
                try await identity(.get, "/v3/auth/tokens", as: token, subject: token)["token", "user", "id"]
            ).text
            let path = "/v3/users/\(user)/application_credentials"
            func make(_ given: [String: JSON], as token: String) async throws -> API.Reply {
                try await identity(.post, path, ["application_credential": .object(given)], as: token)
            }
            let made = try await make(["name": "reads", "roles": [["name": "reader"]]], as: token)
            #expect(made.status == 201)
            let credential = try #require(made["application_credential"]?.object)
            #expect(credential["project_id"] == .string(identity.a.id.hex))
            #expect(credential["unrestricted"] == false)
            let (id, secret) = (try #require(credential["id"]).text, try #require(credential["secret"]).text)
            #expect(try await make(["name": "reads"], as: token).status == 409)
            #expect(try await make(["name": "rules", "roles": [["name": "admin"]]], as: token).status == 400)
            #expect(try await make(["name": "late", "expires_at": "2001-01-01T00:00:00Z"], as: token).status == 400)
            #expect(try await identity(.get, "\(path)/\(id)", as: token)["application_credential", "secret"] == nil)

            func login(_ given: JSON, scope: JSON? = nil) async throws -> API.Reply {
                var auth: [String: JSON] = [
                    "identity": ["methods": ["application_credential"], "application_credential": given]
                ]
                auth["scope"] = scope
                return try await identity.post(["auth": .object(auth)])
            }
            let byID = try await login(["id": .string(id), "secret": .string(secret)])
            #expect(byID.status == 201)
            #expect(byID["token", "methods"] == ["application_credential"])
            #expect(byID["token", "roles"]?.array?.compactMap { $0["name"]?.string } == ["reader"])
            let byName = try await login([
                "name": "reads", "secret": .string(secret),
                "user": ["name": "alice", "domain": ["id": "default"]],
            ])
            #expect(byName.status == 201)
            #expect(try await login(["id": .string(id), "secret": "wrong"]).status == 401)
            #expect(
                try await login(["id": .string(id), "secret": .string(secret)], scope: IdentityAPI.project("a"))
                    .status == 401)
            let program = try #require(byID.headers[.subjectToken])
            #expect(try await identity(.get, "/v2.0/networks", as: program).status == 200)
            #expect(try await identity(.post, "/v2.0/networks", ["network": [:]], as: program).status == 403)
            // It is no way to more.
            #expect(try await make(["name": "more"], as: program).status == 403)
            #expect(try await identity(.delete, "\(path)/\(id)", as: program).status == 403)
            let rescoped = try await identity.post([
                "auth": [
                    "identity": ["methods": ["token"], "token": ["id": .string(program)]],
                    "scope": IdentityAPI.project("a"),
                ]
            ])
            #expect(rescoped.status == 403)
            #expect(try await identity(.delete, "\(path)/\(id)", as: token).status == 204)
            #expect(try await identity(.get, "/v2.0/networks", as: program).status == 401)
            #expect(try await login(["id": .string(id), "secret": .string(secret)]).status == 401)
            #expect(try await identity(.get, path, as: token)["application_credentials"] == [])
        }
    }

    @Test func `a user changes its own password`() async throws {
        try await IdentityAPI.run { identity in
            let user = try #require(identity.api.store.snapshot().identityUser(named: "alice")).id.hex
            func change(_ original: String, _ password: String) async throws -> Int {
                try await identity.api(
                    .post, "/v3/users/\(user)/password",
                    ["user": ["original_password": .string(original), "password": .string(password)]]
                ).status
            }
            let token = try await identity.token("alice")
            #expect(try await change("wrong", "new") == 401)
            #expect(try await change("secret of alice", "") == 400)
            #expect(try await change("secret of alice", "new") == 204)
            #expect(try await identity(.get, "/v2.0/networks", as: token).status == 401)
            #expect(try await identity.post(IdentityAPI.password("alice", "new")).status == 201)
        }
    }

    @Test func `records of identity are no resources of the Networking API`() async throws {
        try await IdentityAPI.run { identity in
            let root = try await identity.token("root")
            for path in ["networks", "subnets", "ports", "address-scopes", "subnetpools", "rbac-policies"] {
                let reply = try await identity(.get, "/v2.0/\(path)", as: root)
                #expect(reply.json.object?.values.first == [], "\(reply.text)")
            }
        }
    }

    @Test func `discovery needs no token, and errors have Keystone's form`() async throws {
        try await IdentityAPI.run { identity in
            for path in ["/v3", "/v3/"] {
                let reply = try await identity.api(.get, path)
                #expect(reply["version", "id"] == "v3.14")
                #expect(reply["version", "status"] == "stable")
            }
            #expect(try await identity.api(.get, "/")["versions", "0", "id"] == "v2.0")
            #expect(try await identity.api(.get, "/v3/nothing")["error", "code"] == 404)
            #expect(try await identity.api(.put, "/v3/auth/tokens")["error", "code"] == 405)
            #expect(try await identity.api(.post, "/v3/auth/tokens", text: "{")["error", "code"] == 400)
            #expect(try await identity.api(.get, "/v3/users")["error", "code"] == 401)
        }
        try await API.run { api in
            let reply = try await api(.get, "/v3")
            #expect(reply.status == 404)
        }
    }

    @Test func `a user's revoked tokens are few records`() async throws {
        try await IdentityAPI.run { identity in
            let store = identity.api.store
            let user = try #require(store.snapshot().identityUser(named: "alice"))
            for _ in 0..<RevokedToken.maximumPerUser {
                try await store.revoke(.random(), of: user.id, until: Timestamp(seconds: Timestamp.now.seconds + 60))
            }
            let token = try await identity.token("alice")
            #expect(try await identity(.get, "/v2.0/networks", as: token).status == 200)
            try await store.revoke(.random(), of: user.id, until: Timestamp(seconds: Timestamp.now.seconds + 60))
            #expect(try await identity(.get, "/v2.0/networks", as: token).status == 401)
            #expect(try #require(store.snapshot().identityUser(user.id)).generation == user.generation + 1)
        }
    }
}
