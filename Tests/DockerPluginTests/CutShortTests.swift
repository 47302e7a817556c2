import HostAttachment
import HostDiagnosis
import HostEndpoints
import HostNetwork
import NetAddress
import Netlink
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

/// Calls that are cut short and calls that never come: what is left of them is found and taken away.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CutShortTests {
    static let blue = ConversationTests.blue

    static func withNetwork(
        _ body: @escaping @Sendable (PluginHost, DockerNetwork) async throws -> Void
    ) async throws {
        try await withPluginHost { host in
            try await body(host, try await host.createNetwork(blue, options: ["net": "blue"]))
        }
    }

    static func port(_ host: PluginHost) async throws -> Port { try #require(try await host.lab.ports().first) }

    @Test func `an endpoint that the engine never makes is a port that is given back`() async throws {
        try await Self.withNetwork { host, network in
            // The plugin dies in CreateEndpoint: the engine repeats that without a body, then gives the address back.
            let endpoint = try await host.allocate(in: network)
            let again = host.restarted()
            let refusal = await #expect(throws: PluginHost.Refusal.self) {
                try await again.call("NetworkDriver.CreateEndpoint", bytes: [])
            }
            #expect(refusal?.status == 400 && refusal?.message.contains("has an empty body") == true)
            try await again.releaseAddresses(endpoint)
            #expect(try await host.remains() == [])

            // The engine dies: nobody gives anything back. Should it come with the same MAC address later, it gets a port of its own.
            let mac = try await again.allocate(in: network).mac
            let id = try await Self.port(host).id
            #expect(try await again.repair(engine: .having(network)) == [.release(id, isSticky: false)])
            #expect(try await host.remains() == [])
            let late = try await again.allocate(in: network, mac: mac)
            #expect(try await Self.port(host).id != id)
            try await again.releaseAddresses(late)
            #expect(try await host.remains() == [])
        }
    }

    @Test func `an endpoint whose making was never answered is taken out again`() async throws {
        try await Self.withNetwork { host, network in
            let endpoint = try await host.allocate(in: network)
            try await host.createEndpoint(endpoint)
            let again = host.restarted()
            try await again.releaseAddresses(endpoint)
            let id = try await Self.port(host).id
            // As long as the engine has it somebody may be starting its container.
            #expect(try await again.repair(engine: .having(endpoint)) == [])
            #expect(try await again.repair(engine: nil) == [])
            #expect(try await again.repair(engine: .having(network)) == [.detach(portID: "\(id)", .neverMoved)])
            #expect(try await host.remains() == [])
            #expect(try await again.plan(engine: .having(network)) == [])
        }
    }

    @Test func `a plugin that dies while a container joins leaves nothing after DeleteEndpoint`() async throws {
        try await Self.withNetwork { host, network in
            var endpoint = try await host.allocate(in: network)
            try await host.createEndpoint(endpoint)
            try await host.join(&endpoint)
            let again = host.restarted()
            await #expect(throws: PluginHost.Refusal.self) {
                try await again.call("NetworkDriver.Join", bytes: [])
            }
            // No Leave.
            try await again.call("NetworkDriver.DeleteEndpoint", PluginHost.named(endpoint))
            try await again.releaseAddresses(endpoint)
            #expect(try await host.remains() == [])
        }
    }

    @Test func `a Leave that is refused keeps nothing from being taken away`() async throws {
        try await Self.withNetwork { host, network in
            let endpoint = try await host.start(in: network)
            await #expect(throws: PluginHost.Refusal.self) { try await host.call("NetworkDriver.Leave", bytes: []) }
            try await host.call("NetworkDriver.DeleteEndpoint", PluginHost.named(endpoint))
            try await host.releaseAddresses(endpoint)
            #expect(try await host.remains() == [])
        }
    }

    @Test func `a container that ended while there was no plugin is cleared away`() async throws {
        try await Self.withNetwork { host, network in
            var endpoint = try await host.start(in: network)
            #expect(try await host.plan() == [])
            endpoint.sandbox = nil
            // The kernel takes the namespace down, and the veth with it, in its own time.
            #expect(try await eventually { try await host.links.all().allSatisfy { $0.kind != "veth" } })
            let id = try await Self.port(host).id
            #expect(try await host.repair() == [.detach(portID: "\(id)", .ended)])
            #expect(try await host.remains() == [])
        }
    }

    @Test func `an endpoint whose port was deleted stays while its container runs`() async throws {
        try await Self.withNetwork { host, network in
            let endpoint = try await host.start(in: network)
            let id = try await Self.port(host).id
            try await host.lab.api.remove(id, within: limit)
            let before = try await host.leftovers()
            #expect(try await host.repair(engine: .having(endpoint)) == [])
            #expect(try await host.repair(engine: nil) == [])
            #expect(try await host.leftovers() == before)
            #expect(try await host.differences().map(\.kind) == [.deleted])
            #expect(try await host.repair(engine: .nothing).first == .detach(portID: "\(id)", .portGone))
            #expect(try await host.leftovers() == [])
            try await host.stop(endpoint)
        }
    }

    @Test func `a port that is moved to another host takes nothing from its container, and the other host keeps it`()
        async throws
    {
        try await withTwoHosts { one, two in
            let network = try await one.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let other = try await two.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let endpoint = try await one.start(in: network)
            let id = try await Self.port(one).id
            let before = try await one.leftovers()
            try await one.lab.api.update(id, PortUpdate(hostID: "h2"), within: limit)
            #expect(try await one.repair(engine: .having(endpoint)) == [])
            #expect(try await one.leftovers() == before)
            #expect(try await one.differences().map(\.kind) == [.elsewhere])
            // The thief's host made no such port and gives none back, not even where its address is asked for.
            #expect(try await two.repair(engine: .having(other)) == [])
            await #expect(throws: PluginHost.Refusal.self) {
                _ = try await two.start(in: other, ip: [endpoint.address])
            }
            #expect(try await Self.port(one).id == id)
            // When its container has ended, the interface goes and the port stays with whoever has it.
            #expect(
                try await one.repair(engine: .having(network))
                    == [.detach(portID: "\(id)", .elsewhere)])
            #expect(try await one.leftovers() == [])
            #expect(try await Self.port(one).id == id)
        }
    }

    @Test func `each thing that the API says otherwise is named once with both values`() async throws {
        try await Self.withNetwork { host, network in
            let endpoint = try await host.start(in: network)
            defer { withExtendedLifetime(endpoint) {} }
            let port = try await Self.port(host)
            #expect(try await host.differences() == [])
            // The MAC address of a port that is bound cannot be changed.
            for update in [
                PortUpdate(
                    fixedIPs: [FixedIPRequest(ipAddress: IPAddress("10.1.77.77"))], portSecurityEnabled: false,
                    hostID: ""),
                PortUpdate(macAddress: MACAddress("02:00:00:00:00:77")), PortUpdate(hostID: "h1"),
            ] {
                try await host.lab.api.update(port.id, update, within: limit)
            }
            let found = try await host.differences()
            #expect(found.map(\.kind) == [.addresses, .mac, .security])
            for (difference, values) in zip(
                found,
                [
                    ["10.1.77.77", "\(port.fixedIPs[0].ipAddress)"], ["02:00:00:00:00:77", "\(port.macAddress)"],
                    ["off", "on"],
                ])
            {
                for value in values { #expect(difference.detail.contains(value), "\(difference.detail)") }
            }
            #expect(try await host.repair(engine: .having(endpoint)) == [])
        }
    }

    @Test func `a veth without a row is deleted, and other people's links stay`() async throws {
        try await Self.withNetwork { host, _ in
            try await host.ovs.inside("ip", "link", "add", "mine0", "type", "veth", "peer", "name", "mine1")
            try await host.ovs.inside("ip", "link", "add", "ovnlost", "type", "veth", "peer", "name", "ovnlostp")
            let portID = "11111111-2222-4333-8444-555555555555"
            let name = InterfaceName.host(ofPort: portID)
            try await host.ovs.inside("ip", "link", "set", "ovnlost", "name", name)
            try await host.ovs.inside("ip", "link", "set", name, "alias", "ovn-containers:\(portID)")
            // Killed between a veth and its alias.
            try await host.ovs.inside("ip", "link", "add", "ovn0123456789ab", "type", "veth", "peer", "name", "ovnlost")
            let orphans = [
                OrphanVeth(hostInterface: "ovn0123456789ab", portID: ""),
                OrphanVeth(hostInterface: name, portID: portID),
            ]
            #expect(try await host.repair() == orphans.map { .removeVeth($0) })
            #expect(Set(try await host.leftovers()) == ["veth mine0", "veth mine1"])
        }
    }

    @Test func `networks that the engine does not know any more are left, and those that nobody uses deleted`()
        async throws
    {
        try await Self.withNetwork { host, network in
            #expect(try await host.plan(engine: .having(network)) == [])
            // An engine that does not answer says nothing.
            #expect(try await host.plan(engine: nil) == [])
            #expect(try await host.repair(engine: .nothing) == [.forget(network: network.id)])
            #expect(try host.database.networkRecords() == [])
            #expect(try await host.lab.resources() == [])

            let lost = try await host.lab.makeNetwork(
                "lost", "10.9.0.0/24", description: LogicalNetwork.madeDescription)
            let kept = try await host.lab.makeNetwork("kept", "10.8.0.0/24")
            #expect(try await host.repair(engine: .nothing) == [.removeNetwork(lost.id)])
            let left: [Network] = try await host.lab.api.list(within: limit)
            #expect(left.map(\.id) == [kept.id])
        }
    }

    @Test func `a network that nobody finishes is left, whatever of it was there already`() async throws {
        try await withTwoHosts { host, other in
            let kept = try await other.createNetwork(Self.blue, options: ["net": "blue"])
            let id = PluginHost.newID()
            func begin() async throws -> LogicalNetwork {
                try await host.database.begin(id, within: limit)
                return LogicalNetwork(host: try await host.plugin.hosts(limit), user: id)
            }
            // The plugin dies before central hears of it, when the network is its own, and when it is another's.
            _ = try await begin()
            #expect(try await host.repair(engine: .nothing) == [.forget(network: id)])
            _ = try await begin().join(.name("red"), NetworkOptions())
            #expect(try await host.lab.networks("red").count == 1)
            #expect(try await host.restarted().repair(engine: .nothing) == [.forget(network: id)])
            #expect(try await host.lab.networks("red") == [])
            _ = try await begin().join(.name("blue"), NetworkOptions())
            #expect(try await host.restarted().repair(engine: .nothing) == [.forget(network: id)])
            #expect(try host.database.networkIDs() == [])

            // The last user is the last.
            try await other.removeNetwork(kept)
            #expect(try await host.lab.resources() == [])
        }
    }

    @Test func `a network with a stale port of this host can be removed`() async throws {
        try await Self.withNetwork { host, network in
            _ = try await host.allocate(in: network)
            try await host.removeNetwork(network)
            #expect(try await host.lab.resources() == [])
        }
    }
}
