import Foundation
import HostSetup
import TestServers
import Testing

@testable import Commands

/// Network containers on a real host.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ContainerTests {
    struct Stopped: Error, CustomStringConvertible {
        let description: String
    }

    /// A host with network ls0 and endpoint p.
    func withEndpoint(_ body: @escaping @Sendable (RealHost) async throws -> Void) async throws {
        try await RealHost.with { host in
            let before = await host.container("net-list")
            #expect(before.status == .refused)
            #expect(before.errors.first?.contains("ovn-container init") == true)
            #expect(await host.container("init", "--bridge", "br-int", "--overlay-mode").status == .done)
            #expect(await host.container("net-create", "ls0", "192.168.1.0/24", "--dns", "192.168.1.2").status == .done)
            #expect(await host.container("endpoint-create", "ls0", "p").status == .done)
            try await body(host)
        }
    }

    @Test func `a step that fails is undone, whichever it is, and repeating the command does it all`() async throws {
        try await withEndpoint { (host: RealHost) async throws in
            for step in CreationStep.allCases {
                let failed = await host.container("container-create", "--network=p") {
                    if $0 == step { throw Stopped(description: "stopped after \(step)") }
                }
                #expect(failed.status == .refused)
                #expect(failed.output == [])
                #expect(failed.errors == ["ovn-container: stopped after \(step)"])
                #expect(try await host.leftovers() == [], "after \(step)")
                let port = await host.container("endpoint-show", "p", "--format", "json").output.joined()
                #expect(port.contains(#""host":"""#) && port.contains(#""container":"""#), "after \(step): \(port)")
            }
            let created = await host.container("container-create", "--network=p")
            #expect(created.status == .done, "\(created.errors)")
            let id = try #require(created.output.first)
            #expect(created.output.count == 1 && id.count == 64)
            #expect(try await host.leftovers().count == 3)

            // Repeating a command that was done changes nothing and says the same.
            #expect(await host.container("container-create", "--network", "p").output == [id])
            let pid = try await host.docker("inspect", "--format", "{{.State.Pid}}", id)
            #expect(pid.trimmingCharacters(in: .whitespacesAndNewlines) != "0")

            // Stopped and started, a container has a new namespace; repeating the command connects it again.
            _ = try await host.docker("restart", "--time", "5", id)
            #expect(await host.container("container-create", "--network", "p").output == [id])
            let restarted = try await host.docker("inspect", "--format", "{{.State.Pid}}", id)
            let address = try await host.ovs.inside(
                "nsenter", "-t", restarted.trimmingCharacters(in: .whitespacesAndNewlines), "-n", "ip", "-o", "addr")
            #expect(address.contains("eth0") && address.contains("192.168.1."))

            #expect(await host.container("endpoint-delete", "p").status == .done)
            #expect(try await host.leftovers() == [])
            #expect(await host.container("endpoint-delete", "p").status == .refused)
            #expect(await host.container("endpoint-delete", "--if-exists", "p").status == .done)
            #expect(await host.container("net-delete", "ls0").status == .done)
            #expect(await host.container("net-list", "--format", "value").output == [])
        }
    }

    @Test func `a container that was there before is not taken away by a command that fails`() async throws {
        try await withEndpoint { (host: RealHost) async throws in
            let created = await host.container("container-create", "--network=p")
            let again = await host.container("container-create", "--network=p") {
                if $0 == .attach { throw Stopped(description: "stopped") }
            }
            #expect(again.status == .refused)
            #expect(try await host.leftovers().count == 3)
            #expect(await host.container("container-create", "--network=p").output == created.output)
        }
    }

    @Test func `what a deleted endpoint left is cleared away by the next command, whichever it is`() async throws {
        try await withEndpoint { (host: RealHost) async throws in
            #expect(await host.container("container-create", "--network=p").status == .done)
            let id = try #require(await host.container("endpoint-show", "p", "-f", "value").output.first)
                .replacing("id\t", with: "")
            try await run(["curl", "-sf", "-X", "DELETE", "\(host.api)/v2.0/ports/\(id)"])
            #expect(try await host.leftovers().count == 3)
            #expect(await host.container("net-list").status == .done)
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `an endpoint-delete that was cut short behind the API is finished by repeating it`() async throws {
        try await withEndpoint { (host: RealHost) async throws in
            #expect(await host.container("container-create", "--network=p").status == .done)
            let id = try #require(await host.container("endpoint-show", "p", "-f", "value").output.first)
                .replacing("id\t", with: "")
            try await run(["curl", "-sf", "-X", "DELETE", "\(host.api)/v2.0/ports/\(id)"])
            #expect(await host.container("endpoint-delete", "p").status == .done)
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `an endpoint is in one container, whether it is named or given by id`() async throws {
        try await withEndpoint { (host: RealHost) async throws in
            #expect(await host.container("endpoint-create", "ls0", "q").status == .done)
            #expect(await host.container("container-create", "--network=p").status == .done)
            let id = try #require(await host.container("endpoint-show", "p", "-f", "value").output.first)
                .replacing("id\t", with: "")
            for reference in ["p", id] {
                let second = await host.container("container-create", "--network=\(reference)", "--network=q")
                #expect(second.status == .refused)
                #expect(second.output == [])
                #expect(second.errors.first?.contains("on host chassis") == true, "\(second.errors)")
            }
            let twice = await host.container("container-create", "--network=q", "--network=q")
            #expect(twice.status == .usage)
            let nobody = await host.container("container-create", "--network=q", "--network=nobody")
            #expect(nobody.status == .refused && nobody.errors.first?.contains("no endpoint") == true)
            #expect(try await host.leftovers().count == 3)
        }
    }

    @Test func `a network container stays until its last endpoint goes, with the subnets' name servers`() async throws {
        try await withEndpoint { (host: RealHost) async throws in
            #expect(await host.container("net-create", "ls1", "2001:db8::/64", "--dns", "2001:db8::53").status == .done)
            #expect(await host.container("endpoint-create", "ls1", "q", "--ip", "2001:db8::7").status == .done)
            let created = await host.container("container-create", "--network=p", "--network=q")
            let id = try #require(created.output.first)
            let file = try await host.docker("inspect", "--format", "{{.ResolvConfPath}}", id)
            let servers = try String(
                contentsOfFile: file.trimmingCharacters(in: .whitespacesAndNewlines), encoding: .utf8)
            #expect(servers.contains("nameserver 192.168.1.2\nnameserver 2001:db8::53"))
            #expect(await host.container("endpoint-delete", "p").status == .done)
            #expect(try await host.leftovers().count == 3)
            #expect(await host.container("endpoint-delete", "q").status == .done)
            #expect(try await host.leftovers() == [])
        }
    }
}
