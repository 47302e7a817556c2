import HostNetwork
import JSONCoding
import NetAddress
import Netlink
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerPlugin

/// What is refused, in which words, and that nothing is left of it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RefusalTests {
    static let blue = ConversationTests.blue

    /// Expects that `body` is refused with this message and leaves the API and the host as they were.
    static func expect(
        _ message: String, on host: PluginHost, location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        let before = try await host.everythingLasting()
        let refusal = await #expect(throws: PluginHost.Refusal.self, sourceLocation: location) { try await body() }
        #expect(refusal?.message == message, sourceLocation: location)
        #expect(try await host.everythingLasting() == before, sourceLocation: location)
    }

    @Test func `a subnet that the host has itself, or that nobody can have, makes no network`() async throws {
        try await withPluginHost { host in
            try await host.links.apply([.createLink("uplink", kind: "bridge"), .setLink(.name("uplink"), [.up])])
            let link = try #require(try await host.links.find(.name("uplink"))).index
            try await host.links.apply([
                .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.77.0.11/24")), on: link))
            ])
            try await host.links.apply([.ensureRoute(Route(to: try #require(IPPrefix("10.88.0.0/16")), link: link))])
            for (subnet, other) in [("10.77.0.0/16", "10.77.0.0/24"), ("10.88.3.0/24", "10.88.0.0/16")] {
                try await Self.expect(
                    "subnet \(subnet) overlaps \(other), which this host reaches through its interface uplink: "
                        + "containers could not tell the two apart; choose another subnet, or give uplink another one",
                    on: host
                ) { _ = try await host.createNetwork(PoolOrder(subnet: subnet), options: ["net": "blue"]) }
            }
            try await Self.expect(
                "subnet 127.1.0.0/16 overlaps 127.0.0.0/8, which are every host's own loopback addresses: choose another, such as 10.1.0.0/16",
                on: host
            ) { _ = try await host.createNetwork(PoolOrder(subnet: "127.1.0.0/16"), options: ["net": "blue"]) }
            // A network that is there, of another host's making, is refused here too; one that is joined stays.
            try await host.lab.makeNetwork("taken", "10.77.0.0/24")
            try await Self.expect(
                "subnet 10.77.0.0/24 overlaps 10.77.0.0/24, which this host reaches through its interface uplink: "
                    + "containers could not tell the two apart; choose another subnet, or give uplink another one",
                on: host
            ) { _ = try await host.createNetwork(PoolOrder(subnet: "10.77.0.0/24"), options: ["net": "taken"]) }
            let network = try await host.createNetwork(Self.blue, options: ["net": "blue"])
            try await host.links.apply([
                .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.1.0.9/24")), on: link))
            ])
            _ = try await host.start(in: network)
        }
    }

    @Test func `a network that cannot be as it is asked for is not made`() async throws {
        try await withPluginHost { host in
            func expect(
                _ message: String, _ order: PoolOrder = RefusalTests.blue,
                _ options: [String: String] = ["net": "blue"],
                ipam: [String: String] = [:], location: SourceLocation = #_sourceLocation
            ) async throws {
                try await Self.expect(message, on: host, location: location) {
                    _ = try await host.createNetwork(order, options: options, ipam: ipam)
                }
            }
            try await expect(
                "option -o ney is not known; there are com.docker.network.driver.mtu, mtu, net, net.id, "
                    + "neutron.net.name, neutron.net.uuid, neutron.pool.name, neutron.pool.uuid, neutron.pool.v6.name, "
                    + "neutron.pool.v6.uuid, neutron.subnet.name, neutron.subnet.uuid, port_security, security_group, "
                    + "sticky",
                Self.blue, ["ney": "blue"])
            try await expect(
                "options net and net.id are both there: give one", Self.blue, ["net": "blue", "net.id": id])
            try await expect("there is no network with the id \(Self.id)", Self.blue, ["net.id": Self.id])
            try await expect("option net.id is \"blue\", which is not an id", Self.blue, ["net.id": "blue"])
            try await expect(
                "there is no subnet pool with the name \"p\"", PoolOrder(), ["net": "blue"],
                ipam: ["neutron.pool.name": "p"])
            try await expect(
                "option --ipam-opt color is not known; there are net, net.id, neutron.net.name, neutron.net.uuid, "
                    + "neutron.pool.name, neutron.pool.uuid, neutron.pool.v6.name, neutron.pool.v6.uuid, "
                    + "neutron.subnet.name, neutron.subnet.uuid", Self.blue, ["net": "blue"], ipam: ["color": "blue"])
            try await expect(
                "--ip-range 10.2.0.0/24 is not in the subnet 10.1.0.0/16",
                PoolOrder(subnet: "10.1.0.0/16", range: "10.2.0.0/24"))
            try await expect(
                "address 10.2.0.1 is not in the subnet 10.1.0.0/16",
                PoolOrder(subnet: "10.1.0.0/16", gateway: "10.2.0.1"))
            try await expect(
                "there is no network \"blue\" yet: give --subnet, and it will be made", PoolOrder(),
                ipam: ["net": "blue"])
            try await expect(
                "--ipam-opt means network \"green\", and -o network \"blue\"", Self.blue, ipam: ["net": "green"])
            for name in ["twins", "twins"] { try await host.lab.makeNetwork(name, "10.1.0.0/16") }
            let ids = try await host.lab.networks("twins").map { "\($0.id)" }.sorted().joined(separator: ", ")
            try await expect(
                "2 networks have the name \"twins\": say which with -o net.id= (\(ids))", Self.blue, ["net": "twins"])
        }
    }

    private static let id = "9b1f3a0e-1111-4222-8333-444455556666"
    private var id: String { Self.id }

    @Test func `a network that is another already is refused with both values`() async throws {
        try await withTwoHosts { one, two in
            let ranged = PoolOrder(subnet: "10.1.0.0/16", range: "10.1.8.0/24")
            _ = try await one.createNetwork(ranged, options: ["net": "blue", "mtu": "1400"])
            func expect(
                _ message: String, _ order: PoolOrder, _ options: [String: String] = ["net": "blue"],
                location: SourceLocation = #_sourceLocation
            ) async throws {
                try await Self.expect(message, on: two, location: location) {
                    _ = try await two.createNetwork(order, options: options)
                }
            }
            try await expect(
                "network \"blue\" has the subnet 10.1.0.0/16, not 10.2.0.0/16: give --subnet 10.1.0.0/16, "
                    + "or another network with -o net=", PoolOrder(subnet: "10.2.0.0/16"))
            try await expect(
                "subnet 10.1.0.0/16 of network \"blue\" has the gateway 10.1.0.1, not 10.1.0.254: "
                    + "give --gateway 10.1.0.1", PoolOrder(subnet: "10.1.0.0/16", gateway: "10.1.0.254"))
            try await expect(
                "subnet 10.1.0.0/16 of network \"blue\" gives addresses from 10.1.8.0-10.1.8.255, "
                    + "not from 10.1.9.0-10.1.9.255: leave --ip-range out, or give the same",
                PoolOrder(subnet: "10.1.0.0/16", range: "10.1.9.0/24"))
            try await expect(
                "network \"blue\" has the MTU 1400, not 1300: leave -o mtu= out, or give 1400", Self.blue,
                ["net": "blue", "mtu": "1300"])
            let taken = try await one.lab.networks("blue")
            _ = try await one.lab.api.create(
                PortCreate(
                    projectID: "admin", networkID: taken[0].id, name: "router",
                    fixedIPs: [FixedIPRequest(ipAddress: IPAddress("10.1.3.3"))]), within: limit)
            let port = try #require(try await one.lab.ports().first)
            try await expect(
                "address 10.1.3.3 is in use by endpoint router (port \(port.id))",
                PoolOrder(subnet: "10.1.0.0/16", reserved: ["door": "10.1.3.3"]))
            let subnet = taken[0].subnets[0]
            try await expect(
                "subnet \"front\" is not among the network's, which are 10.1.0.0/16 (\(subnet))", Self.blue,
                ["net": "blue", "neutron.subnet.name": "front"])
            // What is the same, or is not said, is fine.
            for options in [["net": "blue"], ["net": "blue", "neutron.subnet.uuid": "\(subnet)"]] {
                let network = try await two.createNetwork(Self.blue, options: options)
                try await two.removeNetwork(network)
            }
        }
    }

    @Test func `the engine's own addresses cannot be used, and a network needs a subnet`() async throws {
        try await withPluginHost { host in
            func create(_ data: JSON) async throws {
                try await host.call(
                    "NetworkDriver.CreateNetwork", ["NetworkID": "abc", "IPv4Data": data, "IPv6Data": []])
            }
            try await Self.expect(
                "addresses must come from the same place for all hosts: add --ipam-driver ovn", on: host
            ) {
                try await create([["AddressSpace": "LocalDefault", "Pool": "10.1.0.0/16", "Gateway": "10.1.0.1/16"]])
            }
            try await Self.expect("a network needs a subnet: give --subnet", on: host) { try await create([]) }
            try await Self.expect(
                "the plugin was started again while the network was being made: repeat the command", on: host
            ) {
                try await create([["AddressSpace": "ovn", "Pool": "10.1.0.0/16", "Gateway": "10.1.0.1/16"]])
            }
        }
    }

    @Test func `an endpoint that cannot be made is not made`() async throws {
        try await withPluginHost { host in
            let network = try await host.createNetwork(
                PoolOrder(subnet: "10.1.0.0/29"), options: ["net": "tiny"])
            func expect(
                _ message: String, location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
            ) async throws {
                try await Self.expect(message, on: host, location: location, body)
            }
            let pool = network.pools[0].id
            try await expect("address 10.2.0.5 is not in the subnet 10.1.0.0/29") {
                _ = try await host.allocate(in: network, ip: ["10.2.0.5"])
            }
            try await expect("\"here\" is not a MAC address") { _ = try await host.allocate(in: network, mac: "here") }
            try await expect("the engine wants an address of 10.1.0.0/29 and says no MAC address for it") {
                try await host.requestAddress(pool, "", nil)
            }
            try await expect("there is no address pool \"blue\"") { try await host.requestAddress("blue", "", nil) }
            try await expect(
                "pool 10.7.0.0/16 belongs to no network of this host: remove the network and create it again"
            ) {
                try await host.requestAddress(
                    "10.7.0.0/16", "", ["com.docker.network.endpoint.macaddress": "02:00:00:00:00:01"])
            }
            let stranger = DockerEndpoint(
                id: "0123456789abcdef", network: network, mac: "02:00:00:00:00:01", addresses: ["10.1.0.3/29"])
            try await expect(
                "no port has the MAC address 02:00:00:00:00:01 with 10.1.0.3: start the container again"
            ) { try await host.createEndpoint(stranger) }
            try await expect("endpoint 0123456789ab is not here: start the container again") {
                try await host.call(
                    "NetworkDriver.Join", PluginHost.named(stranger).merging(["SandboxKey": "/run/x"]) { $1 })
            }
            try await expect("NetworkDriver.Join: SandboxKey \"x\" is not a path") {
                try await host.call(
                    "NetworkDriver.Join", PluginHost.named(stranger).merging(["SandboxKey": "x"]) { $1 })
            }
            var other = stranger
            other = DockerEndpoint(
                id: other.id, network: DockerNetwork(id: "feedfeedfeedfeed", pools: [], familyCount: 1),
                mac: other.mac, addresses: other.addresses)
            try await expect(
                "this host's Open vSwitch database knows nothing of docker network feedfeedfeed: "
                    + "remove the network and create it again"
            ) { try await host.createEndpoint(other) }

            for _ in 0..<5 { _ = try await host.allocate(in: network) }
            try await expect(
                "network \"tiny\" is full: 5 of the 5 addresses that subnet 10.1.0.0/29 gives (10.1.0.2-10.1.0.6) "
                    + "are in use; 'ovn-container endpoint-list' shows by whom"
            ) { _ = try await host.allocate(in: network) }
            // The engine removes no network while it makes an endpoint there: these were never finished.
            try await host.removeNetwork(network)
            #expect(try await host.lab.resources() == [])
        }
    }

    /// The engine asks for both addresses one after the other, and gives nothing back.
    @Test func `a start that is refused for one address keeps none, and learns who has it`() async throws {
        try await withTwoHosts { one, two in
            let orders = [PoolOrder(subnet: "10.1.0.0/28"), ConversationTests.six]
            let network = try await one.createNetwork(orders[0], orders[1], options: ["net": "blue"])
            let other = try await two.createNetwork(orders[0], orders[1], options: ["net": "blue"])
            let owner = try await one.start(in: network, ip: ["10.1.0.5", "fd00:1::21"], name: "web")
            let id = try #require(try await one.lab.ports().first?.id)
            for _ in 0..<3 {
                try await Self.expect("address fd00:1::21 is in use by endpoint web on host h1 (port \(id))", on: two) {
                    _ = try await two.start(in: other, ip: ["", "fd00:1::21"])
                }
            }
            try await Self.expect("address fd00:2::21 is not in the subnet fd00:1::/64", on: two) {
                _ = try await two.start(in: other, ip: ["10.1.0.6", "fd00:2::21"])
            }
            try await Self.expect("address 10.1.0.5 is in use by endpoint web on host h1 (port \(id))", on: two) {
                _ = try await two.start(in: other, ip: ["10.1.0.5", "fd00:1::22"])
            }
            try await Self.expect("MAC address \(owner.mac) is in use by endpoint web on host h1 (port \(id))", on: two)
            {
                _ = try await two.start(in: other, mac: owner.mac)
            }
            try await one.stop(owner)
            _ = try await two.start(in: other, ip: ["10.1.0.5", "fd00:1::21"])
        }
    }

    @Test func `IPv6 on an MTU that is too small for it is refused when the network is made`() async throws {
        try await withTwoHosts { one, two in
            func refusal(_ name: String) -> String {
                "network \"\(name)\" has the MTU 1222 here, and IPv6 needs 1280: "
                    + "make it without IPv6, or give the network between the hosts a larger MTU"
            }
            try await Self.expect(refusal("blue"), on: one) {
                _ = try await one.createNetwork(
                    Self.blue, ConversationTests.six, options: ["net": "blue", "mtu": "1222"])
            }
            let network = try await one.createNetwork(Self.blue, options: ["net": "blue", "mtu": "1222"])
            try await one.stop(try await one.start(in: network))
            try await Self.expect(refusal("blue"), on: two) {
                _ = try await two.createNetwork(Self.blue, ConversationTests.six, options: ["net": "blue"])
            }
        }
    }
}
