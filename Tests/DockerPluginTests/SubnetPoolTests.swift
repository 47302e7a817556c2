import HostNetwork
import JSONCoding
import NetAddress
import Netlink
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

/// `docker network create` without `--subnet`, where the API has subnet pools.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SubnetPoolTests {
    @Test func `a network takes its subnet of the pool that is named, and all hosts take that one`() async throws {
        try await withTwoHosts { one, two in
            let pool = try await one.lab.pool("p", ["10.20.0.0/23"], ["default_prefixlen": 24])
            let six = try await one.lab.pool("six", ["fd00:20::/63"])
            let ipam = ["net": "blue", "neutron.pool.name": "p", "neutron.pool.v6.uuid": "\(six.id)"]
            let orders = [PoolOrder(), PoolOrder(isV6: true)]
            let network = try await one.createNetwork(orders[0], orders[1], options: ["net": "blue"], ipam: ipam)
            #expect(network.pools.map(\.cidr) == ["10.20.0.0/24", "fd00:20::/64"])
            let other = try await two.createNetwork(orders[0], orders[1], options: ["net": "blue"], ipam: ipam)
            #expect(other.pools.map(\.cidr) == ["10.20.0.0/24", "fd00:20::/64"])
            #expect(Set(try await one.lab.subnets().map(\.poolID)) == [pool.id, six.id])
            let endpoint = try await two.start(in: other)
            #expect(endpoint.addresses.count == 2)
            try await two.stop(endpoint)

            // The next network has the next one, and the third nothing.
            let green = try await one.createNetwork(
                PoolOrder(), options: ["net": "green"], ipam: ["net": "green", "neutron.pool.name": "p"])
            #expect(green.pools[0].cidr == "10.20.1.0/24")
            try await RefusalTests.expect(
                "subnet pool \"p\" has no free IPv4 subnet of length 24 that containers of this host could have: "
                    + "give --subnet, or add prefixes to the pool", on: one
            ) {
                _ = try await one.createNetwork(
                    PoolOrder(), options: ["net": "red"], ipam: ["net": "red", "neutron.pool.name": "p"])
            }
            // Of the pool, and said which.
            try await one.removeNetwork(green)
            let chosen = try await one.createNetwork(
                PoolOrder(subnet: "10.20.1.64/26"), options: ["net": "red"],
                ipam: ["net": "red", "neutron.pool.name": "p"])
            #expect(try await one.lab.subnets().filter { $0.cidr.length == 26 }.map(\.poolID) == [pool.id])
            try await RefusalTests.expect(
                "subnet pool \"six\" is of IPv6, not IPv4: "
                    + "neutron.pool.name is for IPv4, neutron.pool.v6.name for IPv6", on: one
            ) {
                _ = try await one.createNetwork(
                    PoolOrder(), options: ["net": "x"], ipam: ["net": "x", "neutron.pool.name": "six"])
            }
            try await one.removeNetwork(chosen)
            try await two.removeNetwork(other)
            try await one.removeNetwork(network)
            #expect(try await one.lab.subnets() == [])
        }
    }

    @Test func `without any word the default pool is taken, and hosts that do so together take the same`() async throws
    {
        try await withTwoHosts { one, two in
            try await one.links.apply([.createLink("uplink", kind: "bridge"), .setLink(.name("uplink"), [.up])])
            let link = try #require(try await one.links.find(.name("uplink"))).index
            try await one.links.apply([
                .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.20.0.9/24")), on: link))
            ])
            _ = try await one.lab.pool("p", ["10.20.0.0/22"], ["default_prefixlen": 24, "is_default": true])
            // Not what this host has itself.
            let network = try await one.createNetwork(PoolOrder())
            #expect(network.pools[0].cidr == "10.20.1.0/24")
            let joined = try await two.createNetwork(PoolOrder())
            #expect(joined.pools[0].cidr == "10.20.1.0/24")
            let networks = try (one.database.networkRecord(network.id), two.database.networkRecord(joined.id))
            #expect(networks.0?.network == networks.1?.network)
            let blue = try await one.createNetwork(PoolOrder(), options: ["net": "blue"], ipam: ["net": "blue"])
            let late = try await two.createNetwork(PoolOrder(), options: ["net": "blue"], ipam: ["net": "blue"])
            #expect(blue.pools[0].cidr == late.pools[0].cidr)
            for (host, network) in [(one, network), (two, joined), (one, blue), (two, late)] {
                try await host.removeNetwork(network)
            }
            #expect(try await one.lab.subnets() == [])
        }
    }

    @Test func `what a pool has not given after all is not chosen again`() async throws {
        try await withPluginHost { host in
            let pool = try await host.lab.pool("p", ["10.20.0.0/23"], ["default_prefixlen": 24])
            let ipam = ["net": "blue", "neutron.pool.name": "p"]
            let order: JSON = [
                "AddressSpace": "ovn", "Pool": "", "SubPool": "",
                "Options": .object(ipam.mapValues { .string($0) }), "V6": false,
            ]
            let answer = try await host.call("IpamDriver.RequestPool", order)
            #expect(answer["Pool"] == "10.20.0.0/24")
            // Somebody is faster.
            let network = try await host.lab.api.create(
                NetworkCreate(projectID: "admin", name: "other"), within: limit)
            _ = try await host.lab.api.create(
                SubnetCreate(
                    projectID: "admin", networkID: network.id, cidr: nil, ipVersion: .v4, pool: .pool(pool.id)),
                within: limit)
            let refusal = await #expect(throws: PluginHost.Refusal.self) {
                try await host.call(
                    "NetworkDriver.CreateNetwork",
                    [
                        "NetworkID": .string(PluginHost.newID()),
                        "Options": ["com.docker.network.generic": ["net": "blue"]],
                        "IPv4Data": [["AddressSpace": "ovn", "Pool": "10.20.0.0/24", "Gateway": "10.20.0.1/24"]],
                        "IPv6Data": [],
                    ])
            }
            #expect(
                refusal?.message
                    == "another network has taken subnet 10.20.0.0/24 of the subnet pool meanwhile: repeat the command")
            try await host.call("IpamDriver.ReleasePool", ["PoolID": answer["PoolID"] ?? .null])
            let made = try await host.createNetwork(PoolOrder(), options: ["net": "blue"], ipam: ipam)
            #expect(made.pools[0].cidr == "10.20.1.0/24")
            try await host.removeNetwork(made)
        }
    }
}

/// A subnet pool that a test makes.
private struct SubnetPoolCreate: NeutronCreate {
    typealias Resource = SubnetPool
    let name: String
    let wire: [String: JSON]
}

extension PluginLab {
    fileprivate func pool(_ name: String, _ prefixes: JSON, _ more: [String: JSON] = [:]) async throws -> SubnetPool {
        let wire = more.merging(["name": .string(name), "prefixes": prefixes]) { $1 }
        return try await api.create(SubnetPoolCreate(name: name, wire: wire), within: limit)
    }

    fileprivate func subnets() async throws -> [Subnet] { try await api.list(within: limit) }
}
