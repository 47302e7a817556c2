import HostAttachment
import HostNetwork
import Logging
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NICBridging

/// What a test's step hook throws.
struct Injected: Error {}

let limit = Duration.seconds(10)

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` with a client of the database at this socket.
func withClient(_ socket: String, _ body: @Sendable (OVSDBClient) async throws -> Void) async throws {
    let ovs = OVSDBClient(
        configuration: OVSDBConfiguration(
            remotes: [.unix(path: socket)], database: OpenVSwitch.databaseName, tables: HostAttachment.tables),
        logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await ovs.run() }
        defer { group.cancelAll() }
        try await ovs.ready(within: limit)
        try await body(ovs)
    }
}

@Suite(.timeLimit(.minutes(5)), .serialized)
struct NICBridgeTests {
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
            try await withClient(host.database.socket) { ovs in
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
        try await withOVSDBServer(schema: .openVSwitch) { server in
            try await withClient(server.socket) { ovs in
                let bridge = try NICBridge(ovs: ovs, links: HostLinks(in: .make()), logger: quiet)
                let error = await #expect(throws: AttachmentError.self) {
                    try await bridge.move(nic: nic, datapath: .netdev, within: limit)
                }
                #expect(error?.code == .refused)
                #expect(error?.description.contains(words) == true)
            }
        }
    }
}
