import Certificates
import Deadlines
import HostAttachment
import OVNModel
import OVSDBClient
import TestServers
import Testing

@testable import DockerPlugin

/// The certificate of a host that has joined stays young while the plugin runs.
@Suite(.timeLimit(.minutes(1)))
struct CertificateUpkeepTests {
    @Test func `a certificate is renewed before it ends, and a new authority is taken over`() async throws {
        try await withTestCentral { central, folder in
            try await withOVSDBServer(schema: .openVSwitch) { server in
                central.change { $0.lifetime = .seconds(6) }
                try central.admit("h1", folder)
                let first = try #require(try folder.certificate())
                try await server.control("ovs-vsctl", "--no-wait", "init")
                let client = OVSDBClient(
                    configuration: OVSDBConfiguration(
                        remotes: [.unix(path: server.socket)], database: OpenVSwitch.databaseName,
                        tables: HostAttachment.tables),
                    logger: PluginLab.quiet)
                let upkeep = CertificateUpkeep(client: client, folder: folder, logger: PluginLab.quiet)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await client.run() }
                    defer { group.cancelAll() }
                    try await client.ready(within: .seconds(5))
                    // One that has joined nothing is left alone.
                    #expect(try await upkeep.pass() == nil)
                    #expect(central.requests.isEmpty)
                    try await server.control(
                        "ovs-vsctl", "--no-wait", "set", "Open_vSwitch", ".", "external_ids:ipam=127.0.0.1",
                        "external_ids:ipam-port=\(central.port)", "external_ids:ipam-tls=true")
                    try await client.barrier(within: .seconds(5))
                    #expect(try await upkeep.pass() == .seconds(1))
                    group.addTask { try await upkeep.run() }
                    try await eventually { try folder.certificate() != first }
                    try central.addAuthority()
                    try await eventually { try folder.authorities().count == 2 }
                    // Long after the first has ended.
                    try await eventually { Timestamp.now.seconds > first.end.seconds + 1 }
                    let last = try #require(try folder.certificate())
                    #expect(last.end.seconds > Timestamp.now.seconds && last.publicKeyHash == first.publicKeyHash)
                }
            }
        }
    }

    private func eventually(_ isSo: () throws -> Bool) async throws {
        for _ in 0..<200 {
            if try isSo() { return }
            // Files tell nobody that they have changed.
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("not within 20 s")
    }
}
