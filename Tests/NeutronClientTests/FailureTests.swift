import Logging
import NeutronAPI
import TestServers
import Testing

@testable import NeutronClient

/// Errors when the API is down, stops half-way, or is something else.
@Suite(.timeLimit(.minutes(1)))
struct FailureTests {
    static let limit = Duration.seconds(5)
    static let short = Duration.milliseconds(200)

    func withClient(
        _ endpoint: String, connectTimeout: Duration = .seconds(2), _ body: (NeutronClient) async throws -> Void
    ) async throws {
        let client = NeutronClient(
            endpoint: endpoint, connectTimeout: connectTimeout, logger: Logger(label: "test"))
        do {
            try await body(client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    func code(_ body: () async throws -> Void) async -> NeutronClientError.Code? {
        await #expect(throws: NeutronClientError.self) { try await body() }?.code
    }

    func create(_ client: NeutronClient, within timeout: Duration = limit) async throws {
        _ = try await client.create(NetworkCreate(projectID: "admin", name: "ls0"), within: timeout)
    }

    func list(_ client: NeutronClient, within timeout: Duration = limit) async throws {
        _ = try await client.list(Network.self, within: timeout)
    }

    @Test func `a port without a listener is unreachable, for reads and changes`() async throws {
        var endpoint = ""
        try await ScriptedServer.run { endpoint = $0.endpoint }
        try await withClient(endpoint) { client in
            #expect(await code { try await list(client) } == .unreachable)
            let error = await #expect(throws: NeutronClientError.self) { try await create(client) }
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains(endpoint) == true)
            #expect(error?.message.contains("create network ls0") == true)
            #expect(error?.message.contains("nothing changed") == true)
        }
    }

    @Test func `an address that drops packets is unreachable after the connect timeout`() async throws {
        // TEST-NET-1 (RFC 5737) is routed nowhere; where the kernel says so at once the result is the same.
        try await withClient("http://192.0.2.1:9696", connectTimeout: Self.short) { client in
            #expect(await code { try await create(client) } == .unreachable)
        }
    }

    @Test func `silence after a change is an unknown outcome at the deadline`() async throws {
        try await ScriptedServer.run(.silence) { server in
            try await withClient(server.endpoint) { client in
                let error = await #expect(throws: NeutronClientError.self) {
                    try await create(client, within: Self.short)
                }
                #expect(error?.code == .unknownOutcome)
                #expect(error?.message.contains("may have been done") == true)
            }
        }
    }

    @Test func `silence after a read is unreachable at the deadline`() async throws {
        try await ScriptedServer.run(.silence) { server in
            try await withClient(server.endpoint) { client in
                #expect(await code { try await list(client, within: Self.short) } == .unreachable)
            }
        }
    }

    @Test func `a body that stops half-way does not outlast the deadline`() async throws {
        try await ScriptedServer.run(.raw("HTTP/1.1 201 X\r\ncontent-length: 100\r\n\r\n{\"netw")) { server in
            try await withClient(server.endpoint) { client in
                #expect(await code { try await create(client, within: Self.short) } == .unknownOutcome)
            }
        }
    }

    @Test func `a change is not sent again when the connection is lost`() async throws {
        try await ScriptedServer.run(.close) { server in
            try await withClient(server.endpoint) { client in
                #expect(await code { try await create(client) } == .unknownOutcome)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a read is retried once when the connection is lost`() async throws {
        try await ScriptedServer.run(.close, .reply(200, #"{"networks": []}"#)) { server in
            try await withClient(server.endpoint) { client in try await list(client) }
            #expect(server.requests.count == 2)
        }
    }

    @Test func `503 means that nothing changed`() async throws {
        let body = #"{"NeutronError": {"type": "ServiceUnavailable", "message": "no database", "detail": ""}}"#
        try await ScriptedServer.run(.reply(503, body)) { server in
            try await withClient(server.endpoint) { client in
                let error = await #expect(throws: NeutronClientError.self) { try await create(client) }
                #expect(error?.code == .unreachable)
                #expect(error?.message.contains("no database") == true)
            }
        }
    }

    @Test func `a read answered with 503 is retried until the deadline`() async throws {
        let body = #"{"NeutronError": {"type": "ServiceUnavailable", "message": "no keystone", "detail": ""}}"#
        try await ScriptedServer.run(.reply(503, body), .reply(503, body), .reply(200, #"{"networks": []}"#)) {
            server in
            try await withClient(server.endpoint) { client in try await list(client) }
            #expect(server.requests.count == 3)
        }
        let forEver = Array(repeating: ScriptedServer.Step.reply(503, body), count: 40)
        try await ScriptedServer.run(forEver) { server in
            try await withClient(server.endpoint) { client in
                let error = await #expect(throws: NeutronClientError.self) {
                    try await list(client, within: .seconds(1))
                }
                #expect(error?.code == .unreachable)
                #expect(error?.message.contains("no keystone") == true)
            }
            #expect(server.requests.count > 1)
        }
    }

    @Test func `500 to a change is an unknown outcome`() async throws {
        let body =
            #"{"NeutronError": {"type": "HTTPInternalServerError", "message": "Request Failed", "detail": "req-1"}}"#
        try await ScriptedServer.run(.reply(500, body), .reply(502, "<html>"), .reply(500, body)) { server in
            try await withClient(server.endpoint) { client in
                let error = await #expect(throws: NeutronClientError.self) { try await create(client) }
                #expect(error?.code == .unknownOutcome)
                #expect(error?.message.contains("req-1") == true)
                #expect(await code { try await create(client) } == .unknownOutcome)
                #expect(await code { try await list(client) } == .unreachable)
            }
        }
    }

    @Test func `a refusal carries Neutron's own message and type`() async throws {
        let body = #"{"NeutronError": {"type": "NetworkInUse", "message": "There are ports.", "detail": ""}}"#
        try await ScriptedServer.run(.reply(409, body)) { server in
            try await withClient(server.endpoint) { client in
                let error = await #expect(throws: NeutronClientError.self) {
                    try await client.remove(ID<Network>.random(), within: Self.limit)
                }
                #expect(error?.code == .refused)
                #expect(error?.cause?.type == "NetworkInUse" && error?.cause?.status == 409)
                #expect(error?.message.hasSuffix("There are ports.") == true)
            }
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{", "{}", #"{"networks": {}}"#, #"{"networks": [1]}"#, #"{"networks": [{"id": "x"}]}"#,
        "<html>It works!</html>",
    ])
    func `garbage is a bad reply`(body: String) async throws {
        try await ScriptedServer.run(.reply(200, body)) { server in
            try await withClient(server.endpoint) { client in
                let error = await #expect(throws: NeutronClientError.self) { try await list(client) }
                #expect(error?.code == .badReply)
                #expect(error?.message.contains(server.endpoint) == true)
            }
        }
    }

    @Test func `a server that does not speak HTTP is not mistaken for success`() async throws {
        try await ScriptedServer.run(.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n")) { server in
            try await withClient(server.endpoint) { client in
                #expect(await code { try await list(client) } == .unreachable)
            }
        }
    }

    @Test func `an endpoint that is not a URL is refused`() async throws {
        try await withClient("http://[::1") { client in
            #expect(await code { try await list(client) } == .refused)
        }
    }
}
