import HostSetup
import NetAddress
import NeutronAPI
import TestServers
import Testing

@testable import DockerPlugin

/// A central point that is away: containers stop at once, and what they had is given back when it answers again.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CentralAwayTests {
    /// Runs `body` with the URL of a central point that is not there, or that takes requests and says nothing.
    static func withNoAnswer(silent: Bool, _ body: (String) async throws -> Void) async throws {
        guard silent else { return try await body("http://127.0.0.1:1") }
        try await ScriptedServer.run(Array(repeating: .silence, count: 1_000)) { try await body($0.endpoint) }
    }

    /// Runs the audit until `condition` holds.
    static func auditing(
        _ host: PluginHost, until condition: @Sendable () async throws -> Bool
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let noEngine: ContainerNames.Engines = { _ in throw HostError(.unreachable, "there is no engine") }
            group.addTask { try await AuditUpkeep(host.plugin, engines: noEngine, logger: PluginLab.quiet).run() }
            defer { group.cancelAll() }
            return try await eventually(condition)
        }
    }

    @Test(arguments: [false, true])
    func `an endpoint is taken out within a second, and its port given back when central answers again`(
        silent: Bool
    ) async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let endpoints = [try await host.start(in: network), try await host.start(in: network)]
            try await Self.withNoAnswer(silent: silent) { url in
                await host.route.lead(to: url)
                for endpoint in endpoints {
                    for method in ["RevokeExternalConnectivity", "Leave", "DeleteEndpoint"] {
                        let start = ContinuousClock.now
                        try await host.call("NetworkDriver.\(method)", PluginHost.named(endpoint))
                        #expect(.now - start < .seconds(1), "\(method)")
                    }
                    let start = ContinuousClock.now
                    try await host.releaseAddresses(endpoint)
                    #expect(.now - start < .seconds(1))
                }
                #expect(try await host.leftovers() == [])
                #expect(try await host.lab.ports().count == 2)
                await host.route.lead(to: host.lab.url)
            }
            #expect(try await Self.auditing(host) { try await host.lab.ports() == [] })
            #expect(host.plugin.upkeep.releases == [:])
        }
    }

    @Test func `what was to be given back is not taken from an endpoint that has it again`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let first = try await host.start(in: network, ip: ["10.1.0.7"])
            await host.route.lead(to: "http://127.0.0.1:1")
            try await host.stop(first)
            await host.route.lead(to: host.lab.url)
            // The port is still there, of this host, with no endpoint: whoever wants the address gets it.
            let second = try await host.start(in: network, ip: ["10.1.0.7"])
            #expect(try await Self.auditing(host) { host.plugin.upkeep.releases == [:] })
            let ports = try await host.lab.ports()
            #expect(ports.map(\.macAddress.description) == [second.mac])
            #expect(try await host.plan() == [])
        }
    }

    @Test(arguments: [false, true])
    func `what needs central says so in time, and changes nothing`(silent: Bool) async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let before = try await host.everything()
            try await Self.withNoAnswer(silent: silent) { url in
                await host.route.lead(to: url)
                for attempt in 0..<2 {
                    let start = ContinuousClock.now
                    let refusal = await #expect(throws: PluginHost.Refusal.self) {
                        if attempt == 0 {
                            _ = try await host.allocate(in: network)
                        } else {
                            let order = PoolOrder(subnet: "10.2.0.0/16", gateway: "10.2.0.1")
                            _ = try await host.createNetwork(order, options: ["net": "green"])
                        }
                    }
                    #expect(.now - start < .seconds(12))
                    #expect(refusal?.status == 503, "\(refusal.map { "\($0)" } ?? "")")
                    #expect(refusal?.message.contains(url.dropFirst(7)) == true, "\(refusal?.message ?? "")")
                }
                await host.route.lead(to: host.lab.url)
            }
            #expect(try await host.everything() == before)
        }
    }
}
