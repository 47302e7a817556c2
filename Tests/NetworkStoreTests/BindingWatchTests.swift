import JSONCoding
import NeutronAPI
import OVSDB
import OVSDBClient
import Synchronization
import TestServers
import Testing

@testable import NetworkStore

/// Ports that another host than theirs takes.
@Suite(.timeLimit(.minutes(2)))
struct BindingWatchTests {
    private final class Findings: Sendable {
        private let all = Mutex<[BindingWatch.Finding]>([])

        func add(_ finding: BindingWatch.Finding) { all.withLock { $0.append(finding) } }

        var list: [BindingWatch.Finding] { all.withLock { $0 } }

        /// Until there are so many; the suite's time limit is the deadline.
        func wait(for count: Int) async throws {
            // Between two polls.
            while list.count < count { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    /// With chassis h1, h2 and h3; `body` gets what is found as it is.
    private func watching(
        _ body: @Sendable (NetworkStore, OVSDBServer, Findings) async throws -> Void
    ) async throws {
        try await withOVSDBServer(schema: .northbound) { north in
            try await withOVSDBServer(schema: .southbound) { south in
                for number in 1...3 {
                    try await south.control(
                        "ovn-sbctl", "chassis-add", "system-\(number)", "geneve", "192.0.2.\(number)")
                    try await south.control("ovn-sbctl", "set", "Chassis", "system-\(number)", "hostname=h\(number)")
                }
                try await withStore(north, southbound: south) { store in
                    let findings = Findings()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await BindingWatch(store: store) { findings.add($0) }.run() }
                        defer { group.cancelAll() }
                        try await body(store, south, findings)
                    }
                }
            }
        }
    }

    private func chassis(_ number: Int, _ south: OVSDBServer) async throws -> String {
        let text = try await south.control("ovn-sbctl", "--bare", "get", "Chassis", "system-\(number)", "_uuid")
        return String(text.filter { !$0.isWhitespace })
    }

    /// As ovn-northd makes it, and an ovn-controller claims it.
    private func bind(_ port: Port, key: Int, to number: Int?, _ south: OVSDBServer) async throws {
        var place = "[]"
        if let number { place = try await chassis(number, south) }
        try await south.control(
            "ovn-sbctl", "--id=@d", "create", "Datapath_Binding", "tunnel_key=\(key)", "--", "create", "Port_Binding",
            "logical_port=\(port.id)", "datapath=@d", "tunnel_key=1", "chassis=\(place)")
    }

    private func claim(_ port: Port, by number: Int, _ south: OVSDBServer) async throws {
        let row = try await south.control(
            "ovn-sbctl", "--bare", "--columns=_uuid", "find", "Port_Binding", "logical_port=\(port.id)")
        try await south.control(
            "ovn-sbctl", "set", "Port_Binding", String(row.filter { !$0.isWhitespace }),
            "chassis=\(try await chassis(number, south))")
    }

    @Test func `a port that is drawn away is told once, though it is taken back at once`() async throws {
        try await watching { store, south, findings in
            let network = try await store.network("n", "10.0.0.0/24")
            let port = try await store.port(network) { $0.hostID = "h1" }
            try await bind(port, key: 1, to: 1, south)
            try await claim(port, by: 2, south)
            try await claim(port, by: 1, south)
            let expected = BindingWatch.Finding(port: port.id, taker: "h2", owner: "h1")
            try await findings.wait(for: 1)
            #expect(findings.list == [expected])
            // Again and again is not told again and again; by another it is.
            try await claim(port, by: 2, south)
            try await claim(port, by: 1, south)
            try await claim(port, by: 3, south)
            try await findings.wait(for: 2)
            #expect(findings.list == [expected, BindingWatch.Finding(port: port.id, taker: "h3", owner: "h1")])
        }
    }

    @Test func `a port that appears on another host and stays there is told`() async throws {
        try await watching { store, south, findings in
            let network = try await store.network("n", "10.0.0.0/24")
            let port = try await store.port(network) { $0.hostID = "system-1" }
            try await bind(port, key: 1, to: 2, south)
            try await findings.wait(for: 1)
            #expect(findings.list == [BindingWatch.Finding(port: port.id, taker: "h2", owner: "system-1")])
        }
    }

    @Test func `ports that move, that belong to no host, and subports are not told`() async throws {
        try await watching { store, south, findings in
            let network = try await store.network("n", "10.0.0.0/24")
            let free = try await store.port(network)
            try await bind(free, key: 1, to: 2, south)
            let parent = try await store.port(network) { $0.hostID = "h1" }
            try await bind(parent, key: 2, to: 1, south)
            let child = try await store.port(network) {
                $0.profile = ["parent_name": .string("\(parent.id)"), "tag": 5]
            }
            try await bind(child, key: 3, to: 2, south)
            // It is still where it was when the API says otherwise, and late where it will be.
            let moving = try await store.port(network) { $0.hostID = "h1" }
            try await bind(moving, key: 4, to: 1, south)
            _ = try await store.update(moving.id, PortUpdate(hostID: "h2"))
            try await claim(moving, by: 2, south)
            // Something that is told marks the end.
            let last = try await store.port(network) { $0.hostID = "h1" }
            try await bind(last, key: 5, to: 3, south)
            try await findings.wait(for: 1)
            #expect(findings.list == [BindingWatch.Finding(port: last.id, taker: "h3", owner: "h1")])
        }
    }
}
