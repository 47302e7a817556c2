import Foundation
import HostSetup
import TestServers
import Testing

@testable import Commands

/// Network containers that are looked after, on a real host.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct KeeperTests {
    struct Stopped: Error, CustomStringConvertible {
        let description = "stopped"
    }

    /// A host with endpoints p and q of network ls0 in one network container; passes its id.
    func withContainer(_ body: @escaping @Sendable (RealHost, String) async throws -> Void) async throws {
        try await RealHost.with { host in
            #expect(await host.container("init", "--bridge", "br-int", "--overlay-mode").status == .done)
            #expect(await host.container("net-create", "ls0", "192.168.1.0/24").status == .done)
            for name in ["p", "q"] {
                #expect(await host.container("endpoint-create", "ls0", name).status == .done)
            }
            let created = await host.container("container-create", "--network=p", "--network=q")
            let id = try #require(created.output.first, "\(created.errors)")
            try await body(host, id)
        }
    }

    func delete(_ name: String, _ host: RealHost) async throws {
        let id = try #require(await host.container("endpoint-show", name, "-f", "value").output.first)
            .replacing("id\t", with: "")
        try await run(["curl", "-sf", "-X", "DELETE", "\(host.api)/v2.0/ports/\(id)"])
    }

    @Test func `a container that is restarted or crashes has its endpoints back, with the same addresses`() async throws
    {
        try await withContainer { host, id in
            let before = try await host.addresses(of: id)
            #expect(before.count == 2)
            try await host.withKeeper {
                for round in 0..<3 {
                    let old = try #require(try await host.process(of: id))
                    if round == 1 {
                        try await run(["kill", "-9", old])
                    } else {
                        _ = try await host.docker("restart", "--time", "0", id)
                    }
                    try await host.eventually("connected again in round \(round)") {
                        let process = try await host.process(of: id)
                        let addresses = try await host.addresses(of: id)
                        return process != old && addresses == before
                    }
                }
                // OVN has it too: repeating the command that made it waits for that.
                #expect(await host.container("container-create", "--network=p", "--network=q").output == [id])
            }
        }
    }

    @Test func `after a reboot containers come back with their addresses, and so do those that share them`()
        async throws
    {
        try await withContainer { host, id in
            let before = try await host.addresses(of: id)
            try await host.importBusybox()
            let name = try await host.docker("inspect", "--format", "{{.Name}}", id)
                .trimmingCharacters(in: .whitespacesAndNewlines).replacing("/", with: "")
            for (app, network) in [("app1", id), ("app2", name)] {
                _ = try await host.docker(
                    "run", "-d", "--name", app, "--restart", "always", "--stop-signal", "KILL", "--network",
                    "container:\(network)",
                    "test/busybox:1", "sleep", "100000")
            }
            let mode = try await host.docker("inspect", "--format", "{{.HostConfig.NetworkMode}}", "app2")
            #expect(mode.contains(id))
            _ = try await host.docker(
                "run", "-d", "--name", "once", "--stop-signal", "KILL", "--network", "container:\(id)",
                "test/busybox:1", "sleep", "100000")
            // Started while central is away: the rows say everything.
            try await host.withKeeper(pass: .milliseconds(500), api: "http://127.0.0.1:1") {
                for _ in 0..<3 {
                    try await host.docker.restart()
                    try await host.eventually("connected again", within: .seconds(30)) {
                        try await host.addresses(of: id) == before
                    }
                    for app in ["app1", "app2"] {
                        try await host.eventually("\(app) is in the sandbox", within: .seconds(30)) {
                            try await host.addresses(of: app) == before
                        }
                    }
                    #expect(try await host.process(of: "once") == nil)
                }
            }
        }
    }

    @Test func `an endpoint that is deleted from another host disappears, and its container with the last`()
        async throws
    {
        try await withContainer { host, id in
            try await host.withKeeper {
                try await delete("p", host)
                let first = try await host.eventually("p is gone") {
                    try await Array(host.addresses(of: id).keys) == ["eth1"]
                }
                #expect(first < .seconds(5))
                // What stays keeps its name when the container is started again.
                let left = try await host.addresses(of: id)
                _ = try await host.docker("restart", "--time", "0", id)
                try await host.eventually("connected again") { try await host.addresses(of: id) == left }
                try await delete("q", host)
                try await host.eventually("nothing is left") { try await host.leftovers() == [] }
            }
        }
    }

    @Test func `a container removed by hand leaves nothing, and its endpoints are free`() async throws {
        try await withContainer { host, id in
            try await host.withKeeper(pass: .milliseconds(300)) {
                _ = try await host.docker("rm", "-f", id)
                try await host.eventually("nothing is left") { try await host.leftovers() == [] }
                try await host.eventually("the endpoints are free") {
                    await host.container("endpoint-list", "-f", "json").output.joined()
                        .ranges(of: #""container":"""#).count == 2
                }
                #expect(await host.container("container-create", "--network=q", "--network=p").status == .done)
            }
        }
    }

    @Test func `rows that were lost are made again from what the API says`() async throws {
        try await withContainer { host, id in
            let before = try await host.addresses(of: id)
            for port in try await host.ovs.control("list-ports", "br-int").split(separator: "\n") {
                try await host.ovs.control("del-port", "br-int", String(port))
            }
            try await host.withKeeper(pass: .milliseconds(300)) {
                try await host.eventually("there are rows again") {
                    try await host.ovs.control("list-ports", "br-int").split(separator: "\n").count == 2
                }
                #expect(await host.container("container-create", "--network=p", "--network=q").output == [id])
                #expect(try await host.addresses(of: id) == before)
            }
        }
    }

    @Test func `a command at work is not disturbed, whichever step it fails at`() async throws {
        try await withContainer { host, id in
            #expect(await host.container("endpoint-create", "ls0", "r").status == .done)
            try await host.withKeeper(pass: .milliseconds(100), question: .milliseconds(100)) {
                let before = try await host.leftovers()
                for step in CreationStep.allCases {
                    let failed = await host.container("container-create", "--network=r") {
                        if $0 == step { throw Stopped() }
                    }
                    #expect(failed.status == .refused && failed.errors == ["ovn-container: stopped"])
                    #expect(try await host.leftovers() == before, "after \(step)")
                }
                #expect(await host.container("container-create", "--network=r").status == .done)
            }
        }
    }
}
