import Foundation
import HostNetwork
import Logging
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import HostAttachment

/// A host that lasts as long as a test: a database of Open vSwitch's schema with an integration bridge, and a network namespace.
struct TestHost: Sendable {
    let server: OVSDBServer
    let ovs: OVSDBClient
    let links: HostLinks
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func attachment(
        afterStep: @escaping @Sendable (AttachStep) throws -> Void = { _ in }
    ) throws -> HostAttachment {
        try HostAttachment(
            ovs: ovs, links: links, controller: OVNController(folder: server.folder), logger: logger,
            afterStep: afterStep)
    }

    /// The rows as the server has them.
    func rows() async throws -> (interfaces: [OpenVSwitch.Interface], ports: Int) {
        try await ovs.barrier(within: limit)
        return (Array(ovs.replica[OpenVSwitch.Interface.self]), ovs.replica[OpenVSwitch.Port.self].count)
    }

    /// What is left on the host besides the loopback: rows and veths.
    func leftovers() async throws -> [String] {
        let rows = try await rows()
        return rows.interfaces.map { "row \($0.name)" } + Array(repeating: "port", count: rows.ports)
            + (try await links.all()).filter { !$0.isLoopback }.map { "link \($0.name)" }
    }

    /// Does what ovn-controller does to the row of a port that it has installed.
    func install(_ portID: String) async throws {
        let row = try await ovs.wait(within: limit) { $0.first(HostAttachment.interfacesByPort, portID) }
        try await ovs.transact(
            [.mutate(OpenVSwitch.Interface.self, row.id, .put(.externalIDs, ["ovn-installed": "true"]))], within: limit)
    }
}

let limit = Duration.seconds(10)

/// Runs `body` on a host of its own. There is no ovs-vswitchd; with `takesUp` something says at once in its place that it has taken
/// up what it was asked for.
func withHost(takesUp: Bool = true, _ body: @Sendable (TestHost) async throws -> Void) async throws {
    try await withOVSDBServer(schema: .openVSwitch) { server in
        let ovs = OVSDBClient(
            configuration: OVSDBConfiguration(
                remotes: [.unix(path: server.socket)], database: OpenVSwitch.databaseName, tables: HostAttachment.tables
            ),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let host = TestHost(server: server, ovs: ovs, links: try HostLinks(in: .make()))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ovs.run() }
            defer { group.cancelAll() }
            try await ovs.ready(within: limit)
            try await makeBridge(ovs)
            if takesUp { group.addTask { await takeUp(ovs) } }
            try await body(host)
        }
    }
}

/// Does what ovs-vswitchd does to its row when it has come so far: `cur_cfg` follows `next_cfg`.
private func takeUp(_ ovs: OVSDBClient) async {
    while !Task.isCancelled {
        do {
            var row = try await ovs.wait(within: .seconds(3600)) { replica -> OpenVSwitch.Configuration? in
                replica[OpenVSwitch.Configuration.self].first { $0.curCfg < $0.nextCfg }
            }

            row.curCfg = row.nextCfg
            try await ovs.transact([.update(row, columns: [.curCfg])], within: limit)
        } catch {
            // A test may stop the server: what was not said then is said when it goes on.
            await Task.yield()
        }
    }
}

private func makeBridge(_ ovs: OVSDBClient) async throws {
    var bridge = OpenVSwitch.Bridge(id: .random())
    bridge.name = "br-int"
    bridge.datapathType = "netdev"
    var configuration = OpenVSwitch.Configuration(id: .random())
    configuration.bridges = [bridge.id]
    try await ovs.transact([.insert(bridge), .insert(configuration)], within: limit)
}

/// A container's network namespace, reachable by path as long as the object lives.
final class TestSandbox: Sendable {
    let namespace: NetworkNamespace
    let containerID: String

    init(_ containerID: String = UUID().uuidString) throws {
        namespace = try .make()
        self.containerID = containerID
    }

    var sandbox: Sandbox { Sandbox(containerID: containerID, location: .path("/proc/self/fd/\(namespace.descriptor)")) }

    /// How nsenter(1) gets in.
    var entry: String { "--net=/proc/\(getpid())/fd/\(namespace.descriptor)" }

    func links() throws -> [Link] {
        var socket = try NetlinkSocket(in: namespace.descriptor)
        return try socket.rows(.listLinks(), within: limit).map { try Link($0) }.filter { !$0.isLoopback }
    }

    func apply(_ requests: [NetlinkRequest]) throws {
        var socket = try NetlinkSocket(in: namespace.descriptor)
        try socket.apply(requests, within: limit)
    }
}

extension Endpoint {
    /// An endpoint of both versions on a network with a gateway.
    static func test(_ number: Int = 7) throws -> Endpoint {
        Endpoint(
            portID: UUID().uuidString.lowercased(),
            mac: try #require(MACAddress(bits: 0x0200_0000_0000 + UInt64(number))),
            addresses: [
                try #require(InterfaceAddress("192.168.1.\(number)/24")),
                try #require(InterfaceAddress("fd00::\(number)/64")),
            ], gateways: [try #require(IPAddress("192.168.1.1"))],
            routes: [
                Route(
                    destination: try #require(IPPrefix("10.0.0.0/8")), nextHop: try #require(IPAddress("192.168.1.254"))
                )
            ], mtu: 1442, annotations: ["network": "ls0"])
    }
}
