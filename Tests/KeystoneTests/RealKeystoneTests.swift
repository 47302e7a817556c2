import Logging
import NeutronAPI
import TestServers
import Testing

@testable import Keystone

/// Tokens of a real Keystone.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RealKeystoneTests {
    /// A name, a password and a project of the default domain.
    private struct User {
        var name: String
        var password = "secret"
        var project = "service"
    }

    private static let admin = User(name: "admin", project: "admin")

    /// Runs `body` with a validator that caches for one second, and closes it.
    private func withValidator(
        _ keystone: KeystoneServer, url: String? = nil, user: User = admin,
        _ body: (TokenValidator) async throws -> Void
    ) async throws {
        var configuration = TokenValidator.Configuration()
        configuration.cacheTime = .seconds(1)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let credentials = Credentials(
            authURL: url ?? keystone.url, method: .password(.name(user.name, domain: nil), Secret(user.password)),
            scope: .project(.name(user.project, domain: nil)))
        let validator = TokenValidator(
            session: KeystoneSession(credentials, connectTimeout: .seconds(5), logger: logger),
            configuration: configuration, logger: logger)
        do {
            try await body(validator)
        } catch {
            await validator.shutdown()
            throw error
        }
        await validator.shutdown()
    }

    /// Validates until the verdict changes; the suite's time limit is the deadline.
    private func next(after old: TokenVerdict, _ token: String, _ validator: TokenValidator) async throws
        -> TokenVerdict
    {
        while true {
            let verdict = await validator.validate(token)
            if verdict != old { return verdict }
            // Between two polls: Keystone needs the processor too. Throws at the suite's time limit.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func `a token is valid until it is revoked or its user deleted`() async throws {
        let keystone = try await KeystoneServer.shared()
        let admin = try await keystone.token()
        let project = try await keystone.makeProject("blue", as: admin)
        let user = try await keystone.makeUser("alice", roles: ["member"], project: project, as: admin)
        let token = try await keystone.token("alice", project: "blue")
        try await withValidator(keystone) { validator in
            let verdict = await validator.validate(token)
            guard case .valid(let valid) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(valid.userID == user)
            #expect(valid.projectID == project)
            #expect(Set(valid.roles) == ["member", "reader"])

            // Unscoped: a user without a project.
            let unscoped = try await keystone.token("alice", project: nil)
            guard case .valid(let nowhere) = await validator.validate(unscoped) else {
                Issue.record("the unscoped token is refused")
                return
            }
            #expect(nowhere.projectID == nil)
            #expect(nowhere.roles.isEmpty)

            for garbage in ["nonsense", String(token.dropLast(4)) + "AAAA", String(repeating: "g", count: 4_000)] {
                let verdict = await validator.validate(garbage)
                #expect(verdict == .rejected("keystone does not know it, or no longer"), "\(verdict)")
            }

            let start = ContinuousClock.now
            try await keystone.ask("DELETE", "/auth/tokens", token: admin, subject: token)
            let after = try await next(after: verdict, token, validator)
            #expect(after == .rejected("keystone does not know it, or no longer"))
            #expect(ContinuousClock.now - start < .seconds(20))

            let second = try await keystone.token("alice", project: "blue")
            let good = await validator.validate(second)
            try await keystone.ask("DELETE", "/users/\(user)", token: admin)
            #expect(
                try await next(after: good, second, validator) == .rejected("keystone does not know it, or no longer"))
        }
    }

    @Test func `a Keystone that is down or refuses validation makes tokens unavailable`() async throws {
        let keystone = try await KeystoneServer.shared()
        let admin = try await keystone.token()
        let project = try await keystone.makeProject("service", as: admin)
        try await keystone.makeUser("plain", roles: ["member"], project: project, as: admin)
        try await keystone.makeUser("ipam", roles: ["service"], project: project, as: admin)
        func cause(_ verdict: TokenVerdict) -> String {
            if case .unavailable(let cause) = verdict { cause } else { "\(verdict)" }
        }
        try await withValidator(keystone, user: User(name: "plain")) {
            #expect(cause(await $0.validate(admin)).contains("does not let user \"plain\" validate tokens"))
        }
        try await withValidator(keystone, user: User(name: "plain", password: "wr0ng")) {
            let cause = cause(await $0.validate(admin))
            #expect(cause.contains("refuses user \"plain\""))
            #expect(!cause.contains("wr0ng"))
        }
        try await withValidator(keystone, user: User(name: "ipam")) { validator in
            guard case .valid = await validator.validate(admin) else {
                Issue.record("the role service does not suffice")
                return
            }
            keystone.stop()
            let other = String(admin.dropLast(4)) + "AAAA"
            #expect(
                cause(await validator.validate(other)).contains("keystone at \(keystone.url)"))
            try await keystone.restart()
            guard case .rejected = await validator.validate(other) else {
                Issue.record("Keystone is back, but not asked")
                return
            }
        }
    }

    @Test func `tokens expire as Keystone says, and the service's own is renewed`() async throws {
        try await withKeystone(tokenLifetime: 5) { keystone in
            try await withValidator(keystone, url: keystone.url.replacing("/v3", with: "/")) { validator in
                // The second one is validated after the first, and the service's own, have expired.
                for _ in 1...2 {
                    let (token, verdict) = try await validToken(keystone, validator)
                    guard case .rejected = try await next(after: verdict, token, validator) else {
                        Issue.record("the token does not end")
                        return
                    }
                }
            }
        }
    }

    /// A new token with time left: on a busy machine one may expire before it is validated.
    private func validToken(
        _ keystone: KeystoneServer, _ validator: TokenValidator
    ) async throws -> (String, TokenVerdict) {
        while true {
            let token = try await keystone.token()
            let verdict = await validator.validate(token)
            if case .valid = verdict { return (token, verdict) }
            try #require(
                verdict == .rejected("expired") || verdict == .rejected("keystone does not know it, or no longer"))
        }
    }

    @Test func `the service's own token is renewed when it is refused`() async throws {
        let keystone = try await KeystoneServer.shared()
        try await withValidator(keystone) { validator in
            let token = try await keystone.token()
            guard case .valid = await validator.validate(token) else {
                Issue.record("not valid")
                return
            }
            // A password change revokes all of the user's tokens.
            let me = try await keystone.ask("GET", "/auth/tokens", token: token, subject: token)
            let user = ((me.json["token"] as? [String: Any])?["user"] as? [String: Any])?["id"] as? String
            let id = try #require(user)
            let change = ["user": ["original_password": "secret", "password": "secret"]]
            #expect(try await keystone.ask("POST", "/users/\(id)/password", token: token, change).status == 204)
            #expect(try await keystone.ask("GET", "/projects", token: token).status == 401)
            // Revocation counts by the second: a token of the same second would be revoked with them.
            var fresh = try await keystone.token()
            while try await keystone.ask("GET", "/projects", token: fresh).status != 200 {
                fresh = try await keystone.token()
            }
            guard case .valid = await validator.validate(fresh) else {
                Issue.record("not valid after the change")
                return
            }
        }
    }
}
