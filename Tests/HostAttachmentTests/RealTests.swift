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

/// Runs `body` with a client of `host`'s database.
func withClient(of host: OVSHost, _ body: @Sendable (OVSDBClient) async throws -> Void) async throws {
    let ovs = OVSDBClient(
        configuration: OVSDBConfiguration(
            remotes: [.unix(path: host.database.socket)], database: OpenVSwitch.databaseName,
            tables: HostAttachment.tables),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await ovs.run() }
        defer { group.cancelAll() }
        try await ovs.ready(within: limit)
        try await body(ovs)
    }
}

/// With ovs-vswitchd, ovn-controller and a whole central.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct RealTests {
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `OVN installs attached ports, they reach each other, and a port that is not installed is explained`()
        async throws
    {
        let namespace = try NetworkNamespace.make()
        try await withOVNCentral { central in
            try await withOVSHost(namespace: namespace.descriptor) { host in
                try await host.join(central, as: "chassis-b")
                try await withClient(of: host) { ovs in
                    let attachment = try HostAttachment(
                        ovs: ovs, links: HostLinks(in: namespace), controller: OVNController(folder: host.folder),
                        logger: quiet)
                    try await expectPing(attachment, central, host)
                    try await expectDiagnoses(attachment, central, host)
                }
            }
        }
    }

    private func createPort(_ endpoint: Endpoint, _ central: OVNCentral, options: String = "") async throws {
        try await central.northbound.control(
            "ovn-nbctl", "--may-exist", "ls-add", "ls0", "--", "lsp-add", "ls0", endpoint.portID, "--",
            "lsp-set-addresses", endpoint.portID, "\(endpoint.mac) \(endpoint.addresses[0].address)", "--",
            "lsp-set-options", endpoint.portID, options.isEmpty ? "x=y" : options)
    }

    private func expectPing(_ attachment: HostAttachment, _ central: OVNCentral, _ host: OVSHost) async throws {
        let sandboxes = [try TestSandbox(), try TestSandbox()]
        var endpoints: [Endpoint] = []
        for (number, sandbox) in sandboxes.enumerated() {
            let endpoint = try Endpoint.test(10 + number)
            try await createPort(endpoint, central)
            let attached = try await attachment.attach(endpoint, to: sandbox.sandbox, within: .seconds(30))
            #expect(attached.isInstalled)
            endpoints.append(endpoint)
        }
        #expect(try await attachment.audit() == [])
        let target = "\(endpoints[1].addresses[0].address)"
        // The largest packet passes undivided, and not twice.
        let output = try await run([
            "nsenter", sandboxes[0].entry, "ping", "-c3", "-i0.2", "-W5", "-M", "do",
            "-s", "\(1442 - 28)", target,
        ])
        #expect(output.contains("3 received"), "\(output)")
        #expect(!output.contains("DUP"), "\(output)")
        // A restarted container is plugged afresh, and OVN binds it again. ovs-vswitchd lets go of the old veth meanwhile.
        for _ in 0..<10 {
            let again = try TestSandbox(sandboxes[1].containerID)
            let attached = try await attachment.attach(endpoints[1], to: again.sandbox, within: .seconds(30))
            #expect(attached.namespace == again.namespace.identity)
            // A packet may meet a flow of the datapath that leads to the old veth still, until ovs-vswitchd has looked at it again.
            try await run(["ovs-appctl", "-t", "\(host.folder)/ovs-vswitchd.ctl", "revalidator/wait"])
            try await run(["nsenter", sandboxes[0].entry, "ping", "-c1", "-W5", target])
            #expect(try await attachment.audit() == [])
        }
        for endpoint in endpoints { try await attachment.detach(portID: endpoint.portID, within: limit) }
        #expect(attachment.attachments() == [])
    }

    private func expectDiagnoses(
        _ attachment: HostAttachment, _ central: OVNCentral, _ host: OVSHost
    ) async throws {
        let sandbox = try TestSandbox()
        func expectCause(_ words: String, _ endpoint: Endpoint) async throws {
            let error = await #expect(throws: AttachmentError.self) {
                try await attachment.attach(endpoint, to: sandbox.sandbox, within: .seconds(3))
            }
            #expect(error?.code == .notInstalled)
            #expect(error?.cause?.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
            #expect(attachment.attachments() == [])
            #expect(try sandbox.links() == [])
        }
        try await expectCause("the port is not in the Southbound database", .test(20))
        let foreign = try Endpoint.test(21)
        try await createPort(foreign, central, options: "requested-chassis=elsewhere")
        try await expectCause("has not claimed it", foreign)
        try await host.control("set", "open", ".", "external_ids:ovn-remote=unix:/nonexistent")
        try await expectCause(
            "ovn-controller is not connected to the Southbound database at unix:/nonexistent", .test(22))
        await host.kill("ovn-controller")
        try await expectCause("ovn-controller is not running", .test(23))
    }
}
