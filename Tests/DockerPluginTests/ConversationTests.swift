import HostAttachment
import HostNetwork
import JSONCoding
import NetAddress
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

/// What the engine says from `docker network create` to `docker network rm`, and what comes of it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ConversationTests {
    static let blue = PoolOrder(subnet: "10.1.0.0/16")
    static let six = PoolOrder(subnet: "fd00:1::/64", isV6: true)

    @Test func `a network is made, a container runs in it and ends, and nothing of them is left`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(Self.blue, options: ["net": "blue"])
            #expect(network.pools[0].gateway == "10.1.0.1/16")
            let made = try #require(try await host.lab.networks("blue").first)
            #expect(
                made.standard.tags.sorted() == ["docker-name-blue", HostMarks.user(network.id, on: "h1")])

            var endpoint = try await host.allocate(in: network)
            #expect(endpoint.addresses[0].hasSuffix("/16"))
            try await host.createEndpoint(endpoint)
            let answer = try await host.join(&endpoint)
            #expect(answer["InterfaceName"]?.object?["DstPrefix"] == "eth")
            #expect(answer["DisableGatewayService"] == false && answer["Gateway"] == nil)

            let port = try #require(try await host.lab.ports().first)
            #expect(port.macAddress.description == endpoint.mac)
            #expect(port.fixedIPs.map(\.ipAddress.description) == endpoint.bare)
            #expect(port.deviceOwner == "compute:docker" && port.binding.hostID == "h1")
            let attachment = try #require(host.attachment.attachment(portID: "\(port.id)"))
            #expect(attachment.isInstalled && attachment.isHandedOver)
            #expect(attachment.annotations["docker-endpoint"] == endpoint.id)
            #expect(attachment.annotations["docker-network"] == network.id)
            let inside = try await run(
                ["nsenter", "--net=/proc/self/fd/0", "ip", "-o", "link"], input: endpoint.sandbox)
            #expect(inside.contains(endpoint.mac) && inside.contains("mtu 1442"), "\(inside)")

            try await host.stop(endpoint)
            #expect(try await host.remains() == [])
            try await host.removeNetwork(network)
            #expect(try await host.lab.resources() == [])
            #expect(try host.database.networkRecords() == [])
        }
    }

    @Test func `with both versions of addresses an endpoint has one port`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(Self.blue, Self.six, options: ["net": "blue"])
            let endpoint = try await host.start(in: network)
            #expect(endpoint.addresses[1].hasPrefix("fd00:1::") && endpoint.addresses[1].hasSuffix("/64"))
            let ports = try await host.lab.ports()
            #expect(ports.count == 1)
            #expect(ports.first?.fixedIPs.map(\.ipAddress.description) == endpoint.bare)
            // Fixed ones of both versions.
            let pinned = try await host.start(
                in: network, ip: ["10.1.200.1", "fd00:1::abc"], mac: "02:00:00:00:00:0b")
            #expect(pinned.bare == ["10.1.200.1", "fd00:1::abc"])
            try await host.stop(endpoint)
            try await host.stop(pinned)
            #expect(try await host.remains() == [])
        }
    }

    @Test func `calls that are repeated change nothing`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(Self.blue, options: ["net": "blue"])
            let endpoint = try await host.start(in: network)
            let before = try await host.everything()
            let again: JSON = [
                "NetworkID": .string(network.id), "Options": [:], "IPv6Data": [],
                "IPv4Data": [["AddressSpace": "ovn", "Pool": "10.1.0.0/16", "Gateway": "10.1.0.1/16"]],
            ]
            try await host.call("NetworkDriver.CreateNetwork", again)
            #expect(try await host.everything() == before)
            try await host.stop(endpoint)
            try await host.stop(endpoint)
            try await host.removeNetwork(network)
            try await host.removeNetwork(network)
            #expect(try await host.lab.resources() == [])
        }
    }

    @Test func `an internal network has no way out, and a subnet's routes are told`() async throws {
        try await withPluginHost { host in
            try await host.lab.makeNetwork(
                "blue", "10.1.0.0/16",
                routes: [
                    HostRoute(
                        destination: try #require(IPPrefix("192.0.2.0/24")),
                        nexthop: try #require(IPAddress("10.1.0.254")))
                ])
            let network = try await host.createNetwork(Self.blue, options: ["net": "blue"], isInternal: true)
            var endpoint = try await host.allocate(in: network)
            try await host.createEndpoint(endpoint)
            let answer = try await host.join(&endpoint)
            #expect(answer["DisableGatewayService"] == true)
            #expect(
                answer["StaticRoutes"] == [
                    ["Destination": "192.0.2.0/24", "RouteType": 0, "NextHop": "10.1.0.254"],
                    ["Destination": "224.0.0.0/4", "RouteType": 1],
                    ["Destination": "255.255.255.255/32", "RouteType": 1],
                ])
        }
    }

    @Test func `what goes to groups leaves by the first of a container's networks, and by no two`() async throws {
        try await withPluginHost { host in
            let networks = [
                try await host.createNetwork(Self.blue, options: ["net": "blue"]),
                try await host.createNetwork(PoolOrder(subnet: "10.2.0.0/16"), options: ["net": "green"]),
                try await host.createNetwork(PoolOrder(subnet: "10.3.0.0/16"), options: ["net": "red"]),
            ]
            var endpoints: [DockerEndpoint] = []
            for network in networks {
                endpoints.append(try await host.allocate(in: network))
                try await host.createEndpoint(endpoints[endpoints.count - 1])
            }
            let sandbox = "/var/run/docker/netns/00"
            func join(_ endpoint: DockerEndpoint) async throws -> Int {
                let body = PluginHost.named(endpoint).merging(["SandboxKey": .string(sandbox)]) { $1 }
                return try await host.call("NetworkDriver.Join", body)["StaticRoutes"]?.array?.count ?? 0
            }
            #expect(try await join(endpoints[0]) == 2)
            #expect(try await join(endpoints[1]) == 0)
            // A call that is repeated is answered as before.
            #expect(try await join(endpoints[0]) == 2)
            // With the first network the routes are gone: the next that comes has them.
            try await host.call("NetworkDriver.DeleteEndpoint", PluginHost.named(endpoints[0]))
            #expect(try await join(endpoints[2]) == 2)
        }
    }

    @Test func `an engine that is started again is told what it knew, and new endpoints get new addresses`()
        async throws
    {
        try await withPluginHost { host in
            let network = try await host.createNetwork(Self.blue, options: ["net": "blue"])
            let endpoint = try await host.start(in: network, ip: ["10.1.0.77"])
            let before = try await host.everything()

            // The plugin was started again too: it knows what the databases know.
            let again = host.restarted()
            let pool = try await again.call(
                "IpamDriver.RequestPool",
                ["AddressSpace": "ovn", "Pool": "10.1.0.0/16", "SubPool": "", "Options": .null, "V6": false])
            #expect(pool["PoolID"]?.string == network.pools[0].id)
            #expect(pool["Data"] == ["com.docker.network.gateway": "10.1.0.1/16"])
            #expect(
                try await again.requestAddress(
                    network.pools[0].id, "10.1.0.1", ["RequestAddressType": "com.docker.network.gateway"])
                    == "10.1.0.1/16")
            #expect(try await again.requestAddress(network.pools[0].id, "10.1.0.77", nil) == "10.1.0.77/16")
            #expect(try await again.everything() == before)

            // What it takes for stale is taken away, and what is to run again gets its address.
            try await again.stop(endpoint)
            let next = try await again.start(in: network, ip: ["10.1.0.77"])
            #expect(next.address == "10.1.0.77" && next.id != endpoint.id)
            #expect(try await again.lab.ports().count == 1)
            try await again.stop(next)
            try await again.removeNetwork(network)
            #expect(try await host.lab.resources() == [])
        }
    }

    @Test func `an ip range gives addresses, and outside of it a fixed one may be`() async throws {
        try await withTwoHosts { one, two in
            let order = PoolOrder(subnet: "10.1.0.0/16", gateway: "10.1.255.254", range: "10.1.8.0/24")
            let network = try await one.createNetwork(order, options: ["net": "blue"])
            let other = try await two.createNetwork(order, options: ["net": "blue"])
            #expect(network.pools[0].gateway == "10.1.255.254/16")
            for host in [one, two] {
                let endpoint = try await host.allocate(in: host.id == "h1" ? network : other)
                #expect(endpoint.address.hasPrefix("10.1.8."), "\(endpoint.address)")
            }
            let fixed = try await one.allocate(in: network, ip: ["10.1.200.1"])
            #expect(fixed.address == "10.1.200.1")
        }
    }

    @Test func `auxiliary addresses are nobody's, on all hosts`() async throws {
        try await withTwoHosts { one, two in
            let order = PoolOrder(subnet: "10.1.0.0/29", reserved: ["printer": "10.1.0.2", "door": "10.1.0.3"])
            let network = try await one.createNetwork(order, options: ["net": "tiny"])
            #expect(network.pools[0].reserved["printer"] == "10.1.0.2/29")
            // The same again is fine, on every host.
            let other = try await two.createNetwork(order, options: ["net": "tiny"])
            #expect(try await one.lab.ports().count == 2)
            var given: Set<String> = []
            for _ in 0..<3 { given.insert(try await two.allocate(in: other).address) }
            #expect(given == ["10.1.0.4", "10.1.0.5", "10.1.0.6"])
            await #expect(throws: PluginHost.Refusal(status: 500, message: Self.reserved)) {
                _ = try await two.allocate(in: other, ip: ["10.1.0.2"])
            }
            await #expect(throws: PluginHost.Refusal.self) { _ = try await two.allocate(in: other) }

            // They go with the network.
            for endpoint in try await one.lab.ports() where endpoint.deviceOwner == "compute:docker" {
                try await two.release(other.pools[0].id, "\(endpoint.fixedIPs[0].ipAddress)")
            }
            try await two.removeNetwork(other)
            #expect(try await one.lab.ports().count == 2)
            try await one.removeNetwork(network)
            #expect(try await one.lab.resources() == [])
        }
    }

    private static let reserved = "address 10.1.0.2 is reserved (--aux-address printer=10.1.0.2)"
}
