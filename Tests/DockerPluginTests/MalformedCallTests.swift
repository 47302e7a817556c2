import JSONCoding
import NeutronAPI
import TestServers
import Testing

@testable import DockerPlugin

/// Bodies that no engine sends, or half of one that it does: each is refused, and nothing changes.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct MalformedCallTests {
    static func bytes(_ json: JSON) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(json)
        return writer.bytes
    }

    /// A refusal has its reason under both names, and a status that says no.
    static func expectRefusal(_ host: PluginHost, _ method: String, _ body: [UInt8]) async {
        let reply = await host.plugin.answer(method, body)
        let members = reply.body.object
        let text = String(decoding: body, as: UTF8.self)
        #expect(reply.status == 400 || reply.status == 500, "\(method) \(text): \(reply)")
        #expect(members?["Err"]?.string?.isEmpty == false && members?["Err"] == members?["Error"], "\(method) \(text)")
    }

    @Test func `a body that is empty, cut off, or not an object is refused, and nothing changes`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let endpoint = try await host.start(in: network, ip: ["10.1.0.5"])
            defer { withExtendedLifetime(endpoint) {} }
            let before = try await host.everything()
            for (method, body) in EngineRequests.recorded {
                let bytes = Array(body.utf8)
                for length in 0..<bytes.count {
                    await Self.expectRefusal(host, method, Array(bytes.prefix(length)))
                }
                for other in ["null", "[]", "7", "\"x\"", "{}", body + "}", String(repeating: "[", count: 5_000)] {
                    await Self.expectRefusal(host, method, Array(other.utf8))
                }
            }
            #expect(try await host.everything() == before)
        }
    }

    @Test func `a member of another type is refused, and nothing changes`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let endpoint = try await host.start(in: network, ip: ["10.1.0.5"])
            defer { withExtendedLifetime(endpoint) {} }
            let before = try await host.everything()
            var count = 0
            for (method, body) in EngineRequests.recorded {
                // As near to what would be done as can be.
                let known = body.replacing(EngineRequests.network, with: network.id)
                    .replacing(EngineRequests.endpoint, with: endpoint.id)
                for variant in EngineRequests.mistyped(try JSON(parsing: known.utf8)) {
                    await Self.expectRefusal(host, method, Self.bytes(variant))
                    count += 1
                }
            }
            #expect(count > 150)
            #expect(try await host.everything() == before)
        }
    }

    @Test func `calls that the plugin does nothing for are answered whatever they say`() async throws {
        try await withPluginHost { host in
            for method in EngineRequests.idle {
                for body in ["", "{}", #"{"NetworkID":"a","EndpointID":"b"}"#] {
                    let reply = await host.plugin.answer(method, body.utf8)
                    #expect(reply.status == 200, "\(method)")
                }
                await Self.expectRefusal(host, method, Array("{".utf8))
            }
            for method in ["NetworkDriver.Sing", "", "IpamDriver", "networkdriver.join"] {
                let reply = await host.plugin.answer(method, "{}".utf8)
                #expect(reply.status == 404 && reply.body.object?["Err"] != nil)
            }
            for method in ["NetworkDriver.AllocateNetwork", "NetworkDriver.FreeNetwork"] {
                let reply = await host.plugin.answer(method, #"{"NetworkID":"a"}"#.utf8)
                #expect(reply.body.object?["Err"]?.string?.contains("Swarm is not supported") == true)
            }
        }
    }

    @Test func `random bytes are refused, and changed calls answered`() async throws {
        try await withPluginHost { host in
            var random = Seeded(20_261_124)
            let before = try await host.everything()
            let words = [
                "{", "}", "[", "]", ":", ",", "\"Pool\"", "\"NetworkID\"", "null", "true", "1e9", "\"\\u0000\"",
            ]
            for _ in 0..<3_000 {
                let method = EngineRequests.recorded[Int.random(in: 0..<12, using: &random)].method
                let count = Int.random(in: 1...40, using: &random)
                let body =
                    Bool.random(using: &random)
                    ? (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                    : (0..<count).flatMap { _ in words[Int.random(in: 0..<words.count, using: &random)].utf8 }
                await Self.expectRefusal(host, method, body)
            }
            #expect(try await host.everything() == before)
            for _ in 0..<600 {
                let (method, text) = EngineRequests.recorded[Int.random(in: 0..<12, using: &random)]
                var body = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                let reply = await host.plugin.answer(method, body)
                #expect([200, 400, 500].contains(reply.status), "\(method) \(String(decoding: body, as: UTF8.self))")
            }
        }
    }
}
