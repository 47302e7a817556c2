import Foundation
import HostEndpoints
import HostSetup
import TestServers
import Testing

@testable import Commands

/// Network containers in a machine of a cloud. Machine and hypervisor share one Open vSwitch here: `br-int` is the hypervisor's,
/// `breth0` the machine's, and a veth between them is its NIC.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct UnderlayContainerTests {
    struct Machine: Sendable {
        let host: RealHost
        let vif: String

        func container(
            _ words: String..., afterStep: @escaping @Sendable (CreationStep) throws -> Void = { _ in }
        ) async -> RealHost.Outcome {
            await host.container(words, environment: ["OS_VIF_ID": vif], afterStep: afterStep)
        }

        func ports() async throws -> [String] {
            try await host.ovs.control("list-ports", "breth0").split(separator: "\n").map(String.init)
                .filter { $0 != "eth0" }
        }

        /// Runs a program in a container's network namespace.
        func inside(_ container: String, _ words: String...) async throws -> String {
            let pid = try await host.docker("inspect", "--format", "{{.State.Pid}}", container)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            return try await run(["nsenter", "--target", pid, "--net"] + words)
        }
    }

    func withMachine(_ body: @escaping @Sendable (Machine) async throws -> Void) async throws {
        try await RealHost.with { host in
            // The machine's port, made as an endpoint of the hypervisor.
            #expect(await host.container("init", "--bridge", "br-int", "--overlay-mode").status == .done)
            #expect(await host.container("net-create", "management", "10.0.0.0/24").status == .done)
            let vif = try #require(await host.container("endpoint-create", "management").output.first)
            try await host.ovs.inside("ip", "link", "add", "vif0", "type", "veth", "peer", "name", "eth0")
            for link in ["vif0", "eth0"] { try await host.ovs.inside("ip", "link", "set", link, "up") }
            try await host.ovs.control(
                "add-port", "br-int", "vif0", "--", "set", "interface", "vif0", "external_ids:iface-id=\(vif)", "--",
                "add-br", "breth0", "--", "set", "bridge", "breth0", "datapath_type=netdev", "--", "add-port", "breth0",
                "eth0")
            let machine = Machine(host: host, vif: vif)
            let initialised = await machine.container("init", "--bridge", "breth0", "--underlay-mode")
            #expect(initialised.status == .done, "\(initialised.errors)")
            #expect(await machine.container("net-create", "ls0", "192.168.1.0/24").status == .done)
            try await body(machine)
        }
    }

    @Test func `containers of one machine reach each other through the hypervisor, as VLANs of its NIC`() async throws {
        try await withMachine { (machine: Machine) async throws in
            var containers: [String] = []
            for name in ["p", "q"] {
                #expect(
                    await machine.container(
                        "endpoint-create", "ls0", name, "--ip", name == "p" ? "192.168.1.11" : "192.168.1.12"
                    ).status == .done)
                let created = await machine.container("container-create", "--network", name)
                #expect(created.status == .done, "\(created.errors)")
                containers.append(try #require(created.output.first))
            }
            let pings = try await machine.inside(containers[0], "ping", "-c", "3", "-W", "5", "192.168.1.12")
            #expect(pings.contains(" 0% packet loss"), "\(pings)")
            // The management network's MTU is the same, so that the VLAN's header takes its four bytes from the container.
            let links = try await machine.inside(containers[0], "ip", "-o", "link", "show", "eth0")
            #expect(links.contains("mtu 1438"), "\(links)")
            // An access port with the tag that the service knows, and nothing for ovn-controller to claim.
            let shown = await machine.container("endpoint-show", "p", "-f", "value").output
            let tag = try #require(shown.first { $0.hasPrefix("vlan\t") }).dropFirst(5)
            let port = try #require(try await machine.ports().first)
            let tags = [
                try await machine.host.ovs.control("get", "port", try await machine.ports()[0], "tag"),
                try await machine.host.ovs.control("get", "port", try await machine.ports()[1], "tag"),
            ].map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            #expect(tags.contains(String(tag)))
            let ids = try await machine.host.ovs.control("get", "interface", port, "external_ids")
            #expect(!ids.contains("iface-id") && ids.contains("ovn-containers:port") && ids.contains("attached-mac"))

            // Repeating it repairs, and says the same.
            try await machine.host.ovs.control("set", "port", port, "tag=4000")
            for (name, id) in zip(["p", "q"], containers) {
                #expect(await machine.container("container-create", "--network", name).output == [id])
            }
            let again = try await machine.inside(containers[1], "ping", "-c", "2", "-W", "5", "192.168.1.11")
            #expect(again.contains(" 0% packet loss"), "\(again)")

            for name in ["p", "q"] { #expect(await machine.container("endpoint-delete", name).status == .done) }
            #expect(try await machine.ports() == [])
            #expect(try await machine.host.docker("ps", "-aq") == "")
        }
    }

    @Test func `a step that fails is undone, and what was deleted elsewhere is cleared away`() async throws {
        try await withMachine { (machine: Machine) async throws in
            #expect(await machine.container("endpoint-create", "ls0", "p").status == .done)
            for step in CreationStep.allCases {
                let failed = await machine.container("container-create", "--network", "p") {
                    if $0 == step { throw ContainerTests.Stopped(description: "stopped") }
                }
                #expect(failed.errors == ["ovn-container: stopped"], "\(step)")
                #expect(try await machine.ports() == [], "\(step)")
                #expect(try await machine.host.docker("ps", "-aq") == "", "\(step)")
            }
            #expect(await machine.container("container-create", "--network", "p").status == .done)
            // Another machine deletes it.
            let other = Machine(
                host: machine.host,
                vif: machine.vif)
            let id = try #require(await other.container("endpoint-show", "p", "-f", "value").output.first)
                .replacing("id\t", with: "")
            let trunks = try await run(["curl", "-sf", "\(machine.host.api)/v2.0/trunks?fields=id"])
            let trunk = try #require(trunks.firstMatch(of: /[0-9a-f-]{36}/)?.output)
            try await run([
                "curl", "-sf", "-X", "PUT", "\(machine.host.api)/v2.0/trunks/\(trunk)/remove_subports", "-d",
                "{\"sub_ports\": [{\"port_id\": \"\(id)\"}]}",
            ])
            try await run(["curl", "-sf", "-X", "DELETE", "\(machine.host.api)/v2.0/ports/\(id)"])
            #expect(await machine.container("net-list").status == .done)
            #expect(try await machine.ports() == [])
            #expect(try await machine.host.docker("ps", "-aq") == "")
        }
    }

    @Test func `a container whose machine the hypervisor does not have is refused, and nothing is left`() async throws {
        try await withMachine { (machine: Machine) async throws in
            #expect(await machine.container("endpoint-create", "ls0", "p").status == .done)
            try await machine.host.ovs.control("remove", "interface", "vif0", "external_ids", "iface-id")
            let created = await machine.container("container-create", "--network", "p", "--timeout", "4")
            #expect(created.status == .refused)
            #expect(
                created.errors[0].contains("not ACTIVE") && created.errors[0].contains("DOWN too"), "\(created.errors)")
            #expect(try await machine.ports() == [])
            #expect(try await machine.host.docker("ps", "-aq") == "")
        }
    }
}
