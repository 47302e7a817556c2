import Foundation
import HostAttachment
import HostSetup
import Keystone
import NeutronClient
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import DockerPlugin

/// What a daemon finds of its host, whatever is missing and whatever changes while it runs.
@Suite(.timeLimit(.minutes(2)))
struct HostSourceTests {
    /// Runs `body` with a source of the host whose database is at a socket.
    static func withSource(
        _ socket: String, _ environment: [String: String] = [:],
        _ body: @escaping @Sendable (HostSource) async throws -> Void
    ) async throws {
        let client = OVSDBClient(
            configuration: OVSDBConfiguration(
                remotes: [.unix(path: socket)], database: OpenVSwitch.databaseName, tables: HostAttachment.tables),
            logger: PluginLab.quiet)
        let source = HostSource(
            client: client, choice: CloudChoice(environment: environment), executable: "", logger: PluginLab.quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            do { try await body(source) } catch {
                await source.shutdown()
                throw error
            }
            await source.shutdown()
        }
    }

    static func expectRefusal(_ source: HostSource, _ words: String) async {
        do {
            _ = try await source.host(within: .seconds(5))
            Issue.record("nothing was missing, and it was to be: \(words)")
        } catch {
            #expect(HostError(error).message.contains(words), "\(HostError(error).message)")
        }
    }

    @Test func `where Open vSwitch is not running that is said, and found when it is`() async throws {
        try await withOVSDBServer(schema: .openVSwitch) { server in
            try await Self.prepare(server)
            await server.kill()
            try await Self.withSource(server.socket) { source in
                let start = ContinuousClock.now
                await Self.expectRefusal(source, "is Open vSwitch running on this host?")
                #expect(.now - start < .seconds(5))
                try await server.launch()
                #expect(
                    try await eventually {
                        do { return try await source.host(within: .seconds(2)).settings.hostID == "h1" } catch {
                            return false
                        }
                    })
            }
        }
    }

    /// Initialised for the overlay mode.
    static func prepare(_ server: OVSDBServer) async throws {
        try await server.control("ovs-vsctl", "--no-wait", "init")
        try await server.control(
            "ovs-vsctl", "--no-wait", "add-br", "br-int", "--", "set", "open", ".", "external_ids:hostname=h1",
            "external_ids:ipam=192.0.2.1", "external_ids:ovn-mode=overlay", "external_ids:ovn-bridge=br-int")
    }

    @Test func `what was not done yet is named with its command, and done while it runs`() async throws {
        try await withOVSDBServer(schema: .openVSwitch) { server in
            try await Self.withSource(server.socket) { source in
                func set(_ words: String...) async throws {
                    for word in words {
                        try await server.control("ovs-vsctl", "--no-wait", "set", "open", ".", "external_ids:\(word)")
                    }
                }
                await Self.expectRefusal(source, "run 'ovs-vsctl --no-wait init'")
                try await server.control("ovs-vsctl", "--no-wait", "init")
                await Self.expectRefusal(source, "run 'ovn-container init --bridge br-int --overlay-mode' first")
                try await set("ovn-mode=overlay", "ovn-bridge=br-int")
                await Self.expectRefusal(source, "run 'ovn-integrate create-integration-bridge' first")
                try await server.control("ovs-vsctl", "--no-wait", "add-br", "br-int")
                await Self.expectRefusal(source, "run 'ovn-integrate set-ipam ADDRESS' first")
                try await set("ipam=192.0.2.1", "hostname=h1")
                let host = try await source.host(within: .seconds(5))
                #expect(host.api.endpoint == "http://192.0.2.1:9696" && host.settings.hostID == "h1")
                #expect(host.remaining > .seconds(4))
            }
        }
    }

    @Test func `settings that change count from the next call on`() async throws {
        try await withOVSDBServer(schema: .openVSwitch) { server in
            try await Self.prepare(server)
            try await Self.withSource(server.socket) { source in
                for address in ["192.0.2.2", "central.example.net", "192.0.2.1"] {
                    try await server.control(
                        "ovs-vsctl", "--no-wait", "set", "open", ".", "external_ids:ipam=\(address)",
                        "external_ids:hostname=host-of-\(address)")
                    #expect(
                        try await eventually {
                            let host = try await source.host(within: .seconds(5))
                            return host.api.endpoint == "http://\(address):9696"
                                && host.settings.hostID == "host-of-\(address)"
                        }, "\(address)")
                }
                try await server.control(
                    "ovs-vsctl", "--no-wait", "remove", "open", ".", "external_ids", "ovn-mode")
                #expect(
                    try await eventually {
                        do { _ = try await source.host(within: .seconds(5)) } catch { return true }
                        return false
                    })
                await Self.expectRefusal(source, "this host is not initialised")
            }
        }
    }

    @Test func `in a cloud whose credentials are missing it is said which`() async throws {
        try await withOVSDBServer(schema: .openVSwitch) { server in
            try await Self.prepare(server)
            try await server.control(
                "ovs-vsctl", "--no-wait", "add-br", "breth0", "--", "set", "open", ".",
                "external_ids:ovn-mode=underlay", "external_ids:ovn-underlay-bridge=breth0",
                "external_ids:ovn-vif-id=00000000-0000-0003-0000-000000000007")
            try await Self.withSource(server.socket) { source in await Self.expectRefusal(source, "OS_") }
            let wrong = ["OS_VIF_ID": "00000000-0000-0003-0000-000000000008"]
            try await Self.withSource(server.socket, wrong) { source in
                await Self.expectRefusal(source, "but this host was initialised with port")
            }
        }
    }
}
