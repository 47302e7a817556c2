import Certificates
import Deadlines
import Foundation
import Glibc
import HostMembership
import HostNetwork
import HostSetup
import Synchronization
import TestServers
import Testing

@testable import Commands

/// Joining a central with a token and leaving it, on a real Open vSwitch, with a real ovn-controller and a real Southbound database that
/// takes nothing but TLS.
@Suite(.timeLimit(.minutes(5)))
struct JoinTests {
    struct Interruption: Error {}

    final class Programs: Sendable {
        private let words = Mutex<[String]>([])

        var all: [String] { words.withLock { $0 } }
        func note(_ word: String) { words.withLock { $0.append(word) } }
    }

    /// A host in folders and a network namespace of its own, and a central beside it.
    struct Host: Sendable {
        let ovs: OVSHost
        let namespace: NetworkNamespace
        let central: TestCentral
        let folder: CredentialFolder
        /// What was asked of systemctl and ovn-ctl.
        let programs = Programs()

        func run(
            _ words: [String], environment: [String: String] = [:], _ change: (inout TestHooks) -> Void = { _ in }
        ) async -> (status: Program.Status, said: ConsoleRecord) {
            let record = ConsoleRecord()
            var own = ["OVN_RUNDIR": ovs.folder, "OVN_CONTAINERS_TLS": folder.path]
            own.merge(environment) { $1 }
            var context = Context(
                environment: own, console: record.console(), executable: "/nowhere/bin/ovn-integrate")
            context.hooks.namespace = namespace
            context.hooks.hasSystemd = false
            context.hooks.systemIDFile = "\(ovs.folder)/etc/system-id.conf"
            context.hooks.programs = perform
            change(&context.hooks)
            let finished = context
            let arguments = words + ["--db", "unix:\(ovs.database.socket)"]
            return if words[0] == "init" {
                (await Program.run(OVNContainer.self, arguments, in: finished), record)
            } else {
                (await Program.run(OVNIntegrate.self, arguments, in: finished), record)
            }
        }

        func join(
            _ token: JoinToken, _ more: String..., hooks change: (inout TestHooks) -> Void = { _ in }
        ) async -> (status: Program.Status, said: ConsoleRecord) {
            await run(["join", token.text, "--tep=127.0.0.1", "--datapath=netdev", "--format=json"] + more, change)
        }

        /// What ovn-ctl does, with this host's folders.
        @Sendable private func perform(_ words: [String], _ limit: Duration) -> String? {
            programs.note(words.dropFirst().joined(separator: " "))
            let control = "\(ovs.folder)/ovn-controller.pid"
            switch words.last {
            case "start_controller":
                return Tool.report(
                    ovs.entering + [
                        "ovn-controller", "unix:\(ovs.database.socket)", "--detach", "--no-chdir",
                        "--pidfile=\(control)",
                        "--log-file=\(ovs.folder)/ovn-controller.log", "-vconsole:off",
                    ], within: limit
                ).failure
            case "stop_controller":
                guard let text = try? String(contentsOfFile: control, encoding: .utf8) else { return nil }
                let socket = "\(ovs.folder)/ovn-controller.\(text.filter(\.isNumber)).ctl"
                let said = Tool.report(["ovs-appctl", "-t", socket, "exit"], within: limit)
                let end = ContinuousClock.now + limit
                // It answers before it ends.
                while said.failure == nil, access(control, F_OK) == 0 {
                    guard ContinuousClock.now < end else { return "ovn-controller has not ended" }
                    usleep(1000)
                }
                return said.failure
            default: return "unexpected: \(words)"
            }
        }

        var settings: String { get async throws { try await ovs.control("get", "Open_vSwitch", ".", "external_ids") } }
        var tables: String { get async throws { try await ovs.inside("nft", "list", "tables") } }
        var chassis: String {
            get async throws {
                try await ovs.inside(
                    "ovn-sbctl", "--db=unix:\(ovs.folder)/sb.sock", "--timeout=20", "--bare", "--columns=name", "list",
                    "chassis")
            }
        }
        /// Everything that joining leaves behind, but for what differs each time.
        var state: [String] {
            get async throws {
                [
                    try await settings, try await tables, try await ovs.control("list-br"), try await chassis,
                    "\(try folder.authorities().count) \(try folder.certificate()?.name?.text ?? "")",
                    try await ovs.control("get-ssl"),
                ]
            }
        }
    }

    static func withHost(_ body: @escaping @Sendable (Host) async throws -> Void) async throws {
        let namespace = try NetworkNamespace.make()
        try await withOVSHost(namespace: namespace.descriptor) { ovs in
            try await withTestCentral { central, folder in
                try await ovs.inside("ip", "link", "set", "lo", "up")
                let host = Host(ovs: ovs, namespace: namespace, central: central, folder: folder)
                try await ovs.control("set", "Open_vSwitch", ".", "external_ids:system-id=h1")
                try await host.startSouthbound()
                do { try await body(host) } catch {
                    await host.stop()
                    throw error
                }
                await host.stop()
            }
        }
    }

    @Test func `a token makes a machine a host that works, again and again`() async throws {
        try await Self.withHost { host in
            let token = try host.central.invite()
            let (status, said) = await host.join(token)
            #expect(status == .done, "\(said.errors)")
            let output = said.output.joined()
            #expect(output.contains(#""name":"ovn_controller","value":"connected""#), "\(output)")
            // Slashes may be escaped in JSON.
            #expect(output.contains(":\(host.central.port)"))
            #expect(output.contains(#""name":"certificate""#) && output.contains(#""name":"authority""#))
            #expect(try await host.chassis == "h1\n")
            #expect(try await host.tables == "table inet ovn_containers\n")
            let state = try await host.state
            #expect(state[0].contains(#"ovn-remote="ssl:127.0.0.1:6642""#), "\(state[0])")
            let again = await host.join(token)
            #expect(again.said.errors.contains { $0.contains("has joined the central at 127.0.0.1 already") })
            #expect(try await host.state == state)
            #expect(host.programs.all == ["start_controller"])
        }
    }

    @Test(arguments: JoinStep.allCases)
    func `joining that was cut short anywhere is finished by the next, and leaving undoes it`(step: JoinStep)
        async throws
    {
        try await Self.withHost { host in
            let before = try await host.settings
            let token = try host.central.invite()
            let interrupted = await host.join(
                token, hooks: { $0.afterJoinStep = { if $0 == step { throw Interruption() } } })
            #expect(interrupted.status == .refused && interrupted.said.output.isEmpty)
            _ = await host.join(token)
            let state = try await host.state
            #expect(state[3] == "h1\n" && state[4] == "1 h1", "\(state)")
            let left = await host.run(["leave"])
            #expect(left.status == .done, "\(left.said.errors)")
            #expect(try await host.settings == before)
            #expect(try await host.ovs.control("list-br").isEmpty)
            #expect(try await host.tables.isEmpty)
            #expect(try await host.chassis.isEmpty)
            #expect(host.folder.isEmpty)
            #expect(host.central.change { $0.hosts.isEmpty })
            #expect(try await host.ovs.control("get-ssl").contains("key.pem") == false)
        }
    }

    @Test(arguments: [JoinStep.key, .authority, .answer, .certificate, .settings])
    func `joining that was cut short is undone by leaving, at central too where the certificate had come`(
        step: JoinStep
    ) async throws {
        try await Self.withHost { host in
            let before = try await host.settings
            let token = try host.central.invite()
            _ = await host.join(token, hooks: { $0.afterJoinStep = { if $0 == step { throw Interruption() } } })
            let left = await host.run(["leave"])
            #expect(left.status == .done, "\(left.said.errors)")
            #expect(try await host.settings == before)
            #expect(host.folder.isEmpty)
            #expect(host.central.change { $0.hosts.isEmpty } == (step != .answer))
        }
    }

    @Test(arguments: LeaveStep.allCases)
    func `leaving that was cut short anywhere is finished by the next`(step: LeaveStep) async throws {
        try await Self.withHost { host in
            let before = try await host.settings
            _ = await host.join(try host.central.invite())
            let interrupted = await host.run(["leave"]) {
                $0.afterLeaveStep = { if $0 == step { throw Interruption() } }
            }
            #expect(interrupted.status == .refused)
            let left = await host.run(["leave"])
            #expect(left.status == .done, "\(left.said.errors)")
            #expect(try await host.settings == before)
            #expect(try await host.tables.isEmpty)
            #expect(try await host.chassis.isEmpty)
            #expect(host.folder.isEmpty)
            #expect(host.central.change { $0.hosts.isEmpty })
        }
    }

    @Test func `the six commands' host changes over, and another central's is refused`() async throws {
        try await Self.withHost { host in
            for words in [
                ["create-integration-bridge", "--datapath=netdev"], ["set-ipam", "192.0.2.7"],
                ["set-tep", "127.0.0.1"], ["init", "--bridge=br-int", "--overlay-mode"],
            ] {
                #expect(await host.run(words).status == .done)
            }
            let token = try host.central.invite()
            let before = try await host.settings
            let refused = await host.join(token)
            #expect(refused.status == .refused)
            #expect(refused.said.errors.last?.contains("part of the central at 192.0.2.7") == true)
            #expect(try await host.settings == before)
            #expect(host.central.requests.isEmpty && host.folder.isEmpty)
            #expect(await host.run(["set-ipam", "127.0.0.1"]).status == .done)
            let bridge = try await host.ovs.control("get", "bridge", "br-int", "_uuid")
            _ = await host.join(token)
            #expect(try await host.chassis == "h1\n")
            #expect(try await host.ovs.control("get", "bridge", "br-int", "_uuid") == bridge)
            // Central moves: TLS and ports stay.
            #expect(await host.run(["set-ipam", "localhost"]).status == .done)
            #expect(try await host.settings.contains(#"ovn-remote="ssl:localhost:6642""#))
        }
    }

    @Test func `without central nobody leaves unless forced, and what stays there is said`() async throws {
        try await Self.withHost { host in
            _ = await host.join(try host.central.invite())
            await host.central.stop()
            let before = try await host.state
            let refused = await host.run(["leave"])
            #expect(refused.status == .unreachable && refused.said.errors.last?.contains("--force") == true)
            #expect(try await host.state == before)
            let forced = await host.run(["leave", "--force"])
            #expect(forced.status == .done, "\(forced.said.errors)")
            #expect(forced.said.errors.contains { $0.contains("'ovn-ipam host remove ") })
            #expect(try await host.tables.isEmpty)
            #expect(host.folder.isEmpty)
        }
    }

    @Test func `whoever has networks leaves by force alone`() async throws {
        try await Self.withHost { host in
            _ = await host.join(try host.central.invite())
            try await host.ovs.control(
                "set", "Open_vSwitch", ".", "external_ids:\"ovn-containers:docker-network:abc\"={}")
            #expect(await host.run(["leave"]).status == .refused)
            let forced = await host.run(["leave", "--force"])
            #expect(forced.status == .done && forced.said.errors.contains { $0.contains("docker's network abc") })
            #expect(try await host.settings.contains("docker-network") == false)
        }
    }

    @Test func `a certificate is renewed by hand, and a host without one is told`() async throws {
        try await Self.withHost { host in
            #expect(await host.run(["renew"]).status == .refused)
            _ = await host.join(try host.central.invite())
            let before = try host.folder.certificate()
            #expect(await host.run(["renew"]).status == .done)
            let after = try host.folder.certificate()
            #expect(after != before && after?.publicKeyHash == before?.publicKeyHash)
            host.central.change { $0.hosts = [:] }
            let removed = await host.run(["status", "--format=json"])
            #expect(removed.said.output.joined().contains("no longer knows this host"), "\(removed.said.output)")
        }
    }

    @Test(arguments: ["", "ovn1-", "ovn1-AAAA", "nonsense"])
    func `a token that is none is a wrong command line`(text: String) async throws {
        let record = ConsoleRecord()
        #expect(await Program.run(OVNIntegrate.self, ["join", text], in: record.context()) == .usage)
    }
}

extension JoinTests.Host {
    /// A Southbound database in the host's namespace: TLS for hosts, and a socket for looking.
    fileprivate func startSouthbound() async throws {
        let (key, certificate, authority) = try central.change { state in
            let issuer = state.authorities[0]
            return (
                state.serverKey.pem,
                try issuer.certifyServer(
                    state.serverKey, names: [], addresses: [], at: .now, lifetime: .seconds(3600)
                ).pem,
                try issuer.certificate.pem
            )
        }
        for (name, text) in [("sb-key", key), ("sb-certificate", certificate), ("sb-authority", authority)] {
            try text.write(toFile: "\(ovs.folder)/\(name).pem", atomically: true, encoding: .utf8)
        }
        try FileManager.default.createDirectory(
            atPath: "\(ovs.folder)/etc", withIntermediateDirectories: true)
        try await ovs.inside("ovsdb-tool", "create", "\(ovs.folder)/sb.db", TestSchema.southbound.path)
        try await ovs.inside(
            "ovsdb-server", "--detach", "--no-chdir", "--pidfile=\(ovs.folder)/sb.pid",
            "--log-file=\(ovs.folder)/sb.log", "-vconsole:off", "--remote=punix:\(ovs.folder)/sb.sock",
            "--remote=pssl:6642:127.0.0.1", "--unixctl=\(ovs.folder)/sb.ctl",
            "--private-key=\(ovs.folder)/sb-key.pem", "--certificate=\(ovs.folder)/sb-certificate.pem",
            "--ca-cert=\(ovs.folder)/sb-authority.pem", "\(ovs.folder)/sb.db")
        try await ovs.inside("ovn-sbctl", "--db=unix:\(ovs.folder)/sb.sock", "--timeout=20", "init")
    }

    fileprivate func stop() async { await ovs.kill("sb") }
}
