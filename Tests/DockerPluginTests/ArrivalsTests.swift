import Netlink
import Testing

@testable import DockerPlugin

/// Interfaces that are moved into containers and brought up there, as the engine does it after Join.
@Suite(.timeLimit(.minutes(2))) struct ArrivalsTests {
    @Test func `routers are refused as soon as an interface is up in its container, and of that alone`() async throws {
        let ground = try await GatewayGround()
        let arrivals = Arrivals(Nudge(), logger: PluginLab.quiet)
        let awaited = [ground.victim, ground.attacker]
        for container in awaited { await arrivals.expect(container.guest, behind: container.port) }
        await arrivals.forget(behind: ground.attacker.port)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await arrivals.run(in: ground.host) }
            defer { group.cancelAll() }
            // The kernel is listened to once this one has been seen.
            try await ground.plugIn(ground.stranger)
            #expect(
                try await eventually {
                    await arrivals.expect(ground.stranger.guest, behind: ground.stranger.port)
                    try await ground.ip("link set \(ground.stranger.port) down")
                    try await ground.ip("link set \(ground.stranger.port) up")
                    return try await ground.refusesRouters(ground.stranger)
                })
            for container in [ground.attacker, ground.victim] { try await ground.plugIn(container) }
            #expect(try await eventually { try await ground.refusesRouters(ground.victim) })
            #expect(try await !ground.refusesRouters(ground.attacker))
        }
    }
}

extension GatewayGround.Container {
    fileprivate var guest: Arrivals.Guest { Arrivals.Guest(portID: port, mac: mac, sandbox: path) }
}

extension GatewayGround {
    fileprivate func refusesRouters(_ container: Container) async throws -> Bool {
        let settings = ["accept_ra", "accept_redirects"].map { "/proc/sys/net/ipv6/conf/eth1/\($0)" }
        let text = try await run(
            ["nsenter", "--net=/proc/self/fd/0", "cat"] + settings, input: container.sandbox)
        return text.split(whereSeparator: \.isWhitespace) == ["0", "0"]
    }
}
