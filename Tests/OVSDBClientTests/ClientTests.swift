import JSONCoding
import Logging
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

typealias LogicalSwitch = Northbound.LogicalSwitch
typealias LogicalSwitchPort = Northbound.LogicalSwitchPort

/// Runs a client of `server` beside `body`.
func withClient<Result: Sendable>(
    of server: OVSDBServer, tables: [MonitoredTable], readyWithin limit: Duration = .seconds(20),
    adjust: (inout OVSDBConfiguration) -> Void = { _ in },
    _ body: @Sendable (OVSDBClient) async throws -> Result
) async throws -> Result {
    var configuration = OVSDBConfiguration(
        remotes: [.unix(path: server.socket)], database: Northbound.databaseName, tables: tables)
    configuration.backoff = .milliseconds(20)...(.milliseconds(100))
    adjust(&configuration)
    let client = OVSDBClient(configuration: configuration, logger: Logger(label: "test"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        try await client.ready(within: limit)
        return try await body(client)
    }
}

let switchesByName = Index<LogicalSwitch, String>.column(\.name, name: "name")
let portsByDevice = Index<LogicalSwitchPort, String>.externalID("neutron:device_id", of: \.externalIDs)

let switchesAndPorts = [
    MonitoredTable(LogicalSwitch.self).indexed(by: switchesByName),
    MonitoredTable(LogicalSwitchPort.self).indexed(by: portsByDevice),
]

@Suite(.timeLimit(.minutes(2)))
struct ClientTests {
    @Test func `a transaction's effects are in the replica when it returns`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                var network = LogicalSwitch(id: .random())
                network.name = "neutron-1"
                network.externalIDs = ["a": "1", "quote\"": "é\n"]
                try await client.transact([.insert(network)], within: .seconds(5))
                #expect(client.replica.first(switchesByName, "neutron-1") == network)
                #expect(client.replica[LogicalSwitch.self].count == 1)

                var port = LogicalSwitchPort(id: .random())
                port.name = "p"
                port.addresses = ["02:00:00:00:00:01 10.0.0.1"]
                port.up = false
                port.externalIDs = ["neutron:device_id": "d"]
                try await client.transact(
                    [.insert(port), .mutate(LogicalSwitch.self, network.id, .insert(into: .ports, [port.id]))],
                    within: .seconds(5))
                #expect(client.replica.rows(portsByDevice, "d") == [port])
                #expect(client.replica[LogicalSwitch.self][network.id]?.ports == [port.id])

                try await client.transact(
                    [
                        .mutate(LogicalSwitch.self, network.id, .put(.externalIDs, ["a": "2", "b": "3"])),
                        .mutate(LogicalSwitch.self, network.id, .removeKeys(.externalIDs, ["quote\""])),
                    ], within: .seconds(5))
                #expect(client.replica.first(switchesByName, "neutron-1")?.externalIDs == ["a": "2", "b": "3"])

                // A row of a table that is not a root goes with the last reference to it.
                try await client.transact(
                    [.mutate(LogicalSwitch.self, network.id, .delete(from: .ports, [port.id]))], within: .seconds(5))
                #expect(client.replica.rows(portsByDevice, "d").isEmpty)
                #expect(client.replica[LogicalSwitchPort.self].isEmpty)
            }
        }
    }

    @Test func `a wait on one key holds, or fails the transaction`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                var network = LogicalSwitch(id: .random())
                network.externalIDs = ["generation": "5"]
                try await client.transact([.insert(network)], within: .seconds(5))
                let id = network.id
                let holds: [(key: String, value: String?, Bool)] = [
                    ("generation", "5", true), ("generation", "4", false), ("generation", nil, false),
                    ("other", nil, true), ("other", "1", false),
                ]
                for (key, value, isTrue) in holds {
                    let transaction: [Operation] = [
                        .wait(LogicalSwitch.self, id, externalID: key, equals: value),
                        .mutate(LogicalSwitch.self, id, .put(.externalIDs, ["seen": "\(key) \(value ?? "absent")"])),
                    ]
                    if isTrue {
                        let results = try await client.transact(transaction, within: .seconds(5))
                        #expect(results.count == 2)
                        #expect(results[1].count == 1)
                    } else {
                        let error = await #expect(throws: OVSDBError.self) {
                            try await client.transact(transaction, within: .seconds(5))
                        }
                        #expect(error?.code == .waitFailed)
                        #expect(error?.operation == 0)
                    }
                }
                #expect(
                    client.replica[LogicalSwitch.self][id]?.externalIDs == ["generation": "5", "seen": "other absent"])
                // A row that is gone fulfils no wait, not even for absence.
                for value in ["5", nil] {
                    let error = await #expect(throws: OVSDBError.self) {
                        try await client.transact(
                            [.wait(LogicalSwitch.self, .random(), externalID: "generation", equals: value)],
                            within: .seconds(5))
                    }
                    #expect(error?.code == .waitFailed)
                }
            }
        }
    }

    @Test func `a refused transaction says which operation and why`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                let error = await #expect(throws: OVSDBError.self) {
                    try await client.transact(
                        [
                            .insert(LogicalSwitch(id: .random())),
                            .insert(into: "ACL", row: ["action": "drop", "direction": "sideways"]),
                        ], within: .seconds(5))
                }
                #expect(error?.code == .rejected)
                #expect(error?.operation == 1)
                #expect(error?.serverError == "constraint violation")
                #expect(error?.message.hasPrefix("constraint violation in operation 1: ") == true)
                #expect(client.replica[LogicalSwitch.self].isEmpty)
            }
        }
    }

    @Test func `a cancelled call ends at once, and a cancelled client at any moment`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                // Waits on the server for what never comes.
                let waiting: [OVSDB.Operation] = [
                    .wait(
                        on: "NB_Global", where: [], columns: ["name"], until: .equal, rows: [["name": "x"]],
                        timeout: .seconds(60))
                ]
                let call = Task { try await client.transact(waiting, within: .seconds(60)) }
                call.cancel()
                let error = await #expect(throws: OVSDBError.self) { try await call.value }
                #expect(error?.isUnknownOutcome == true || error?.code == .notSent)
                // The server is free again for this client.
                try await client.barrier(within: .seconds(10))
            }
            for _ in 0..<30 {
                let configuration = OVSDBConfiguration(
                    remotes: [.unix(path: server.socket)], database: Northbound.databaseName, tables: switchesAndPorts)
                let client = OVSDBClient(configuration: configuration, logger: Logger(label: "test"))
                let run = Task { try await client.run() }
                for _ in 0..<Int.random(in: 0..<200) { await Task.yield() }
                run.cancel()
                try await run.value
                #expect(!client.state.isReady)
            }
        }
    }

    @Test func `what another client commits is there after a barrier`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { writer in
                try await withClient(of: server, tables: switchesAndPorts) { reader in
                    for number in 0..<50 {
                        var network = LogicalSwitch(id: .random())
                        network.name = "n\(number)"
                        try await writer.transact([.insert(network)], within: .seconds(5))
                        try await reader.barrier(within: .seconds(5))
                        #expect(reader.replica.first(switchesByName, network.name) == network)
                    }
                }
            }
        }
    }

    @Test func `conditions choose the rows, and may be changed`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            let table = MonitoredTable(
                LogicalSwitch.self, where: [Condition("external_ids", .includes, .map(["owner": "us"]))])
            try await withClient(of: server, tables: [table]) { client in
                var ours = LogicalSwitch(id: .random())
                ours.name = "ours"
                ours.externalIDs = ["owner": "us"]
                var theirs = LogicalSwitch(id: .random())
                theirs.name = "theirs"
                try await client.transact([.insert(ours), .insert(theirs)], within: .seconds(5))
                #expect(client.replica[LogicalSwitch.self].map(\.name) == ["ours"])
                try await client.request(
                    .setConditions(table: "Logical_Switch", [Condition("name", .equal, "theirs")]), within: .seconds(5))
                try await client.barrier(within: .seconds(5))
                #expect(client.replica[LogicalSwitch.self].map(\.name) == ["theirs"])
                try await client.request(.setConditions(table: "Logical_Switch", nil), within: .seconds(5))
                try await client.barrier(within: .seconds(5))
                #expect(client.replica[LogicalSwitch.self].count == 2)
            }
        }
    }

    @Test func `other requests return results, and a lock has one owner`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { first in
                try await withClient(of: server, tables: switchesAndPorts) { second in
                    let limit = Duration.seconds(5)
                    let databases = try await first.request(.listDatabases, within: limit)
                    #expect(databases.array?.contains(.string("OVN_Northbound")) == true)
                    let schema = try await first.request(.getSchema(database: "OVN_Northbound"), within: limit)
                    #expect(try DatabaseSchema(schema).table("Logical_Switch") != nil)
                    #expect(try await first.request(.getServerID, within: limit).string.flatMap { RowID($0) } != nil)
                    #expect(try await first.request(.echo, within: limit) == .array([]))
                    #expect(try await first.request(.setDatabaseChangeAware(true), within: limit) == .object([:]))

                    #expect(try await first.request(.lock("l"), within: limit)["locked"] == .boolean(true))
                    #expect(try await second.request(.lock("l"), within: limit)["locked"] == .boolean(false))
                    #expect(first.ownedLocks == ["l"])
                    #expect(second.ownedLocks == [])
                    try await first.transact([.assert(lock: "l"), .comment("mine")], within: limit)
                    let error = await #expect(throws: OVSDBError.self) {
                        try await second.transact([.assert(lock: "l")], within: limit)
                    }
                    #expect(error?.serverError == "not owner")
                    try await first.request(.unlock("l"), within: limit)
                    try await second.barrier(within: limit)
                    #expect(first.ownedLocks == [])
                    #expect(second.ownedLocks == ["l"])
                    try await first.request(.steal("l"), within: limit)
                    try await second.barrier(within: limit)
                    #expect(first.ownedLocks == ["l"])
                    #expect(second.ownedLocks == [])
                }
            }
        }
    }

    @Test func `every kind of operation takes effect on the server`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                let results = try await client.transact(
                    [
                        .insert(
                            into: "Logical_Switch", name: "new", row: ["name": "a", "external_ids": .map(["k": "v"])]),
                        .select(
                            from: "Logical_Switch", where: [Condition("name", .equal, "a")],
                            columns: ["name", "external_ids"]),
                        .update(in: "Logical_Switch", where: [Condition("name", .equal, "a")], row: ["name": "b"]),
                        .mutate(
                            in: "Logical_Switch", where: [Condition("external_ids", .includes, .map(["k": "v"]))],
                            mutations: [Mutation("external_ids", .insert, .map(["l": "w"]))]),
                        .wait(
                            on: "Logical_Switch", where: [], columns: ["name"], until: .equal, rows: [["name": "b"]],
                            timeout: .zero),
                        .comment("all at once"), .commit(durable: true),
                    ], within: .seconds(5))
                #expect(results.count == 7)
                #expect(results[1].rows == [["name": "a", "external_ids": .map(["k": "v"])]])
                #expect(results[2].count == 1)
                #expect(results[3].count == 1)
                let network = try #require(client.replica.first(switchesByName, "b"))
                #expect(results[0].id == network.id)
                #expect(network.externalIDs == ["k": "v", "l": "w"])
                let aborted = await #expect(throws: OVSDBError.self) {
                    try await client.transact(
                        [.delete(from: "Logical_Switch", where: []), .abort], within: .seconds(5))
                }
                #expect(aborted?.serverError == "aborted")
                #expect(aborted?.operation == 1)
                try await client.transact([.delete(from: "Logical_Switch", where: [])], within: .seconds(5))
                #expect(client.replica[LogicalSwitch.self].isEmpty)
            }
        }
    }

    @Test func `the replica predicts the server's result`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                var network = LogicalSwitch(id: .random())
                network.name = "a"
                var port = LogicalSwitchPort(id: .random())
                port.name = "p"
                port.addresses = ["b", "a"]
                port.tag = 5
                port.externalIDs = ["k": "v"]
                var changed = port
                changed.addresses = []
                changed.enabled = true
                let transactions: [[OVSDB.Operation]] = [
                    [
                        .insert(network), .insert(port),
                        .mutate(LogicalSwitch.self, network.id, .insert(into: .ports, [port.id])),
                    ],
                    [
                        .mutate(
                            LogicalSwitchPort.self, port.id, .put(.externalIDs, ["k": "w", "l": "x"]),
                            .insert(into: .addresses, ["c"]))
                    ],
                    [.update(changed, columns: [.addresses, .enabled])],
                    [.mutate(LogicalSwitchPort.self, port.id, .removeKeys(.externalIDs, ["k", "none"]))],
                    [
                        .mutate(LogicalSwitch.self, network.id, .delete(from: .ports, [port.id])),
                        .delete(LogicalSwitchPort.self, port.id),
                    ],
                ]
                for transaction in transactions {
                    let foreseen = try client.replica.applying(transaction)
                    try await client.transact(transaction, within: .seconds(5))
                    #expect(Set(foreseen[LogicalSwitch.self]) == Set(client.replica[LogicalSwitch.self]))
                    let ports = Set(client.replica[LogicalSwitchPort.self])
                    #expect(ports.map(\.externalIDs) == foreseen[LogicalSwitchPort.self].map(\.externalIDs))
                    #expect(
                        ports.map { $0.addresses.sorted() }
                            == foreseen[LogicalSwitchPort.self].map { $0.addresses.sorted() })
                }
            }
        }
    }
}
