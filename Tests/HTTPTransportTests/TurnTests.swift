import HTTPServing
import Logging
import NIOHTTP1
import TestServers
import Testing

@testable import HTTPTransport

/// More concurrent exchanges than the limit.
@Suite(.timeLimit(.minutes(1))) struct TurnTests {
    private func withTransport(
        connectTimeout: Duration = .seconds(2), _ body: (HTTPTransport) async throws -> Void
    ) async throws {
        let transport = HTTPTransport(connectTimeout: connectTimeout, logger: Logger(label: "test"))
        do { try await body(transport) } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    private func question(_ server: ScriptedServer) -> HTTPTransport.Request {
        HTTPTransport.Request(.GET, server.endpoint, isRepeatable: true)
    }

    @Test func `waiting for a turn is not waiting for a connection`() async throws {
        let count = 5 * HTTPTransport.width
        let steps = Array(repeating: ScriptedServer.Step.late(.milliseconds(200), 200, "{}"), count: count)
        try await ScriptedServer.run(steps) { server in
            // The last ones wait for four times as long.
            try await withTransport(connectTimeout: .milliseconds(200)) { transport in
                let statuses = await withTaskGroup(of: Int?.self) { group in
                    for _ in 1...count {
                        group.addTask { try? await transport.exchange(question(server), within: .seconds(20)).status }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == Array(repeating: 200, count: count))
            }
        }
    }

    @Test func `an exchange that gets no turn sends nothing and reports it`() async throws {
        let silent = Array(repeating: ScriptedServer.Step.silence, count: HTTPTransport.width)
        try await ScriptedServer.run(silent + [.reply(204, "")]) { server in
            try await withTransport { transport in
                let first = silent.map { _ in
                    Task { try await transport.exchange(question(server), within: .seconds(30)) }
                }
                // Between two looks; throws at the suite's time limit.
                while server.requests.count < first.count { try await Task.sleep(for: .milliseconds(5)) }

                let late = await #expect(throws: TransportError.self) {
                    try await transport.exchange(question(server), within: .milliseconds(100))
                }
                #expect(late?.kind == .unreachable)
                #expect(late?.reason == "it has not answered the 8 requests before within 0.1 s")
                let cancelled = Task { try await transport.exchange(question(server), within: .seconds(30)) }
                cancelled.cancel()
                let error = await #expect(throws: TransportError.self) { try await cancelled.value }
                #expect(error?.kind == .unreachable && error?.reason == "cancelled")
                #expect(server.requests.count == first.count)

                // A released turn goes to the next one: cancelled exchanges have kept none.
                let next = Task { try await transport.exchange(question(server), within: .seconds(30)) }
                for task in first { task.cancel() }
                #expect(try await next.value.status == 204)
            }
        }
    }
}

/// Whose turn it is.
@Suite(.timeLimit(.minutes(1))) struct FairnessTests {
    @Test func `clients take turns, however many requests one has`() async {
        let semaphore = FairSemaphore<Int>(width: 1)
        #expect(await semaphore.enter(for: 1, until: .now + .seconds(60)))
        let (turns, takes) = AsyncStream<Int>.makeStream()
        await withTaskGroup(of: Void.self) { group in
            // Each is queued before the next.
            for (count, client) in [1, 1, 1, 1, 2, 3, 2].enumerated() {
                group.addTask {
                    guard await semaphore.enter(for: client, until: .now + .seconds(60)) else { return }
                    takes.yield(client)
                    semaphore.leave(client)
                }
                while semaphore.waiting <= count { await Task.yield() }
            }
            semaphore.leave(1)
        }
        takes.finish()
        #expect(await turns.reduce(into: []) { $0.append($1) } == [1, 2, 3, 1, 2, 1, 1])
    }

    @Test func `a cancelled waiter takes no turn and leaves no trace`() async {
        let semaphore = FairSemaphore<Int>(width: 1)
        #expect(await semaphore.enter(for: 1, until: .now + .seconds(60)))
        for client in 1...100 { #expect(await !semaphore.enter(for: client, until: .now)) }
        #expect(semaphore.waiting == 0)
        semaphore.leave(1)
        #expect(await semaphore.enter(for: 2, until: .now))
    }

    @Test func `a client at its share leaves turns to others`() async {
        let semaphore = FairSemaphore<Int>(width: 4)
        for _ in 1...2 { #expect(await semaphore.enter(for: 1, share: 2, until: .now)) }
        async let third = semaphore.enter(for: 1, share: 2, until: .now + .seconds(60))
        while semaphore.waiting == 0 { await Task.yield() }
        // Others get turns, which do not go to a client at its share.
        for _ in 1...2 { #expect(await semaphore.enter(for: 2, share: 2, until: .now)) }
        semaphore.leave(2)
        #expect(semaphore.waiting == 1)
        semaphore.leave(1)
        #expect(await third)
        #expect(await semaphore.enter(for: 3, share: 2, until: .now))
        #expect(await !semaphore.enter(for: 3, share: 2, until: .now))
    }
}
