import Foundation
import Logging
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

/// A server's messages up to the first copy of one small table.
private func shakeHands(_ peer: FakePeer.Conversation) -> Bool {
    guard peer.hear("get_schema") else { return false }
    peer.say(#"{"id":0,"result":{},"error":null}{"id":1,"error":"unknown method"}"#)
    peer.say(
        #"{"id":2,"result":{"name":"OVN_Northbound","tables":{"Logical_Switch":{"columns":{"name":{"type":"string"}}}}},"error":null}"#
    )
    guard peer.hear("monitor_cond_since") else { return false }
    peer.say(#"{"id":3,"result":[false,"00000000-0000-0000-0000-000000000000",{}],"error":null}"#)
    return true
}

/// Runs a client of a scripted peer beside `body`.
private func withPeer(
    adjust: (inout OVSDBConfiguration) -> Void, _ converse: @escaping @Sendable (FakePeer.Conversation) -> Void,
    _ body: @Sendable (OVSDBClient) async throws -> Void
) async throws {
    let peer = try FakePeer(converse)
    defer { peer.stop() }
    var configuration = OVSDBConfiguration(
        remotes: [.unix(path: peer.socket)], database: Northbound.databaseName,
        tables: [MonitoredTable(LogicalSwitch.self, columns: [.name])])
    configuration.backoff = .milliseconds(20)...(.milliseconds(100))
    adjust(&configuration)
    let client = OVSDBClient(configuration: configuration, logger: Logger(label: "test"))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        try await body(client)
    }
}

@Suite(.timeLimit(.minutes(2)))
struct ConnectionLossTests {
    @Test func `a transaction whose connection is lost has an unknown outcome`() async throws {
        try await withPeer { _ in
        } _: { peer in
            _ = shakeHands(peer) && peer.hear("transact")
        } _: { client in
            try await client.ready(within: .seconds(10))
            let error = await #expect(throws: OVSDBError.self) {
                try await client.transact([.insert(LogicalSwitch(id: .random()))], within: .seconds(10))
            }
            #expect(error?.isUnknownOutcome == true)
            #expect(error?.message.contains("closed the connection") == true)
        }
    }

    @Test func `a silent peer is disconnected, and its transaction has an unknown outcome`() async throws {
        try await withPeer {
            $0.inactivityProbe = .milliseconds(100)
        } _: { peer in
            // Keeps reading, so that the socket stays open, and sends nothing.
            if shakeHands(peer) { while peer.hear() != nil {} }
        } _: { client in
            try await client.ready(within: .seconds(10))
            let error = await #expect(throws: OVSDBError.self) {
                try await client.transact([.insert(LogicalSwitch(id: .random()))], within: .seconds(60))
            }
            #expect(error?.isUnknownOutcome == true)
            #expect(error?.message.contains("is silent for 0.2 seconds") == true)
        }
    }

    @Test func `a peer that answers probes stays connected, and an unanswered transaction ends at its deadline`()
        async throws
    {
        try await withPeer {
            $0.inactivityProbe = .milliseconds(200)
        } _: { peer in
            guard shakeHands(peer) else { return }
            while let heard = peer.hear() {
                // Requests are numbered; the echoes among them are answered.
                for request in heard.components(separatedBy: "{\"id\":").dropFirst() {
                    guard request.contains("\"method\":\"echo\""), let id = request.split(separator: ",").first else {
                        continue
                    }
                    peer.say("{\"id\":\(id),\"result\":[],\"error\":null}")
                }
            }
        } _: { client in
            try await client.ready(within: .seconds(10))
            let error = await #expect(throws: OVSDBError.self) {
                try await client.transact([.insert(LogicalSwitch(id: .random()))], within: .seconds(1))
            }
            #expect(error?.isUnknownOutcome == true)
            #expect(error?.message.contains("within 1 s") == true)
            #expect(client.state.isReady)
        }
    }

    @Test func `a peer without an answer is reported with the remote and the cause`() async throws {
        try await withPeer {
            $0.connectTimeout = .milliseconds(100)
        } _: { peer in
            while peer.hear() != nil {}
        } _: { client in
            let error = await #expect(throws: OVSDBError.self) { try await client.ready(within: .seconds(3)) }
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("did not finish the handshake within 0.1 s") == true)
            #expect(error?.message.contains(client.configuration.remotes[0].description) == true)
            let sent = await #expect(throws: OVSDBError.self) {
                try await client.transact([.comment("x")], within: .milliseconds(200))
            }
            #expect(sent?.code == .notSent)
        }
    }

    @Test func `a missing server is unreachable`() async throws {
        let configuration = OVSDBConfiguration(
            remotes: [.unix(path: "/nowhere/db.sock"), .tcp(host: "127.0.0.1", port: 1)],
            database: Northbound.databaseName, tables: [MonitoredTable(LogicalSwitch.self)])
        let client = OVSDBClient(configuration: configuration, logger: Logger(label: "test"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await client.run() }
            let error = await #expect(throws: OVSDBError.self) { try await client.ready(within: .milliseconds(500)) }
            #expect(error?.isUnreachable == true)
            #expect(error?.message.contains("unix:/nowhere/db.sock,tcp:127.0.0.1:1") == true)
            group.cancelAll()
        }
        // What is asked after the end is refused at once.
        let error = await #expect(throws: OVSDBError.self) { try await client.barrier(within: .seconds(60)) }
        #expect(error?.code == .closed)
    }

    @Test func `invalid input from a peer leads to a reconnect`() async throws {
        let count = Counter()
        try await withPeer { _ in
        } _: { peer in
            if count.next() == 0 {
                _ = peer.hear("get_schema")
                peer.say("HTTP/1.1 400 Bad Request\r\n")
                while peer.hear() != nil {}
            } else if shakeHands(peer) {
                while peer.hear() != nil {}
            }
        } _: { client in
            try await client.ready(within: .seconds(10))
            #expect(count.next() >= 2)
        }
    }

    @Test func `after a server's crash its commits are there, refused or unsent transactions are not`()
        async throws
    {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                let results = try await withThrowingTaskGroup(of: (String, OVSDBError?).self) { group in
                    for number in 0..<60 {
                        group.addTask {
                            var network = LogicalSwitch(id: .random())
                            network.name = "n\(number)"
                            do {
                                try await client.transact([.insert(network)], within: .seconds(30))
                                return (network.name, nil)
                            } catch let error as OVSDBError {
                                return (network.name, error)
                            }
                        }
                    }
                    var results: [String: OVSDBError?] = [:]
                    while let (name, error) = try await group.next() {
                        results[name] = .some(error)
                        if results.count == 1 {
                            await server.kill()
                            try await server.launch()
                        }
                    }
                    return results
                }
                try await client.barrier(within: .seconds(20))
                #expect(client.state.isReady)
                let present = Set(client.replica[LogicalSwitch.self].map(\.name))
                for (name, error) in results {
                    switch error {
                    case nil: #expect(present.contains(name))
                    case let error? where error.isUnknownOutcome: break
                    case let error?:
                        #expect(error.code == .notSent)
                        #expect(!present.contains(name))
                    }
                }
                #expect(results.count == 60)
            }
        }
    }

    @Test func `a server's restart sends subscribers a resync`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withClient(of: server, tables: switchesAndPorts) { client in
                var changes = client.changes().makeAsyncIterator()
                guard case .resync(let start)? = await changes.next() else {
                    Issue.record("the first element is no resync")
                    return
                }
                #expect(start[LogicalSwitch.self].isEmpty)
                try await server.control("ovn-nbctl", "ls-add", "a")
                guard case .changes(let first, let replica)? = await changes.next() else {
                    Issue.record("the change is not told")
                    return
                }
                #expect(first.compactMap { $0.new(LogicalSwitch.self)?.name } == ["a"])
                #expect(replica.first(switchesByName, "a") != nil)
                await server.kill()
                try await server.launch()
                guard case .resync(let again)? = await changes.next() else {
                    Issue.record("the restart is not told")
                    return
                }
                #expect(again.first(switchesByName, "a") != nil)
                try await server.control("ovn-nbctl", "ls-add", "b")
                let name = try await client.wait(within: .seconds(20)) { $0.first(switchesByName, "b")?.name }
                #expect(name == "b")
            }
        }
    }
}
