import HTTPTransport
import Logging
import TestServers
import Testing

@testable import Keystone

/// What no current Keystone does: Identity v2.0, and servers that are not Keystone.
@Suite(.timeLimit(.minutes(1)))
struct ScriptedTests {
    static let limit = Duration.seconds(5)

    private func credentials(_ url: String, version: IdentityVersion? = nil) -> Credentials {
        Credentials(
            authURL: url, version: version, method: .password(.name("demo", domain: nil), Secret("hush")),
            scope: .project(.name("web", domain: nil)))
    }

    private func withSession(
        _ credentials: Credentials, _ body: (KeystoneSession) async throws -> Void
    ) async throws {
        let session = KeystoneSession(credentials, connectTimeout: .seconds(2), logger: Logger(label: "test"))
        do { try await body(session) } catch {
            await session.shutdown()
            throw error
        }
        await session.shutdown()
    }

    private func failure(_ credentials: Credentials) async throws -> KeystoneError? {
        var error: KeystoneError?
        try await withSession(credentials) { session in
            error = await #expect(throws: KeystoneError.self) { try await session.token(within: Self.limit) }
        }
        return error
    }

    static let v2Reply = """
        {"access": {"token": {"id": "tok2", "issued_at": "2024-05-17T09:30:00.123456", "expires": "2024-05-17T10:30:00Z",
          "tenant": {"id": "p1", "name": "web"}}, "user": {"id": "u1", "name": "demo", "roles": [{"name": "member"}]},
         "serviceCatalog": [{"type": "network", "name": "neutron", "endpoints": [{"region": "one",
          "publicURL": "http://out:9696", "internalURL": "http://in:9696", "adminURL": "http://adm:9696"}]}]}}
        """

    @Test(arguments: ["/v2.0", "/v2.0/"])
    func `an old RC file gets a token of version 2`(path: String) async throws {
        try await ScriptedServer.run(.reply(200, Self.v2Reply)) { server in
            try await withSession(credentials(server.endpoint + path)) { session in
                let token = try await session.token(within: Self.limit)
                #expect(token.secret == Secret("tok2") && token.project?.id == "p1" && token.roles == ["member"])
                #expect(token.lifetime == .seconds(3600))
                #expect(
                    try await session.url(of: "network", interface: .internal, within: Self.limit) == "http://in:9696")
            }
            #expect(server.requests.count == 1)
            #expect(server.requests[0].hasPrefix("POST /v2.0/tokens "))
            #expect(server.requests[0].contains(#""tenantName":"web""#))
            #expect(server.requests[0].contains(#""username":"demo""#))
        }
    }

    @Test func `version 2 is used where there is no other`() async throws {
        let versions = #"{"versions": {"values": [{"id": "v2.0", "status": "stable", "links": []}]}}"#
        try await ScriptedServer.run(.reply(300, versions), .reply(200, Self.v2Reply)) { server in
            try await withSession(credentials(server.endpoint)) { _ = try await $0.token(within: Self.limit) }
            #expect(server.requests.map { $0.split(separator: " ")[1] } == ["/", "/v2.0/tokens"])
        }
    }

    @Test func `what version 2 does not support is refused before anything is sent`() async throws {
        try await ScriptedServer.run { server in
            var beyond = credentials(server.endpoint + "/v2.0")
            beyond.method = .password(.name("demo", domain: .name("Users")), Secret("hush"))
            let error = try await failure(beyond)
            #expect(error?.code == .misconfigured && error?.message.contains("use v3") == true)
            #expect(server.requests == [])
        }
    }

    @Test func `the requested version takes precedence over that of the URL`() async throws {
        let client = KeystoneClient(connectTimeout: .seconds(1), logger: Logger(label: "test"))
        for (url, version, expected) in [
            ("http://k/identity/v2.0/", IdentityVersion.v3, "http://k/identity/v3"),
            ("http://k:5000", .v3, "http://k:5000/v3"),
            ("http://k/v3", nil, "http://k/v3"), ("http://k/v3.14", nil, "http://k/v3"),
        ] {
            #expect(try await client.findIdentity(at: url, version: version, within: Self.limit).url == expected)
        }
        await client.shutdown()
    }

    @Test(arguments: [
        (404, "<html>", KeystoneError.Code.badReply, "there is no identity API at"),
        (200, "{}", .badReply, "there is no identity API at"), (503, "", .unreachable, "returned status 503"),
    ])
    func `a server that is not Keystone is distinguished from a failing Keystone`(
        status: Int, body: String, code: KeystoneError.Code, text: String
    ) async throws {
        try await ScriptedServer.run(.reply(status, body)) { server in
            let error = try await failure(credentials(server.endpoint))
            #expect(error?.code == code && error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: [
        (404, "", KeystoneError.Code.badReply, "is the URL right (OS_AUTH_URL; for ovn-ipam auth-url)?"),
        (400, #"{"error": {"message": "Expecting to find domain."}}"#, .refused, "Expecting to find domain."),
        (201, "{}", .badReply, "X-Subject-Token"), (500, "", .unreachable, "does not work"),
    ])
    func `an answer without a token is distinguished from a refusal`(
        status: Int, body: String, code: KeystoneError.Code, text: String
    ) async throws {
        try await ScriptedServer.run(.reply(status, body)) { server in
            let error = try await failure(credentials(server.endpoint + "/v3"))
            #expect(error?.code == code && error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test func `a redirect does not get the password`() async throws {
        try await ScriptedServer.run(
            .raw("HTTP/1.1 301 X\r\nlocation: https://elsewhere/v3/auth/tokens\r\ncontent-length: 0\r\n\r\n")
        ) { server in
            let error = try await failure(credentials(server.endpoint + "/v3"))
            #expect(error?.code == .badReply && error?.message.contains("to https://elsewhere") == true)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a port without a listener is unreachable`() async throws {
        var endpoint = ""
        try await ScriptedServer.run { endpoint = $0.endpoint }
        let error = try await failure(credentials(endpoint + "/v3"))
        #expect(error?.code == .unreachable && error?.message.contains("\(endpoint)/v3") == true)
    }

    @Test func `closing a validator abandons its pending validations`() async throws {
        let own = #"""
            {"token": {"user": {"id": "u", "name": "ovn-ipam"}, "issued_at": "2024-05-17T09:30:00.000000Z",
             "expires_at": "2024-05-17T10:30:00.000000Z"}}
            """#
        let login = "HTTP/1.1 201 X\r\nx-subject-token: own\r\ncontent-length: \(own.utf8.count)\r\n\r\n\(own)"
        try await ScriptedServer.run([.raw(login)] + Array(repeating: .silence, count: 8)) { server in
            // Longer than the suite may take.
            var configuration = TokenValidator.Configuration()
            configuration.timeout = .seconds(600)
            let logger = Logger(label: "test")
            let validator = TokenValidator(
                session: KeystoneSession(
                    credentials(server.endpoint + "/v3"), connectTimeout: .seconds(2), logger: logger),
                configuration: configuration, logger: logger)
            let clients = (1...20).map { number in Task { await validator.validate("token\(number)") } }
            // Between two looks; throws at the suite's time limit.
            while server.requests.count < 9 { try await Task.sleep(for: .milliseconds(5)) }
            await validator.shutdown()
            for client in clients {
                guard case .unavailable = await client.value else {
                    Issue.record("a caller got an answer")
                    continue
                }
            }
        }
    }
}
