import Logging
import OVNModel
import OVSDB
import Synchronization
import TestServers
import Testing

@testable import OVSDBClient

/// How waiting requests are batched.
@Suite(.timeLimit(.minutes(2)))
struct CommitTurnTests {
    @Test func `requesters take turns, however many requests one has`() async throws {
        let plans = try await plans(
            of: ["a", "a", "a", "a", "a", "b", "c", "c"].map { ($0, operations: 1) }, maximumBatch: 3)
        #expect(plans.map(\.requester) == ["a", "a", "b", "c", "a", "c", "a", "a"])
        #expect(plans.map(\.committed) == [0, 1, 1, 1, 4, 4, 4, 7])
    }

    @Test func `a large request goes alone and is not starved`() async throws {
        let plans = try await plans(
            of: [("a", 1), ("b", 2), ("c", 8), ("d", 2), ("e", 2), ("c", 2)], maximumOperations: 4)
        // Those that are planned again did not fit in before.
        #expect(plans.map(\.requester) == ["a", "b", "c", "c", "d", "d", "e", "c", "c"])
        #expect(plans.map(\.committed) == [0, 1, 1, 3, 3, 11, 11, 11, 15])
    }

    /// The plans of such requests in the order in which they are asked for, with the rows that were committed before.
    /// The first goes alone; meanwhile the others gather, in this order.
    private func plans(
        of requests: [(requester: String, operations: Int)], maximumBatch: Int = 64, maximumOperations: Int = 256
    ) async throws -> [(requester: String, committed: Int)] {
        let plans = Plans()
        try await withOVSDBServer(schema: .northbound) { server in
            let client = OVSDBClient(
                configuration: OVSDBConfiguration(
                    remotes: [.unix(path: server.socket)], database: Northbound.databaseName, tables: switchesAndPorts),
                logger: Logger(label: "test"))
            let group = GroupCommit(
                client: client, maximumBatch: maximumBatch, maximumOperations: maximumOperations)
            try await withThrowingTaskGroup(of: Void.self) { connection in
                defer { connection.cancelAll() }
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for (count, request) in requests.enumerated() {
                        tasks.addTask {
                            try await group.submit(within: .seconds(60), for: request.requester) { _, committed in
                                plans.note(request.requester, committed[LogicalSwitch.self].count)
                                let rows = (0..<request.operations).map { _ in LogicalSwitch(id: .random()) }
                                return Plan(rows.map { .insert($0) }, returning: ())
                            }
                        }
                        while await group.gathered ?? -1 < count { await Task.yield() }
                    }
                    // Until now the first has waited for this.
                    connection.addTask { try await client.run() }
                    try await tasks.waitForAll()
                }
            }
        }
        return plans.all
    }
}

/// Plans as they are asked for, across threads.
private final class Plans: Sendable {
    private let plans = Mutex<[(requester: String, committed: Int)]>([])

    func note(_ requester: String, _ committed: Int) { plans.withLock { $0.append((requester, committed)) } }

    var all: [(requester: String, committed: Int)] { plans.withLock { $0 } }
}
