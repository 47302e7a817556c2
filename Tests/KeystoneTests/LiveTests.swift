import Foundation
import HTTPTransport
import Logging
import TestServers
import Testing

@testable import Keystone

/// Against Debian's Keystone.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LiveTests {
    static let limit = Duration.seconds(30)
    static let password = Credentials.Method.password(.name("admin", domain: nil), Secret("secret"))
    static let project = Credentials.Scope.project(.name("admin", domain: .name("Default")))

    private func withSession<T>(
        _ credentials: Credentials, logger: Logger = Logger(label: "test"), _ body: (KeystoneSession) async throws -> T
    ) async throws -> T {
        let session = KeystoneSession(credentials, connectTimeout: .seconds(10), logger: logger)
        do {
            let result = try await body(session)
            await session.shutdown()
            return result
        } catch {
            await session.shutdown()
            throw error
        }
    }

    private func token(_ credentials: Credentials, logger: Logger = Logger(label: "test")) async throws -> Token {
        try await withSession(credentials, logger: logger) { try await $0.token(within: Self.limit) }
    }

    private func refusal(_ credentials: Credentials) async -> KeystoneError? {
        await #expect(throws: KeystoneError.self) { _ = try await token(credentials) }
    }

    @Test func `password, token and application credential get the same project and log no secret`()
        async throws
    {
        let server = try await KeystoneServer.shared()
        let log = LogRecord()
        let root = String(server.url.dropLast(3))
        // Without a version in the URL, so that it is asked for.
        let first = try await token(
            Credentials(authURL: root, method: Self.password, scope: Self.project), logger: log.logger)
        #expect(first.user.name == "admin" && first.userDomain.id == "default" && first.roles.contains("admin"))
        #expect(first.project?.name == "admin" && first.lifetime == .seconds(3_600))
        let projectID = try #require(first.project?.id)

        let byID = try await token(
            Credentials(
                authURL: server.url, method: .password(.id(first.user.id), Secret("secret")),
                scope: .project(.id(projectID))), logger: log.logger)
        #expect(byID.project?.id == projectID)
        let exchanged = try await token(
            Credentials(
                authURL: server.url + "/", method: .token(first.secret), scope: .project(.id(projectID))),
            logger: log.logger)
        #expect(exchanged.user.id == first.user.id && exchanged.secret != first.secret)

        let reply = try await server.ask(
            "POST", "/users/\(first.user.id)/application_credentials", token: first.secret.revealed,
            ["application_credential": ["name": "mine"]])
        let credential = try #require(reply.json["application_credential"] as? [String: Any])
        let secret = Secret(try #require(credential["secret"] as? String))
        let id = try #require(credential["id"] as? String)
        for named in [
            Credentials.ApplicationCredential.id(id), .name("mine", user: .name("admin", domain: nil)),
            .name("mine", user: .id(first.user.id)),
        ] {
            let token = try await token(
                Credentials(authURL: server.url, method: .applicationCredential(named, secret), scope: .unscoped),
                logger: log.logger)
            #expect(token.project?.id == projectID)
        }
        #expect(log.text.contains("keystone reply") && log.text.contains("token issued"))
        for hidden in ["\"secret\"", first.secret.revealed, byID.secret.revealed, secret.revealed] {
            #expect(!log.text.contains(hidden))
        }
    }

    @Test func `a wrong password, an unknown project and a wrong secret are refused without showing a secret`()
        async throws
    {
        let server = try await KeystoneServer.shared()
        let good = Credentials(authURL: server.url, method: Self.password, scope: Self.project)
        var wrong = good
        wrong.method = .password(.name("admin", domain: nil), Secret("hush"))
        var error = await refusal(wrong)
        #expect(error?.code == .refused)
        #expect(error?.message.contains("refuses user \"admin\"") == true)
        #expect(error?.message.contains("wrong user name, password, domain or project") == true)
        #expect(error?.message.contains("hush") == false)

        wrong = good
        wrong.scope = .project(.name("nowhere", domain: nil))
        error = await refusal(wrong)
        #expect(error?.code == .refused && error?.message.contains("project \"nowhere\"") == true)

        wrong.method = .applicationCredential(.id("none"), Secret("hush"))
        wrong.scope = .unscoped
        error = await refusal(wrong)
        #expect(error?.code == .refused && error?.message.contains("application credential none") == true)

        wrong.method = .token(Secret("gAAAAAB"))
        error = await refusal(wrong)
        #expect(error?.code == .refused && error?.message.contains("the given token") == true)
        #expect(error?.message.contains("gAAAAAB") == false)
    }

    @Test func `a network service is reported missing, then found by region and interface`() async throws {
        try await withKeystone { server in
            let good = Credentials(authURL: server.url, method: Self.password, scope: Self.project)
            let error = await #expect(throws: KeystoneError.self) {
                try await withSession(good) { try await $0.url(of: "network", within: Self.limit) }
            }
            #expect(error?.code == .noEndpoint)
            #expect(error?.message.contains("no network service: it has identity") == true)

            let admin = try await server.token()
            let service = try await server.ask(
                "POST", "/services", token: admin, ["service": ["type": "network", "name": "neutron"]])
            let id = try #require((service.json["service"] as? [String: Any])?["id"] as? String)
            try await server.ask("POST", "/regions", token: admin, ["region": ["id": "two"]])
            for (interface, region) in [("public", "RegionOne"), ("internal", "RegionOne"), ("public", "two")] {
                try await server.ask(
                    "POST", "/endpoints", token: admin,
                    [
                        "endpoint": [
                            "service_id": id, "interface": interface, "region_id": region,
                            "url": "http://\(interface).\(region):9696",
                        ]
                    ])
            }
            try await withSession(good) { session in
                let limit = Self.limit
                let two = try await session.url(of: "network", region: "two", within: limit)
                #expect(two == "http://public.two:9696")
                let inside = try await session.url(of: "network", interface: .internal, within: limit)
                #expect(inside == "http://internal.RegionOne:9696")
                let missing = await #expect(throws: KeystoneError.self) {
                    try await session.url(of: "network", region: "two", interface: .internal, within: limit)
                }
                #expect(missing?.message.contains("in region \"two\"") == true)
            }
        }
    }

    @Test func `a token is renewed before it expires and after it was revoked`() async throws {
        try await withKeystone(tokenLifetime: 4) { server in
            let good = Credentials(authURL: server.url, method: Self.password, scope: Self.project)
            try await withSession(good) { session in
                async let one = session.token(within: Self.limit)
                async let other = session.token(within: Self.limit)
                let first = try await one
                #expect(try await other.secret == first.secret)
                await session.invalidate(first)
                let second = try await session.token(within: Self.limit)
                #expect(second.secret != first.secret)
                // What is replaced already stays.
                await session.invalidate(first)
                let start = ContinuousClock.now
                #expect(try await session.token(within: Self.limit).secret == second.secret)
                while try await session.token(within: Self.limit).secret == second.secret {
                    // Until the time of its renewal has come, which nothing but time brings.
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(ContinuousClock.now - start < .seconds(4))
            }
        }
    }

    @Test func `TLS needs a trusted CA, or verification turned off`() async throws {
        try await withKeystone(isSecured: true) { server in
            var credentials = Credentials(authURL: server.url, method: Self.password, scope: Self.project)
            credentials.trust = try Trust.authorities(in: "\(server.folder)/ca.pem")
            #expect(try await token(credentials).project?.name == "admin")
            credentials.trust = .unverified
            #expect(try await token(credentials).project?.name == "admin")

            let stranger = "\(server.folder)/stranger"
            try FileManager.default.createDirectory(atPath: stranger, withIntermediateDirectories: true)
            try await TestAuthority.make(in: stranger)
            for trust in [try Trust.authorities(in: "\(stranger)/ca.pem"), .system] {
                credentials.trust = trust
                let error = await refusal(credentials)
                #expect(error?.code == .untrusted, "\(error?.message ?? "")")
                #expect(error?.message.contains("OS_CACERT") == true)
            }
            // A server that does not speak TLS.
            credentials.authURL = server.url.replacingOccurrences(of: "https", with: "http")
            #expect(await refusal(credentials)?.code != .refused)
        }
    }
}
