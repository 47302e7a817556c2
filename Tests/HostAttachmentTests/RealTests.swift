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

    @Test func `a NIC's addresses and routes move to a bridge of its own and back, and what fails changes nothing`()
        async throws
    {
        let (namespace, far) = (try NetworkNamespace.make(), try NetworkNamespace.make())
        let links = try HostLinks(in: namespace)
        try await links.apply([
            .createVeth(VethPair(name: "eth0", peerName: "far", peerNamespace: far.descriptor)),
            .setLink(.name("eth0"), [.up]), .setLink(.name("lo"), [.up]),
        ])
        var there = try NetlinkSocket(in: far.descriptor)
        try there.apply([.setLink(.name("far"), [.up])], within: limit)
        let peer = try Link(try #require(try there.rows(.getLink(.name("far")), within: limit).first))
        try there.apply(
            [.ensureAddress(LinkAddress(try #require(InterfaceAddress("10.0.0.1/24")), on: peer.index))], within: limit)
        try there.setTransmitChecksum(false, of: "far")
        let nic = try #require(try await links.find(.name("eth0")))
        try await links.apply([
            .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.0.0.2/24")), on: nic.index)),
            .ensureRoute(
                Route(to: try #require(IPPrefix("0.0.0.0/0")), gateway: IPAddress("10.0.0.1"), link: nic.index)),
        ])
        let before = try #require(try await links.configuration(of: "eth0"))

        try await withOVSHost(namespace: namespace.descriptor) { host in
            try await withClient(of: host) { ovs in
                func expectUntouched() async throws {
                    let after = try #require(try await links.configuration(of: "eth0"))
                    #expect(after.routes == before.routes)
                    #expect(after.movableAddresses == before.movableAddresses)
                    #expect(try await links.find(.name("breth0")) == nil)
                    #expect(ovs.replica[OpenVSwitch.Bridge.self].isEmpty)
                    try await host.inside("ping", "-c1", "-W5", "10.0.0.1")
                }
                for step in NICBridge.Step.allCases.prefix(5) {
                    let bridge = try NICBridge(ovs: ovs, links: links, logger: quiet) {
                        if $0 == step { throw Injected() }
                    }
                    await #expect(throws: AttachmentError.self) {
                        try await bridge.move(nic: "eth0", datapath: .netdev, within: .seconds(20))
                    }
                    try await expectUntouched()
                }

                let bridge = try NICBridge(ovs: ovs, links: links, logger: quiet)
                let result = try await bridge.move(nic: "eth0", datapath: .netdev, within: .seconds(20))
                #expect(result.bridge == "breth0")
                #expect(result.moved.count == 2)
                let output = try await host.inside("ping", "-c2", "-i0.2", "-W5", "10.0.0.1")
                #expect(!output.contains("DUP"), "\(output)")
                let moved = try #require(try await links.configuration(of: "breth0"))
                #expect(moved.link.mac == nic.mac)
                #expect(moved.ownRoutes.count == 1)
                #expect(try await links.configuration(of: "eth0")?.movableAddresses == [])
                let row = try #require(ovs.replica[OpenVSwitch.Bridge.self].first { $0.name == "breth0" })
                #expect(row.otherConfig["hwaddr"] == nic.mac?.description)
                #expect(row.externalIDs["bridge-id"] == "breth0")

                #expect(try await bridge.move(nic: "eth0", datapath: .netdev, within: .seconds(20)).moved == [])
                let refusal = await #expect(throws: AttachmentError.self) {
                    try await bridge.move(nic: "eth0", datapath: .system, within: .seconds(20))
                }
                #expect(refusal?.code == .refused)

                for step in [NICBridge.Step.detachNIC, .moveBack] {
                    let failing = try NICBridge(ovs: ovs, links: links, logger: quiet) {
                        if $0 == step { throw Injected() }
                    }
                    await #expect(throws: AttachmentError.self) {
                        try await failing.moveBack(nic: "eth0", within: .seconds(20))
                    }
                    #expect(try await links.configuration(of: "eth0")?.movableAddresses == [], "\(step)")
                    #expect(try await links.configuration(of: "breth0")?.ownRoutes.count == 1, "\(step)")
                    let output = try await host.inside("ping", "-c2", "-i0.2", "-W5", "10.0.0.1")
                    #expect(!output.contains("DUP"), "\(output)")
                }
                _ = try await bridge.moveBack(nic: "eth0", within: .seconds(20))
                try await expectUntouched()
                _ = try await bridge.moveBack(nic: "eth0", within: .seconds(20))
            }
        }
    }

    @Test(arguments: [
        ("lo", "is no Ethernet interface"), ("nosuch", "there is no interface"), ("averylongname0", "brav"),
    ])
    func `what is no NIC is refused`(nic: String, words: String) async throws {
        try await withHost { host in
            let bridge = try NICBridge(ovs: host.ovs, links: host.links, logger: quiet)
            let error = await #expect(throws: AttachmentError.self) {
                try await bridge.move(nic: nic, datapath: .netdev, within: limit)
            }
            #expect(error?.code == .refused)
            #expect(error?.description.contains(words) == true)
        }
    }
}
