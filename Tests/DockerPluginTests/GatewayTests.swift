import HostNetwork
import NetAddress
import Netlink
import Testing

@testable import DockerPlugin

/// Containers of different networks that meet in the engine's gateway bridge.
@Suite(.timeLimit(.minutes(5)))
struct GatewayTests {
    @Test(arguments: [false, true])
    func `forged ARP, advertisements and MAC addresses change nothing for a protected container`(
        isProtected: Bool
    ) async throws {
        let ground = try await GatewayGround()
        for container in [ground.victim, ground.attacker, ground.stranger] { try await ground.plugIn(container) }
        if isProtected {
            for container in [ground.victim, ground.attacker] { try await ground.protect(container) }
        }
        #expect(try await ground.answers(of: ground.victim) == 3)
        for liar in [ground.attacker, ground.stranger] {
            try await ground.forge(
                from: liar, addresses: [ground.victim.address, ground.victim.address6, "172.30.0.1", "fd30::1"],
                mac: ground.victim.mac)
            // One that is not protected may have said a word meanwhile, which moves it back.
            if isProtected { #expect(try await ground.isBehindItsPort(ground.victim)) }
            let deceived = try await ground.neighbours(at: liar.mac, in: ground.victim.sandbox)
            #expect(deceived.isEmpty == isProtected, "\(deceived)")
            let host = try await ground.neighbours(at: liar.mac, in: ground.host)
            #expect(!host.contains { $0.hasPrefix("\(ground.victim.address) ") } == isProtected, "\(host)")
            #expect(try await ground.answers(of: ground.victim) == (isProtected ? 3 : 0))
        }
    }

    @Test(arguments: [false, true])
    func `what has another's IP address as its source reaches nobody`(isProtected: Bool) async throws {
        let ground = try await GatewayGround()
        for container in [ground.victim, ground.attacker] { try await ground.plugIn(container) }
        if isProtected { try await ground.protect(ground.attacker) }
        let own = [ground.attacker.address, ground.attacker.address6]
        let others = [ground.victim.address, ground.victim.address6, "10.77.0.10", "fd77::10", "172.30.0.1"]
        #expect(
            try await ground.arrivals(from: ground.attacker, sources: own + others)
                == Set(isProtected ? own : own + others.dropLast()))
    }

    @Test func `what is protected stays so when the container changes its addresses, and nobody takes another's`()
        async throws
    {
        let ground = try await GatewayGround()
        try await ground.plugIn(ground.victim)
        try await ground.protect(ground.victim)
        #expect(try await ground.faults(of: ground.victim) == [])

        // Before it is protected, another one takes everything that is the victim's, and the bridge's MAC address.
        try await ground.plugIn(ground.attacker)
        for mac in ["\(ground.victim.mac)", GatewayGround.bridgeMAC] {
            try await ground.ip("link set eth1 address \(mac)", in: ground.attacker.sandbox)
            try await ground.ip("addr replace \(ground.victim.address)/16 dev eth1", in: ground.attacker.sandbox)
            try await ground.protect(ground.attacker)
            let faults = try await ground.faults(of: ground.attacker)
            #expect(faults.contains { $0.contains("is somebody else's there") }, "\(faults)")
            #expect(try await ground.isBehindItsPort(ground.victim))
        }
        #expect(try await ground.answers(of: ground.victim) == 3)
        try await ground.ip("link set eth1 address \(ground.attacker.mac)", in: ground.attacker.sandbox)
        try await ground.protect(ground.attacker)
        #expect(try await ground.faults(of: ground.attacker) == [])
        #expect(try await ground.answers(of: ground.victim) == 3)
        let known = try await ground.neighbours(at: ground.attacker.mac, in: ground.host)
        #expect(!known.contains { $0.hasPrefix("\(ground.victim.address) ") }, "\(known)")

        // And the victim is no other one because it says so.
        try await ground.ip("link set eth1 address 02:42:ac:1e:00:99", in: ground.victim.sandbox)
        try await ground.protect(ground.victim)
        #expect(try await ground.faults(of: ground.victim) == [])
        let bridge = try #require(try await ground.links.gateway("docker_gwbridge"))
        #expect(!bridge.entries.contains { $0.isSticky && $0.mac == MACAddress("02:42:ac:1e:00:99") })
    }

    @Test func `a container is protected as it comes, forgotten as it goes, and strangers are left alone`() async throws
    {
        let ground = try await GatewayGround()
        let protection = GatewayProtection(logger: PluginLab.quiet)
        await protection.expect(ground.attacker.path, of: "one")
        try await ground.plugIn(ground.victim)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let all: Set<String> = [ground.victim.path]
            group.addTask { try await protection.run(in: ground.host) { all } }
            defer { group.cancelAll() }
            try await ground.plugIn(ground.attacker)
            try await ground.plugIn(ground.stranger)
            // One that was joined, and one that was there before anybody watched.
            for container in [ground.attacker, ground.victim] {
                #expect(try await eventually { try await ground.faults(of: container) == [] })
            }
            let stranger = try #require(try await ground.links.find(.name(ground.stranger.port)))
            #expect(
                stranger.port == BridgePortSettings(isIsolated: false, learns: true, getsUnknown: true, isLocked: false)
            )
            #expect(try await ground.answers(of: ground.stranger) == 3)
            for container in [ground.attacker, ground.victim] {
                try await ground.unplug(container)
                #expect(
                    try await eventually {
                        try await ground.neighbours(at: container.mac, in: ground.host).isEmpty
                    })
            }
        }
    }

    @Test func `a neighbour that was left behind is found and forgotten, one of somebody else's stays`() async throws {
        let ground = try await GatewayGround()
        try await ground.plugIn(ground.victim)
        try await ground.protect(ground.victim)
        try await ground.ip("neigh add 172.30.0.77 lladdr 02:42:ac:1e:00:77 dev docker_gwbridge nud permanent")
        try await ground.unplug(ground.victim)
        let bridge = try #require(try await ground.links.gateway("docker_gwbridge"))
        #expect(Set(bridge.leftNeighbours.map { "\($0.address)" }) == [ground.victim.address, ground.victim.address6])
        try await ground.links.forget(bridge.leftNeighbours)
        try await ground.links.forget(bridge.leftNeighbours)
        let left = try #require(try await ground.links.gateway("docker_gwbridge"))
        #expect(
            left.neighbours.filter(\.isPermanent).map { "\($0.address)" }.filter { $0.hasPrefix("172") } == [
                "172.30.0.77"
            ])
        #expect(left.leftNeighbours.isEmpty)
    }
}

extension GatewayGround {
    private func plans(_ container: Container) async throws -> [GatewayPlan] {
        let bridge = try #require(try await links.gateway("docker_gwbridge"))
        return try await links.members(of: bridge, in: container.sandbox).map { bridge.plan(for: $0) }
    }

    func protect(_ container: Container) async throws {
        let plans = try await plans(container)
        #expect(plans.count == 1)
        for plan in plans { try await links.carryOut(plan, in: container.sandbox) }
    }

    /// What is missing of its protection; one more where it is not there.
    func faults(of container: Container) async throws -> [String] {
        let plans = try await plans(container)
        return plans.isEmpty ? ["not there"] : plans.flatMap(\.faults)
    }
}
