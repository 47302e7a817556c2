import Deadlines
import DockerEngine
import HostAttachment
import NetAddress
import NeutronAPI
import TestSamples
import Testing

@testable import HostEndpoints
@testable import HostSetup
@testable import NetworkContainers

struct WiringTests {
    func wiring(_ ports: [Port], _ networks: [Network], _ subnets: [Subnet]) throws -> Wiring {
        try Wiring(
            ports, networks: Dictionary(uniqueKeysWithValues: networks.map { ($0.id, $0) }),
            subnets: Dictionary(uniqueKeysWithValues: subnets.map { ($0.id, $0) }), bridge: "br-int")
    }

    @Test func `an endpoint becomes eth0 with its network's MTU, address, default route and name servers`() throws {
        let wiring = try wiring(
            [try Sample.port(1, on: 1, [(1, "192.168.1.5")])], [Sample.network(1, mtu: 1400)],
            [
                try Sample.subnet(
                    1, of: 1, "192.168.1.0/24", gateway: "192.168.1.1", dns: ["192.168.1.2"],
                    routes: [("10.0.0.0/8", "192.168.1.3")])
            ])
        let endpoint = try #require(wiring.endpoints.first)
        #expect(endpoint.interfaceName == "eth0" && endpoint.mtu == 1400 && endpoint.bridge == "br-int")
        #expect(endpoint.addresses.map(\.description) == ["192.168.1.5/24"])
        #expect(endpoint.gateways.map(\.description) == ["192.168.1.1"])
        #expect(endpoint.routes.map(\.description) == ["10.0.0.0/8=192.168.1.3"])
        #expect(endpoint.annotations["endpoint"] == "p1" && endpoint.annotations["network"] == "ls1")
        #expect(wiring.dns == ["192.168.1.2"])
    }

    @Test func `the first endpoint whose subnet has a gateway carries the default route, for each IP version`() throws {
        let wiring = try wiring(
            [
                try Sample.port(1, on: 1, [(1, "10.1.0.5")]),
                try Sample.port(2, on: 2, [(2, "10.2.0.5"), (3, "2001:db8:2::5")]),
                try Sample.port(3, on: 3, [(4, "10.3.0.5"), (5, "2001:db8:3::5")]),
            ],
            [Sample.network(1), Sample.network(2), Sample.network(3)],
            [
                try Sample.subnet(1, of: 1, "10.1.0.0/24", gateway: nil),
                try Sample.subnet(2, of: 2, "10.2.0.0/24", gateway: "10.2.0.1"),
                try Sample.subnet(3, of: 2, "2001:db8:2::/64", gateway: nil),
                try Sample.subnet(4, of: 3, "10.3.0.0/24", gateway: "10.3.0.1"),
                try Sample.subnet(5, of: 3, "2001:db8:3::/64", gateway: "2001:db8:3::1"),
            ])
        #expect(wiring.endpoints.map(\.interfaceName) == ["eth0", "eth1", "eth2"])
        #expect(wiring.endpoints.map { $0.gateways.map(\.description) } == [[], ["10.2.0.1"], ["2001:db8:3::1"]])
    }

    @Test func `name servers of all subnets, in order, each once`() throws {
        let wiring = try wiring(
            [try Sample.port(1, on: 1, [(1, "10.1.0.5")]), try Sample.port(2, on: 2, [(2, "10.2.0.5")])],
            [Sample.network(1), Sample.network(2)],
            [
                try Sample.subnet(1, of: 1, "10.1.0.0/24", gateway: nil, dns: ["9.9.9.9", "10.1.0.2"]),
                try Sample.subnet(2, of: 2, "10.2.0.0/24", gateway: nil, dns: ["10.1.0.2", "10.2.0.2"]),
            ])
        #expect(wiring.dns == ["9.9.9.9", "10.1.0.2", "10.2.0.2"])
    }

    @Test func `without name servers OVN is asked, at the first address of each endpoint's subnet`() throws {
        let ports = [
            try Sample.port(1, on: 1, [(1, "10.1.0.5"), (2, "fd00:1::5")]),
            try Sample.port(2, on: 2, [(3, "fd00:2::5")]),
            try Sample.port(3, on: 3, [(4, "10.3.0.1")]), try Sample.port(4, on: 3, []),
        ]
        let networks = [Sample.network(1), Sample.network(2), Sample.network(3)]
        let subnets = [
            try Sample.subnet(1, of: 1, "10.1.0.0/16", gateway: "10.1.0.1"),
            try Sample.subnet(2, of: 1, "fd00:1::/64", gateway: nil),
            try Sample.subnet(3, of: 2, "fd00:2::/64", gateway: nil),
            try Sample.subnet(4, of: 3, "10.3.0.0/31", gateway: nil),
        ]
        let made = try wiring(ports, networks, subnets)
        #expect(made.dns == ["127.0.0.53"])
        #expect(made.nameSources == ["eth0=10.1.0.0", "eth1=fd00:2::"])
        let spec = made.container.spec(image: "pause", dns: made.dns, nameSources: made.nameSources)
        #expect(spec.command == made.nameSources && spec.dns == made.dns && spec.dnsSearch == ["."])
        let carried = try Wiring(
            ports, networks: Dictionary(uniqueKeysWithValues: networks.map { ($0.id, $0) }),
            subnets: Dictionary(uniqueKeysWithValues: subnets.map { ($0.id, $0) }), bridge: "br-int",
            carried: Carried(tags: [:], pathMTU: nil))
        #expect(carried.dns.isEmpty && carried.nameSources.isEmpty)
    }

    @Test func `an endpoint's name is its host name where it can be`() throws {
        var port = try Sample.port(1, on: 1, [(1, "10.1.0.5")])
        port.name = "Web-1"
        #expect(port.ownHostName == nil)
        port.names = PortDNS()
        #expect(port.ownHostName == "web-1")
        port.names = PortDNS(name: "other")
        #expect(port.ownHostName == nil)
        port.names = PortDNS()
        for name in ["", "a.b", "a_b", "-a", "a-", "é", String(repeating: "a", count: 64)] {
            port.name = name
            #expect(port.ownHostName == nil)
        }
    }

    @Test func `a port that is the gateway itself has no route through itself`() throws {
        let wiring = try wiring(
            [try Sample.port(1, on: 1, [(1, "10.1.0.1")])], [Sample.network(1)],
            [try Sample.subnet(1, of: 1, "10.1.0.0/24", gateway: "10.1.0.1")])
        #expect(wiring.endpoints[0].gateways == [])
    }

    @Test func `a port without an address is plugged without one`() throws {
        #expect(try wiring([try Sample.port(1, on: 1, [])], [Sample.network(1)], []).endpoints[0].addresses == [])
    }

    @Test func `a port of the network itself is refused`() throws {
        let port = try Sample.port(1, on: 1, [], owner: "network:router_interface")
        #expect(throws: HostError.self) { try wiring([port], [Sample.network(1)], []) }
    }

    @Test func `an IPv6 address in a network whose MTU is too small for it is refused with both`() throws {
        let port = try Sample.port(1, on: 1, [(1, "fd00::5")])
        let subnet = try Sample.subnet(1, of: 1, "fd00::/64", gateway: nil)
        let error = #expect(throws: HostError.self) { try wiring([port], [Sample.network(1, mtu: 1222)], [subnet]) }
        #expect(
            error?.message
                == "network \"ls1\" has the MTU 1222 here, and IPv6 needs 1280: "
                + "make it without IPv6, or give the network between the hosts a larger MTU")
        #expect(try wiring([port], [Sample.network(1, mtu: 1280)], [subnet]).endpoints[0].mtu == 1280)
    }

    @Test func `what was deleted while it was read is refused`() throws {
        let port = try Sample.port(1, on: 1, [(1, "10.1.0.1")])
        #expect(throws: HostError.self) { try wiring([port], [], []) }
        #expect(throws: HostError.self) { try wiring([port], [Sample.network(1)], []) }
    }
}

struct NetworkContainerTests {
    @Test func `the name follows from the endpoints, whatever their order, and is the engine's lock`() throws {
        let ports = [try Sample.port(1, on: 1, []), try Sample.port(2, on: 1, [])]
        let one = NetworkContainer(ports: ports)
        let other = NetworkContainer(ports: ports.reversed())
        #expect(one.name == other.name)
        #expect(one != other)
        #expect(one.name != NetworkContainer(ports: [ports[0]]).name)
        #expect(one.name.wholeMatch(of: /network_[0-9a-f]{16}/) != nil)
    }

    @Test func `labels say everything again`() throws {
        let container = NetworkContainer(ports: [
            try Sample.port(2, on: 1, []), try Sample.port(1, on: 1, []),
        ])
        #expect(NetworkContainer(labels: container.labels) == container)
        #expect(container.labels["ovn-containers.endpoints"]?.split(separator: ",").count == 2)
    }

    @Test func `labels of others are not ours`() {
        #expect(NetworkContainer(labels: [:]) == nil)
        #expect(NetworkContainer(labels: ["ovn-containers.endpoints": ""]) == nil)
        #expect(NetworkContainer(labels: ["ovn-containers.endpoints": "me,too"]) == nil)
    }
}
