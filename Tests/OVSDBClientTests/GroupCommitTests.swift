import Logging
import NIOCore
import NIOPosix
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@Suite(.timeLimit(.minutes(2)))
struct GroupCommitTests {
    @Test func `concurrent requests share transactions, and each gets its own result`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                let group = GroupCommit(client: client)
                let copies = Seen()
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for number in 0..<200 {
                        tasks.addTask {
                            let network = named("n\(number)")
                            let result = try await group.submit(within: .seconds(30)) { _, committed in
                                copies.insert(committed[LogicalSwitch.self].count)
                                return Plan([.insert(network)]) { $0.first(switchesByName, "n\(number)")?.id }
                            }
                            #expect(result == network.id)
                        }
                    }
                    try await tasks.waitForAll()
                }
                #expect(client.replica[LogicalSwitch.self].count == 200)
                #expect(copies.count < 100)
            }
        }
    }

    @Test func `requests whose tasks run on an event loop all finish`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            try await withClient(of: server, tables: switchesAndPorts, adjust: { $0.eventLoop = loop }) { client in
                let group = GroupCommit(client: client)
                try await withTaskExecutorPreference(LoopTasks(loop: loop)) {
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        for worker in 0..<32 {
                            tasks.addTask {
                                for number in 0..<20 {
                                    let network = named("n\(worker)-\(number)")
                                    try await group.submit(within: .seconds(30)) { _, _ in
                                        Plan([.insert(network)], returning: ())
                                    }
                                }
                            }
                        }
                        try await tasks.waitForAll()
                    }
                }
                #expect(client.replica[LogicalSwitch.self].count == 640)
            }
        }
    }

    /// With `isForeseen`, each says by itself what the replica will be.
    @Test(arguments: [false, true])
    func `members of a batch see those before them`(isForeseen: Bool) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                let group = GroupCommit(client: client)
                struct Taken: Error {}
                // Forty requests for ten names: each name is given once.
                let given = await withTaskGroup(of: Bool.self) { tasks in
                    for number in 0..<40 {
                        tasks.addTask {
                            let network = named("n\(number % 10)")
                            do {
                                try await group.submit(within: .seconds(30)) { replica, _ in
                                    guard replica.first(switchesByName, network.name) == nil else { throw Taken() }
                                    let operations: [OVSDB.Operation] = [.insert(network)]
                                    guard isForeseen else { return Plan(operations, returning: ()) }
                                    return Plan(operations, returning: ()) { try replica.applying(operations) }
                                }
                                return true
                            } catch {
                                #expect(error is Taken)
                                return false
                            }
                        }
                    }
                    return await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(given == 10)
                #expect(client.replica[LogicalSwitch.self].count == 10)
            }
        }
    }

    @Test func `a request that the server refuses fails alone`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                let group = GroupCommit(client: client)
                let refused = await withTaskGroup(of: Int?.self) { tasks in
                    for number in 0..<60 {
                        tasks.addTask {
                            do {
                                try await group.submit(within: .seconds(30)) { _, _ in
                                    number % 20 == 7
                                        ? Plan([.insert(into: "ACL", row: ["action": "nonsense"])], returning: ())
                                        : Plan([.insert(named("n\(number)"))], returning: ())
                                }
                                return nil
                            } catch {
                                #expect((error as? OVSDBError)?.code == .rejected)
                                return number
                            }
                        }
                    }
                    return await tasks.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
                }
                #expect(refused == [7, 27, 47])
                #expect(client.replica[LogicalSwitch.self].count == 57)
            }
        }
    }

    @Test func `competing clients that guard a counter lose no update`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { first in
                try await withClient(of: server, tables: switchesAndPorts) { second in
                    let network = LogicalSwitch(id: .random())
                    try await first.transact([.insert(network)], within: .seconds(5))
                    try await second.barrier(within: .seconds(5))
                    let groups = [
                        GroupCommit(client: first, maximumTries: 100), GroupCommit(client: second, maximumTries: 100),
                    ]
                    let steps = try await withThrowingTaskGroup(of: Int.self) { tasks in
                        for number in 0..<120 {
                            tasks.addTask { try await step(network.id, groups[number % 2]) }
                        }
                        return try await tasks.reduce(into: [Int]()) { $0.append($1) }
                    }
                    #expect(steps.sorted() == Array(1...120))
                    try await second.barrier(within: .seconds(5))
                    #expect(second.replica[LogicalSwitch.self][network.id]?.externalIDs == ["counter": "120"])
                }
            }
        }
    }

    @Test func `a plan without operations succeeds without the server`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                let group = GroupCommit(client: client)
                let seven = try await group.submit(within: .seconds(5)) { _, _ in Plan([], returning: 7) }
                #expect(seven == 7)
            }
        }
    }

    @Test func `without a server a request fails at its deadline as not sent`() async throws {
        let configuration = OVSDBConfiguration(
            remotes: [.unix(path: "/nowhere/db.sock")], database: Northbound.databaseName, tables: switchesAndPorts)
        let client = OVSDBClient(configuration: configuration, logger: Logger(label: "test"))
        let group = GroupCommit(client: client)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { _ = try? await client.run() }
            let error = await #expect(throws: OVSDBError.self) {
                try await group.submit(within: .milliseconds(200)) { _, _ in Plan([.insert(named("n"))], returning: ())
                }
            }
            #expect(error?.isUnreachable == true)
            tasks.cancelAll()
        }
    }
}

/// Runs tasks on an event loop.
private final class LoopTasks: TaskExecutor {
    let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

private func named(_ name: String) -> LogicalSwitch {
    var network = LogicalSwitch(id: .random())
    network.name = name
    return network
}

/// Takes the counter's next value.
private func step(_ id: RowID, _ group: GroupCommit) async throws -> Int {
    try await group.submit(within: .seconds(60)) { replica, _ in
        let old = replica[LogicalSwitch.self][id]?.externalIDs["counter"]
        let new = (old.flatMap { Int($0) } ?? 0) + 1
        return Plan(
            [
                .wait(LogicalSwitch.self, id, externalID: "counter", equals: old),
                .mutate(LogicalSwitch.self, id, .put(.externalIDs, ["counter": "\(new)"])),
            ], returning: new)
    }
}
