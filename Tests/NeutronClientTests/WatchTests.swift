import Deadlines
import Logging
import NIOConcurrencyHelpers
import NetAddress
import NeutronAPI
import NeutronServer
import TestAPI
import TestServers
import Testing

@testable import NeutronClient

/// Ports as a client follows them, by streams and by lists.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WatchTests {
    private static let limit = Duration.seconds(5)

    /// The events told so far.
    private final class Told: Sendable {
        private let events = NIOLockedValueBox<[PortWatchEvent]>([])

        func add(_ event: PortWatchEvent) { events.withLockedValue { $0.append(event) } }

        /// In short, and no longer kept.
        func take() -> [String] {
            events.withLockedValue { events in
                defer { events = [] }
                return events.map { event in
                    switch event {
                    case .port(let port): "\(port.name) \(port.standard.tags.joined(separator: ","))"
                    case .gone(let id): "gone \(id)"
                    case .synchronized: "synchronized"
                    }
                }
            }
        }

        /// The next events, `count` at least.
        func next(_ count: Int = 1) async throws -> [String] {
            var all: [String] = []
            let deadline = ContinuousClock.now + .seconds(10)
            while all.count < count, .now < deadline {
                all += take()
                // Between two looks.
                try await Task.sleep(for: .milliseconds(2))
            }
            return all
        }
    }

    private func withClient(
        _ endpoint: String, _ body: @escaping @Sendable (NeutronClient) async throws -> Void
    ) async throws {
        let client = NeutronClient(endpoint: endpoint, connectTimeout: .seconds(2), logger: Logger(label: "test"))
        do { try await body(client) } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    /// Runs `body` with an API while its ports are followed.
    private func following(
        isStream: Bool, _ change: (inout Limits) -> Void = { _ in }, others: Int = 0,
        _ body: @escaping @Sendable (NeutronClient, ID<Network>, Told) async throws -> Void
    ) async throws {
        var limits = Limits()
        change(&limits)
        let chosen = limits
        try await withOVSDBServer(schema: .northbound) { database in
            try await withAPI(database, limits: chosen) { url in
                try await withClient(url) { (client: NeutronClient) async throws in
                    let network = try await client.create(NetworkCreate(projectID: "a", name: "n"), within: Self.limit)
                    let told = Told()
                    let networks = [network.id] + (0..<others).map { _ in ID<Network>.random() }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            try await client.followPorts(
                                of: networks, fields: ["name", "tags"], opening: Self.limit, isStream: isStream
                            ) { told.add($0) }
                        }
                        group.addTask { try await body(client, network.id, told) }
                        defer { group.cancelAll() }
                        try await group.next()
                    }
                }
            }
        }
    }

    @Test(arguments: [(true, 0), (false, 0), (true, 250), (false, 250)])
    func `ports are followed by streams and by lists`(_ isStream: Bool, _ others: Int) async throws {
        try await following(isStream: isStream, others: others) { client, network, told in
            #expect(try await told.next() == ["synchronized"])
            let one = try await client.create(
                PortCreate(projectID: "a", networkID: network, name: "one"), within: Self.limit)
            #expect(try await told.next() == ["one "])
            try await client.addTag("red", to: one.id, within: Self.limit)
            #expect(try await told.next() == ["one red"])
            // Not among the fields.
            try await client.update(one.id, PortUpdate(description: "x"), within: Self.limit)
            try await client.remove(one.id, within: Self.limit)
            #expect(try await told.next() == ["gone \(one.id)"])
        }
    }

    @Test func `the API's extension is used`() async throws {
        try await withOVSDBServer(schema: .northbound) { database in
            try await withAPI(database) { url in
                try await withClient(url) { (client: NeutronClient) async throws in
                    #expect(try await client.hasExtension(Extension.portWatch, within: Self.limit))
                    let told = Told()
                    let watching = Task {
                        try await client.watchPorts(of: [.random()], opening: Self.limit) { told.add($0) }
                    }
                    #expect(try await told.next() == ["synchronized"])
                    watching.cancel()
                    await #expect(throws: (any Error).self) { try await watching.value }
                }
            }
        }
    }

    @Test func `a stream that the server ends goes on in another one`() async throws {
        try await following(isStream: true) {
            $0.watchTime = .milliseconds(300)
        } _: { client, network, told in
            let (one, two) = try await (
                client.create(PortCreate(projectID: "a", networkID: network, name: "one"), within: Self.limit),
                client.create(PortCreate(projectID: "a", networkID: network, name: "two"), within: Self.limit)
            )
            let begun = try await told.next(3)
            #expect(Set(begun) == ["one ", "two ", "synchronized"])
            // Deleted and changed between two streams: told in the next.
            try await Task.sleep(for: .milliseconds(500))
            try await client.remove(one.id, within: Self.limit)
            try await client.update(two.id, PortUpdate(name: "zwei"), within: Self.limit)
            let changed = try await told.next(2)
            #expect(Set(changed) == ["gone \(one.id)", "zwei "])
            // Some streams later nothing has been told again.
            try await Task.sleep(for: .seconds(2))
            #expect(told.take() == [])
        }
    }

    private static let first = "b9a1f0c2-6d1d-4d36-9d9f-0c1d6a4f7e55"
    private static let second = "5f3f7a7c-9a35-4a0e-8b61-21f43bd0f1a3"

    private static func port(_ id: String, _ name: String) -> String {
        #"{"id":"\#(id)","network_id":"\#(first)","mac_address":"02:00:00:00:00:01","name":"\#(name)"}"#
    }

    @Test func `an API without the extension is asked every second`() async throws {
        let steps: [ScriptedServer.Step] = [
            .reply(200, #"{"extensions": [{"alias": "binding"}]}"#),
            .reply(200, "{\"ports\": [\(Self.port(Self.first, "one")), \(Self.port(Self.second, "two"))]}"),
            .reply(200, "{\"ports\": [\(Self.port(Self.first, "one"))]}"),
            .reply(200, "{\"ports\": [\(Self.port(Self.first, "uno"))]}"), .reply(500, "{}"),
        ]
        try await ScriptedServer.run(steps) { server in
            try await withClient(server.endpoint) { (client: NeutronClient) async throws in
                let told = Told()
                let start = ContinuousClock.now
                let network = try #require(ID<Network>(Self.first))
                let error = await #expect(throws: NeutronClientError.self) {
                    try await client.watchPorts(of: [network], fields: ["name"], opening: Self.limit) { told.add($0) }
                }
                #expect(error?.code == .unreachable)
                #expect(told.take() == ["one ", "two ", "synchronized", "gone \(Self.second)", "uno "])
                #expect(start.duration(to: .now) > .seconds(2.9))
            }
            #expect(
                server.requests[1].hasPrefix(
                    "GET /v2.0/ports?network_id=\(Self.first)&fields=id&fields=network_id&fields=mac_address&fields=name "
                ))
        }
    }

    private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    @Test(arguments: [
        // Cut between lines, in a line, in the part that tells all, ended in a line, silent, something else.
        (
            ScriptedServer.Step.rawAndClose(head + chunk("{\"synchronized\":true}\n")),
            NeutronClientError.Code.unreachable, "does not answer"
        ),
        (.rawAndClose(head + chunk("{\"synchronized\":true}\n{\"port\":")), .unreachable, "does not answer"),
        (.raw(head + chunk("{\"alive\":true}\n") + "0\r\n\r\n"), .unreachable, "before all ports were told"),
        (.raw(head + chunk("{\"alive\":tr") + "0\r\n\r\n"), .unreachable, "in the middle of a line"),
        (.raw(head + chunk("{\"synchronized\":true}\n")), .unreachable, "nothing came for 1 s"),
        (.raw(head + chunk("[1]\n")), .badReply, "malformed"),
        (.raw(head + chunk("{\"port\":{\"id\":5}}\n")), .badReply, "the port's id"),
        (.raw(head + chunk(String(repeating: "x", count: 1_100_000))), .unreachable, "longer than 1048576 bytes"),
        (.reply(404, "{}"), .badReply, "404"), (.silence, .unreachable, "no answer within"),
    ])
    func `a stream that breaks is an error that says how`(
        _ step: ScriptedServer.Step, _ code: NeutronClientError.Code, _ message: String
    ) async throws {
        try await ScriptedServer.run(step) { server in
            try await withClient(server.endpoint) { (client: NeutronClient) async throws in
                let error = await #expect(throws: NeutronClientError.self) {
                    try await client.followPorts(
                        of: [.random()], fields: [], opening: .seconds(2), isStream: true, silence: .seconds(1)
                    ) { _ in }
                }
                #expect(error?.code == code, "\(error?.message ?? "")")
                #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
                #expect(error?.message.contains("watch ports") == true)
            }
        }
    }

    @Test func `an error of the receiver ends it, and a slow one is no silence`() async throws {
        struct Enough: Error {}
        let lines = (0..<3).map { "{\"port\":\(Self.port(Self.first, "p\($0)"))}\n" }.joined()
        try await ScriptedServer.run(.raw(Self.head + Self.chunk(lines + "{\"synchronized\":true}\n"))) { server in
            try await withClient(server.endpoint) { (client: NeutronClient) async throws in
                let told = Told()
                await #expect(throws: Enough.self) {
                    try await client.followPorts(
                        of: [.random()], fields: [], opening: .seconds(5), isStream: true, silence: .milliseconds(500)
                    ) { event in
                        told.add(event)
                        // Longer than the silence that ends a stream.
                        try await Task.sleep(for: .milliseconds(700))
                        if event == .synchronized { throw Enough() }
                    }
                }
                #expect(told.take() == ["p0 ", "p1 ", "p2 ", "synchronized"])
            }
        }
    }
}
