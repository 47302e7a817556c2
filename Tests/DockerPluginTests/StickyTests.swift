import HostDiagnosis
import NetAddress
import NeutronAPI
import TestServers
import Testing

@testable import DockerPlugin

/// Addresses that wait for their container while it is away.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct StickyTests {
    static let options = ["net": "blue", "sticky": "1"]

    @Test func `an address that was asked for stays reserved, and another host takes it over`() async throws {
        try await withTwoHosts { one, two in
            let network = try await one.createNetwork(ConversationTests.blue, options: Self.options)
            let other = try await two.createNetwork(ConversationTests.blue, options: Self.options)
            let first = try await one.start(in: network, ip: ["10.1.0.5"])
            let id = try await CutShortTests.port(one).id
            // In use: not even with sticky.
            let refusal = await #expect(throws: PluginHost.Refusal.self) {
                _ = try await two.start(in: other, ip: ["10.1.0.5"])
            }
            #expect(
                refusal?.message == "address 10.1.0.5 is in use by another endpoint on host h1 (port \(id))")

            try await one.stop(first)
            #expect(try await one.leftovers() == [])
            let kept = try await CutShortTests.port(one)
            #expect(kept.id == id && kept.deviceOwner == "docker:sticky" && kept.binding.hostID == "")
            #expect(try await one.plan(engine: .having(network)) == [])

            let second = try await two.start(in: other, ip: ["10.1.0.5"])
            let moved = try await CutShortTests.port(two)
            #expect(moved.id == id && moved.binding.hostID == "h2")
            #expect(moved.macAddress.description == second.mac && second.mac != first.mac)
            #expect(try await two.plan(engine: .having(other)) == [])

            // It goes with the network.
            try await two.stop(second)
            try await one.removeNetwork(network)
            try await two.removeNetwork(other)
            #expect(try await one.lab.resources() == [])
        }
    }

    @Test func `a release whose answer was lost takes nothing from who has the address by now`() async throws {
        try await withTwoHosts { one, two in
            let network = try await one.createNetwork(ConversationTests.blue, options: Self.options)
            let other = try await two.createNetwork(ConversationTests.blue, options: Self.options)
            let first = try await one.start(in: network, ip: ["10.1.0.5"])
            let id = try await CutShortTests.port(one).id
            try await one.stop(first)
            one.plugin.upkeep.request(release: id, isSticky: true, centralIsLost: true)
            let second = try await two.start(in: other, ip: ["10.1.0.5"])
            #expect(try await CentralAwayTests.auditing(one) { one.plugin.upkeep.releases == [:] })
            let port = try await CutShortTests.port(two)
            #expect(port.binding.hostID == "h2" && port.macAddress.description == second.mac)
            #expect(try await two.plan(engine: .having(other)) == [])
        }
    }

    @Test func `where the engine tells the name, it is by the name`() async throws {
        try await withTwoHosts { one, two in
            let network = try await one.createNetwork(ConversationTests.blue, options: Self.options)
            let other = try await two.createNetwork(ConversationTests.blue, options: Self.options)
            let first = try await one.start(in: network, name: "web")
            try await one.stop(first)
            // A stranger does not get it.
            let stranger = try await one.start(in: network, name: "db")
            #expect(stranger.address != first.address)
            let second = try await two.start(in: other, name: "web")
            #expect(second.address == first.address)
            #expect(try await one.lab.ports().count == 2)
        }
    }

    @Test func `one connection can be sticky in a network that is not, and the other way round`() async throws {
        try await withPluginHost { host in
            let plain = try await host.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let first = try await host.start(in: plain, ip: ["10.1.0.5"], options: ["sticky": "1"])
            try await host.stop(first)
            #expect(try await CutShortTests.port(host).deviceOwner == "docker:sticky")
            // Without the option the address is not to be had.
            await #expect(throws: PluginHost.Refusal.self) { _ = try await host.start(in: plain, ip: ["10.1.0.5"]) }
            #expect(try await host.lab.ports().count == 1)

            let order = PoolOrder(subnet: "10.2.0.0/16")
            let sticky = try await host.createNetwork(order, options: ["net": "green", "sticky": "1"])
            let second = try await host.start(in: sticky, ip: ["10.2.0.5"], options: ["sticky": "0"])
            try await host.stop(second)
            #expect(try await host.lab.ports().count == 1)
        }
    }

    @Test func `an address that nobody could ask for again is not kept`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(
                ConversationTests.blue, ConversationTests.six, options: Self.options)
            for _ in 0..<3 { try await host.stop(try await host.start(in: network)) }
            #expect(try await host.remains() == [])
        }
    }

    @Test func `both addresses of a dual stack endpoint are kept together`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(
                ConversationTests.blue, ConversationTests.six, options: Self.options)
            let first = try await host.start(in: network, ip: ["10.1.0.5", "fd00:1::5"])
            try await host.stop(first)
            let second = try await host.start(in: network, ip: ["10.1.0.5", "fd00:1::5"])
            #expect(second.bare == first.bare)
            try await host.stop(second)
            // By the fourth version's alone the sixth's comes along.
            let third = try await host.start(in: network, ip: ["10.1.0.5"])
            #expect(third.bare == first.bare)
            #expect(try await host.lab.ports().count == 1)
        }
    }

    @Test func `a start that fails gives a kept address back to be kept`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(ConversationTests.blue, options: Self.options)
            let first = try await host.start(in: network, ip: ["10.1.0.5"])
            try await host.stop(first)
            let second = try await host.allocate(in: network, ip: ["10.1.0.5"])
            try await host.releaseAddresses(second)
            let kept = try await CutShortTests.port(host)
            #expect(kept.deviceOwner == "docker:sticky" && kept.binding.hostID == "")
            // And one whose engine died is kept by the audit.
            _ = try await host.allocate(in: network, ip: ["10.1.0.5"])
            #expect(try await host.restarted().repair(engine: .having(network)) == [.release(kept.id, isSticky: true)])
            #expect(try await CutShortTests.port(host).deviceOwner == "docker:sticky")
        }
    }

    @Test func `an IPv6 address or a MAC address that is kept is taken over too`() async throws {
        try await withTwoHosts { one, two in
            let orders = [ConversationTests.blue, ConversationTests.six]
            let network = try await one.createNetwork(orders[0], orders[1], options: Self.options)
            let other = try await two.createNetwork(orders[0], orders[1], options: Self.options)
            let mac = "02:00:00:00:00:0b"
            let first = try await one.start(in: network, ip: ["10.1.0.5", "fd00:1::21"], mac: mac)
            let id = try await CutShortTests.port(one).id
            try await one.stop(first)
            // With all that it had.
            let second = try await two.start(in: other, ip: ["10.1.0.5", "fd00:1::21"], mac: mac)
            #expect(try await CutShortTests.port(two).id == id)
            try await two.stop(second)
            // With its IPv6 address alone: that comes second, when there is a port with another IPv4 address.
            let third = try await one.start(in: network, ip: ["", "fd00:1::21"])
            #expect(third.bare[1] == "fd00:1::21")
            #expect(try await one.lab.ports().count == 1)
        }
    }
}
