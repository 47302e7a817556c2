import Glibc
import HostNetwork
import HostSetup
import TestServers
import Testing

@testable import Commands

/// Becoming part of logical networks and leaving them, on a real Open vSwitch and a real packet filter.
@Suite(.timeLimit(.minutes(2)))
struct LeaveTests {
    struct Interruption: Error {}

    /// A host in folders and a network namespace of its own.
    struct Host: Sendable {
        let ovs: OVSHost
        let namespace: NetworkNamespace
        var nft = "nft"

        func run(
            _ words: String..., afterLeaving: @escaping @Sendable () throws -> Void = {}
        ) async -> (status: Program.Status, said: ConsoleRecord) {
            let record = ConsoleRecord()
            var context = Context(
                environment: ["OVN_RUNDIR": ovs.folder], console: record.console(),
                executable: "/nowhere/bin/ovn-integrate")
            context.hooks.namespace = namespace
            context.hooks.nft = nft
            context.hooks.afterLeaving = afterLeaving
            let finished = context
            let arguments = words + ["--db", "unix:\(ovs.database.socket)"]
            return if words[0] == "init" {
                (await Program.run(OVNContainer.self, arguments, in: finished), record)
            } else {
                (await Program.run(OVNIntegrate.self, arguments, in: finished), record)
            }
        }

        func join() async {
            for words in [["create-integration-bridge", "--datapath=netdev"], ["set-ipam", "127.0.0.1"]] {
                #expect(await run(words[0], words[1]).status == .done)
            }
            #expect(await run("set-tep", "127.0.0.1").status == .done)
            #expect(await run("init", "--bridge=br-int", "--overlay-mode").status == .done)
        }

        var settings: String {
            get async throws { try await ovs.control("get", "Open_vSwitch", ".", "external_ids") }
        }

        var tables: String { get async throws { try await ovs.inside("nft", "list", "tables") } }
    }

    static func withHost(_ body: @escaping @Sendable (Host) async throws -> Void) async throws {
        let namespace = try NetworkNamespace.make()
        try await withOVSHost(namespace: namespace.descriptor) { ovs in
            try await ovs.inside("nft", "add", "table", "inet", "other")
            try await ovs.control("set", "Open_vSwitch", ".", "external_ids:system-id=h1")
            try await body(Host(ovs: ovs, namespace: namespace))
        }
    }

    @Test func `what joining made, leaving takes away, and nothing else`() async throws {
        try await Self.withHost { host in
            let before = try await host.settings
            await host.join()
            #expect(try await host.tables == "table inet other\ntable inet ovn_containers\n")
            #expect(await host.run("leave").status == .done)
            #expect(try await host.tables == "table inet other\n")
            #expect(try await host.ovs.control("list-br").isEmpty)
            #expect(try await host.settings == before)
            // Again, and where nothing ever was.
            let again = await host.run("leave")
            #expect(again.status == .done && again.said.errors.isEmpty)
            // Another's bridge of that name stays.
            try await host.ovs.control("add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev")
            #expect(await host.run("leave").status == .done)
            #expect(try await host.ovs.control("list-br") == "br-int\n")
        }
    }

    @Test func `what was cut short is finished by the next`() async throws {
        try await Self.withHost { host in
            await host.join()
            let interrupted = await host.run("leave", afterLeaving: { throw Interruption() })
            #expect(interrupted.status == .refused)
            let before = try await host.tables
            #expect(before.contains("ovn_containers"))
            let status = await host.run("status", "--format=json")
            #expect(status.said.output.joined().contains("its table is left"), "\(status.said.output)")
            #expect(await host.run("leave").status == .done)
            let after = try await host.tables
            #expect(after == "table inet other\n")
        }
    }

    @Test func `whoever has endpoints, networks or ports is not let go`() async throws {
        try await Self.withHost { host in
            await host.join()
            func expectRefusal(_ words: String) async throws {
                let before = try await host.settings
                let (status, said) = await host.run("leave")
                #expect(status == .refused && said.errors.first?.contains(words) == true, "\(said.errors)")
                #expect(said.errors.first?.hasSuffix("nothing changed") == true)
                #expect(try await host.settings == before)
                #expect(try await host.tables.contains("ovn_containers"))
            }
            try await host.ovs.control("add-port", "br-int", "tap0", "--", "set", "interface", "tap0", "type=internal")
            try await expectRefusal("bridge br-int has other ports: tap0")
            try await host.ovs.control("del-port", "br-int", "tap0")
            try await host.ovs.control(
                "set", "Open_vSwitch", ".", "external_ids:\"ovn-containers:docker-network:abc\"={}")
            try await expectRefusal("docker has networks here: abc")
            try await host.ovs.control(
                "remove", "Open_vSwitch", ".", "external_ids", "\"ovn-containers:docker-network:abc\"")
            #expect(await host.run("leave").status == .done)
        }
    }

    @Test func `without nft no host is made part of anything`() async throws {
        try await Self.withHost { host in
            let before = try await host.settings
            var host = host
            host.nft = "/nowhere/nft"
            for words in [
                ["create-integration-bridge", "--datapath=netdev"], ["set-ipam", "192.0.2.1"],
                ["set-tep", "127.0.0.1"],
                ["set-encap-type", "geneve"],
            ] {
                let (status, said) = await host.run(words[0], words[1])
                #expect(status == .refused)
                #expect(said.errors.last?.contains("install Debian's package nftables; nothing changed") == true)
            }
            #expect(try await host.settings == before)
            #expect(try await host.ovs.control("list-br").isEmpty)
            // Unless somebody else sees to it.
            try await host.ovs.control("set", "Open_vSwitch", ".", "external_ids:ovn-containers-firewall=off")
            #expect(await host.run("set-ipam", "192.0.2.1").status == .done)
        }
    }

    @Test func `restore puts the table back`() async throws {
        try await Self.withHost { host in
            await host.join()
            try await host.ovs.inside("nft", "flush", "ruleset")
            let status = await host.run("status", "--format=json")
            #expect(
                status.said.output.joined().contains(#""name":"firewall","value":"not installed","state":"missing""#))
            #expect(await host.run("restore").status == .done)
            #expect(try await host.tables == "table inet ovn_containers\n")
        }
    }
}
