import HTTPTransport
import Keystone
import Logging
import NeutronAPI
import TestServers
import Testing

@testable import NeutronClient

/// A client with tokens: which it sends, and how it handles refusals.
///
/// One server plays both the old Keystone, which needs no header, and the Networking API.
@Suite(.timeLimit(.minutes(1)))
struct TokenTests {
    static let limit = Duration.seconds(5)
    static let unauthorised = #"{"error": {"code": 401, "title": "Unauthorized", "message": "no"}}"#
    static let networks = #"{"networks": []}"#

    static func login(_ token: String, network: String? = "http://elsewhere:1/") -> String {
        let service = network.map {
            #"{"type": "network", "endpoints": [{"region": "one", "publicURL": "\#($0)"}]}"#
        }
        return """
            {"access": {"token": {"id": "\(token)", "issued_at": "2024-05-17T09:30:00Z", "expires": "2024-05-17T10:30:00Z",
              "tenant": {"id": "p1", "name": "web"}}, "user": {"id": "u1", "name": "demo"},
              "serviceCatalog": [\(service ?? "")]}}
            """
    }

    private func cloud(_ server: ScriptedServer, endpoint: String?) -> Cloud {
        Cloud(
            login: .keystone(
                Credentials(
                    authURL: server.endpoint + "/v2.0", method: .password(.name("demo", domain: nil), Secret("hush")),
                    scope: .project(.name("web", domain: nil)))),
            endpoint: endpoint)
    }

    private func withClient(
        _ cloud: Cloud, _ body: (NeutronClient) async throws -> Void
    ) async throws {
        let client = try await NeutronClient.connect(
            to: cloud, connectTimeout: .seconds(2), within: Self.limit, logger: Logger(label: "test"))
        do { try await body(client) } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private func tokens(_ server: ScriptedServer) -> [String] {
        server.requests.compactMap { request in
            request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("x-auth-token:") }
                .map { String($0.drop { $0 != " " }.dropFirst()) }
        }
    }

    @Test func `the endpoint is the catalogue's, with its version or without`() async throws {
        try await ScriptedServer.run(.reply(200, Self.login("a", network: "http://n:9696/v2.0/"))) { server in
            try await withClient(cloud(server, endpoint: nil)) { #expect($0.endpoint == "http://n:9696") }
        }
    }

    @Test func `a refused token is renewed once, for reads and changes alike`() async throws {
        let created = #"{"network": {"id": "8b1b0b0e-4c5f-4b8e-9d63-0a4f3a6b2c11", "name": "ls0"}}"#
        try await ScriptedServer.run(
            .reply(200, Self.login("a")), .reply(200, Self.networks), .reply(401, Self.unauthorised),
            .reply(200, Self.login("b")), .reply(200, Self.networks), .reply(401, "Authentication required"),
            .reply(200, Self.login("c")), .reply(201, created)
        ) { server in
            try await withClient(cloud(server, endpoint: server.endpoint)) { client in
                _ = try await client.list(Network.self, within: Self.limit)
                _ = try await client.list(Network.self, within: Self.limit)
                let network = try await client.create(NetworkCreate(projectID: "", name: "ls0"), within: Self.limit)
                #expect(network.name == "ls0")
            }
            #expect(tokens(server) == ["a", "a", "b", "b", "c"])
        }
    }

    @Test func `a fresh token that is refused is not renewed again`() async throws {
        try await ScriptedServer.run(
            .reply(200, Self.login("a")), .reply(401, Self.unauthorised), .reply(200, Self.login("b")),
            .reply(401, Self.unauthorised)
        ) { server in
            try await withClient(cloud(server, endpoint: server.endpoint)) { client in
                let error = await #expect(throws: NeutronClientError.self) {
                    try await client.list(Network.self, within: Self.limit)
                }
                #expect(error?.code == .refused)
                #expect(error?.message.contains("refuses a fresh token of keystone at \(server.endpoint)") == true)
            }
            #expect(server.requests.count == 4)
        }
    }

    @Test func `a later login failure is reported as such`() async throws {
        try await ScriptedServer.run(
            .reply(200, Self.login("a")), .reply(401, Self.unauthorised), .reply(401, Self.unauthorised)
        ) { server in
            try await withClient(cloud(server, endpoint: server.endpoint)) { client in
                let error = await #expect(throws: NeutronClientError.self) {
                    try await client.list(Network.self, within: Self.limit)
                }
                #expect(error?.code == .refused && error?.message.contains("wrong user name, password") == true)
            }
        }
    }

    @Test func `401 without credentials names the variables to set`() async throws {
        try await ScriptedServer.run(.reply(401, Self.unauthorised)) { server in
            try await withClient(Cloud(login: .none, endpoint: server.endpoint)) { client in
                let error = await #expect(throws: NeutronClientError.self) {
                    try await client.list(Network.self, within: Self.limit)
                }
                #expect(error?.code == .refused && error?.message.contains("OS_CLOUD") == true)
            }
            #expect(tokens(server) == [])
        }
    }

    @Test func `the three login failures have distinct errors`() async throws {
        func failure(_ steps: ScriptedServer.Step) async throws -> NeutronClientError? {
            var error: NeutronClientError?
            try await ScriptedServer.run(steps) { server in
                error = await #expect(throws: NeutronClientError.self) {
                    try await withClient(cloud(server, endpoint: nil)) { _ in }
                }
            }
            return error
        }
        let wrong = try await failure(.reply(401, Self.unauthorised))
        #expect(wrong?.code == .refused && wrong?.message.contains("wrong user name") == true)
        let empty = try await failure(.reply(200, Self.login("a", network: nil)))
        #expect(empty?.code == .refused && empty?.message.contains("catalogue has no network service") == true)
        let broken = try await failure(.reply(503, ""))
        #expect(broken?.code == .unreachable && broken?.message.contains("nothing changed") == true)
    }
}
