import HostSetup
import NetAddress
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

@Suite struct PendingPoolsTests {
    static let cidr = IPPrefix(literal: "10.1.0.0/16")
    static func pool(_ network: String? = nil, isChosen: Bool = false) -> PendingPool {
        PendingPool(id: PoolID(cidr: cidr, network: network.map { Reference($0) }), isChosen: isChosen)
    }

    @Test func `what no network has yet comes before what an engine that was started again asks for`() async throws {
        let pools = PendingPools()
        try await pools.add(Self.pool("blue"))
        try await pools.add(Self.pool(), isBound: true)
        try await pools.add(Self.pool("red"), isBound: true)
        #expect(try await pools.choose(Self.cidr, for: nil) == Self.pool("blue"))
        await pools.settle(Self.pool("blue").id)
        // A second network with one of these: what was asked for last.
        #expect(try await pools.choose(Self.cidr, for: nil) == Self.pool("red"))
        #expect(try await pools.choose(Self.cidr, for: .name("blue")) == Self.pool("blue"))
        #expect(try await pools.choose(Self.cidr, for: .name("green")) == Self.pool())
    }

    @Test func `of two that are made at once the name tells, and without one it is not guessed`() async throws {
        let pools = PendingPools()
        try await pools.add(Self.pool("blue"))
        try await pools.add(Self.pool("red"))
        #expect(try await pools.choose(Self.cidr, for: .name("blue")) == Self.pool("blue"))
        await #expect(throws: HostError.self) { try await pools.choose(Self.cidr, for: nil) }
        await #expect(throws: HostError.self) { try await pools.choose(Self.cidr, for: .name("green")) }
        await pools.settle(Self.pool("blue").id)
        #expect(try await pools.choose(Self.cidr, for: nil) == Self.pool("red"))
    }

    @Test func `what was chosen for the engine and is asked for again overlaps a route`() async throws {
        let pools = PendingPools()
        try await pools.add(Self.pool(isChosen: true))
        let error = await #expect(throws: HostError.self) { try await pools.add(Self.pool(isChosen: true)) }
        #expect(error?.message.contains("overlaps with a route") == true)
        await pools.settle(Self.pool().id)
        try await pools.add(Self.pool(isChosen: true))
    }

    @Test func `a pool that was asked for before the plugin was started again is not known`() async throws {
        let error = await #expect(throws: HostError.self) { try await PendingPools().choose(Self.cidr, for: nil) }
        #expect(error?.message.contains("repeat the command") == true)
    }
}
