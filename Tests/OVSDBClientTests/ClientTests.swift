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
}
