import NetAddress
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin
@testable import HostDiagnosis

/// One logical network behind networks of several engines.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SharedNetworkTests {
    static let blue = ConversationTests.blue

    @Test func `hosts that make the same network at the same moment end with one`() async throws {
        try await withTwoHosts { one, two in
            for round in 0..<20 {
                let name = "blue\(round)"
                async let first = one.createNetwork(Self.blue, options: ["net": name], ipam: ["net": name])
                async let second = two.createNetwork(Self.blue, options: ["net": name], ipam: ["net": name])
                let (network, other) = try await (first, second)
                let made = try await one.lab.networks(name)
                #expect(made.count == 1, "round \(round)")
                // Two users and the name.
                #expect(made.first?.standard.tags.count == 3, "round \(round): \(made.first?.standard.tags ?? [])")
                let records = try (one.database.networkRecord(network.id), two.database.networkRecord(other.id))
                #expect(records.0?.network == made.first?.id && records.1?.network == made.first?.id)
                let (a, b) = (try await one.allocate(in: network), try await two.allocate(in: other))
                #expect(a.address != b.address)
                try await one.releaseAddresses(a)
                try await two.releaseAddresses(b)
                // Removed at the same moment, too.
                async let gone: Void = one.removeNetwork(network)
                async let goneToo: Void = two.removeNetwork(other)
                _ = try await (gone, goneToo)
                // Each may have taken the other for one that still uses it: then the audit deletes it.
                if try await one.lab.networks(name).isEmpty == false { try await one.repair() }
                #expect(try await one.lab.resources() == [], "round \(round)")
            }
        }
    }

    @Test func `a name is claimed, so that nobody waits to see who else makes it`() async throws {
        try await withPluginHost { host in
            // Less than it takes to see that nobody does.
            let hurried = try await host.plugin.hosts(.seconds(1))
            let network = try await LogicalNetwork(host: hurried, user: PluginHost.newID()).join(
                .name("blue"), NetworkOptions())
            #expect(try await host.lab.networks("blue").map(\.id) == [network.id])
            let other = try await LogicalNetwork(host: hurried, user: PluginHost.newID()).join(
                .name("blue"), NetworkOptions())
            #expect(other.id == network.id)
        }
    }

    /// What the audit says of a host's networks.
    static func findings(_ host: PluginHost) async throws -> [NetworkFinding] {
        let here = try await host.plugin.hosts(limit)
        return try await NetworkFinding.all(on: here)
    }

    @Test func `a network that is renamed in the API stays one for all hosts, and the audit says so`() async throws {
        try await withTwoHosts { one, two in
            let network = try await one.createNetwork(Self.blue, options: ["net": "blue"])
            let id = try #require(try await one.lab.networks("blue").first?.id)
            #expect(try await Self.findings(one) == [])
            _ = try await run([
                "curl", "-sf", "-X", "PUT", "\(one.lab.url)/v2.0/networks/\(id)", "-d",
                #"{"network": {"name": "azure"}}"#,
            ])
            // By the name that it had, and by the one that it has.
            let old = try await two.createNetwork(Self.blue, options: ["net": "blue"])
            #expect(try two.database.networkRecord(old.id)?.network == id)
            try await two.removeNetwork(old)
            let other = try await two.createNetwork(Self.blue, options: ["net": "azure"])
            #expect(try two.database.networkRecord(other.id)?.network == id)
            let again = try await one.createNetwork(Self.blue, options: ["net": "blue"])
            #expect(try one.database.networkRecord(again.id)?.network == id)
            #expect(try await one.lab.networks("blue") == [])

            let found = try await Self.findings(one)
            #expect(found.map(\.problem) == ["network renamed", "network renamed"])
            #expect(
                found.allSatisfy { $0.detail.contains("\"blue\"") && $0.detail.contains("\"azure\"") }
                    && found.contains { $0.detail.contains(network.id.prefix(12)) })
            #expect(try await Self.findings(two) == [])

            for network in [network, again] { try await one.removeNetwork(network) }
            try await two.removeNetwork(other)
            #expect(try await one.lab.resources() == [])
        }
    }

    @Test func `a network goes with its last user, while others come and go`() async throws {
        try await withTwoHosts { one, two in
            let network = try await one.createNetwork(Self.blue, options: ["net": "blue"])
            let other = try await two.createNetwork(Self.blue, options: ["net": "blue"])
            let id = try #require(try await one.lab.networks("blue").first?.id)
            let endpoint = try await two.start(in: other)
            try await one.removeNetwork(network)
            #expect(try await one.lab.networks("blue").map(\.id) == [id])
            let again = try await one.createNetwork(Self.blue, options: ["net": "blue"])
            #expect(try one.database.networkRecord(again.id)?.network == id)
            try await two.stop(endpoint)
            try await two.removeNetwork(other)
            try await one.removeNetwork(again)
            #expect(try await one.lab.resources() == [])
        }
    }

    @Test func `a network that others made is used, by name and by id, and stays`() async throws {
        try await withPluginHost { host in
            let made = try await host.lab.makeNetwork("theirs", "10.1.0.0/16")
            let before = try await host.lab.resources().map { $0.replacing(#/ \d+$/#, with: "") }
            for option in ["net", "neutron.net.name"] {
                let network = try await host.createNetwork(Self.blue, options: [option: "theirs"])
                #expect(try host.database.networkRecord(network.id)?.network == made.id)
                try await host.stop(try await host.start(in: network))
                try await host.removeNetwork(network)
            }
            // What was reserved in it goes with its last user, too.
            let order = PoolOrder(subnet: "10.1.0.0/16", reserved: ["door": "10.1.0.9"])
            let reserving = try await host.createNetwork(order, options: ["net": "theirs"])
            #expect(try await host.lab.ports().count == 1)
            try await host.removeNetwork(reserving)
            for option in ["net.id", "neutron.net.uuid"] {
                let network = try await host.createNetwork(Self.blue, options: [option: "\(made.id)"])
                #expect(try host.database.networkRecord(network.id)?.network == made.id)
                try await host.removeNetwork(network)
            }
            #expect(try await host.lab.resources().map { $0.replacing(#/ \d+$/#, with: "") } == before)
        }
    }

    @Test func `without a subnet it is that of the network which is named, or of the only one there is`() async throws {
        try await withTwoHosts { one, two in
            let refusal = await #expect(throws: PluginHost.Refusal.self) {
                _ = try await two.createNetwork(PoolOrder(), options: ["net": "blue"])
            }
            #expect(
                refusal?.message
                    == "which IPv4 subnet? \(Self.advice), or --ipam-opt net=NAME where the network is there already")
            let network = try await one.createNetwork(
                PoolOrder(subnet: "10.1.0.0/16", gateway: "10.1.0.254"), ConversationTests.six,
                options: ["net": "blue"])
            // Of the only one.
            let other = try await two.createNetwork(PoolOrder(), options: ["net": "blue"])
            #expect(other.pools[0].cidr == "10.1.0.0/16" && other.pools[0].gateway == "10.1.0.254/16")
            try await two.removeNetwork(other)
            // Of the one that is named, both versions.
            let both = try await two.createNetwork(
                PoolOrder(), PoolOrder(isV6: true), options: ["net": "blue"], ipam: ["net": "blue"])
            #expect(both.pools.map(\.id) == ["10.1.0.0/16@blue", "fd00:1::/64@blue"])
            let endpoint = try await two.start(in: both)
            #expect(endpoint.addresses.count == 2)
            try await two.stop(endpoint)
            try await two.removeNetwork(both)
            try await one.removeNetwork(network)
            #expect(try await one.lab.resources() == [])
        }
    }

    private static let advice =
        "give --subnet (beside one of IPv6 too: Docker wants both; from Docker 28 on it does not with --ipv4=false)"

    @Test func `what is taken of one network makes no other`() async throws {
        try await withTwoHosts { one, two in
            let network = try await one.createNetwork(
                PoolOrder(subnet: "10.1.0.0/16", gateway: "10.1.0.254"), options: ["net": "blue"])
            let refusal =
                "which IPv4 subnet has network \"other\"? \(Self.advice), "
                + "or where the network is there already, --ipam-opt net=other as well"
            try await RefusalTests.expect(refusal, on: two) {
                _ = try await two.createNetwork(PoolOrder(), options: ["net": "other"])
            }
            // As of a Compose file that has an IPv6 subnet alone.
            try await RefusalTests.expect(refusal, on: two) {
                _ = try await two.createNetwork(PoolOrder(), ConversationTests.six, options: ["net": "other"])
            }
            // Without any name it is the one that the subnet was taken of.
            let id = try #require(try await one.lab.networks("blue").first?.id)
            let joined = try await two.createNetwork(PoolOrder())
            #expect(try two.database.networkRecord(joined.id)?.network == id)
            try await two.removeNetwork(joined)

            // Nor is its gateway that of another network with the same subnet.
            try await RefusalTests.expect(
                "which gateway has subnet 10.1.0.0/16 of network \"other\"? another network has that subnet with another gateway "
                    + "than 10.1.0.1: give --gateway, or --ipam-opt net=other as well", on: two
            ) { _ = try await two.createNetwork(Self.blue, options: ["net": "other"]) }
            for (order, ipam) in [
                (PoolOrder(subnet: "10.1.0.0/16", gateway: "10.1.0.1"), [:]), (Self.blue, ["net": "other"]),
            ] {
                let other = try await two.createNetwork(order, options: ["net": "other"], ipam: ipam)
                #expect(other.pools[0].gateway == "10.1.0.1/16")
                try await two.removeNetwork(other)
            }
            try await one.removeNetwork(network)
            #expect(try await one.lab.resources() == [])
        }
    }

    @Test func `what could not be joined as a whole leaves nothing in somebody else's network`() async throws {
        try await withPluginHost { host in
            try await host.lab.makeNetwork("theirs", "fd00:1::/64")
            let gateway = try #require(try await host.lab.api.list(Subnet.self, within: limit).first?.gatewayIP)
            let order = PoolOrder(subnet: "10.1.0.0/16", reserved: ["door": "10.1.0.9"])
            try await RefusalTests.expect(
                "subnet fd00:1::/64 of network \"theirs\" has the gateway \(gateway), not fd00:1::ff: give --gateway \(gateway)",
                on: host
            ) {
                _ = try await host.createNetwork(
                    order, PoolOrder(subnet: "fd00:1::/64", gateway: "fd00:1::ff", isV6: true),
                    options: ["net": "theirs"])
            }
        }
    }

    @Test func `two networks with one subnet are told apart by their names`() async throws {
        try await withPluginHost { host in
            let blue = try await host.createNetwork(Self.blue, options: ["net": "blue"])
            let before = try await host.lab.resources()
            let refusal = await #expect(throws: PluginHost.Refusal.self) {
                _ = try await host.createNetwork(Self.blue, options: ["net": "green"])
            }
            #expect(
                refusal?.message
                    == "another network of this host has the subnet 10.1.0.0/16 (docker network "
                    + "\(blue.id.prefix(12))): add --ipam-opt net=NAME, so that their addresses can be told apart")
            #expect(try await host.lab.resources() == before)

            let green = try await host.createNetwork(
                Self.blue, options: ["net": "green"], ipam: ["net": "green"])
            let a = try await host.start(in: blue, ip: ["10.1.0.9"])
            let b = try await host.start(in: green, ip: ["10.1.0.9"])
            let ports = try await host.lab.ports()
            #expect(Set(ports.map(\.networkID)).count == 2 && Set(ports.map(\.fixedIPs[0].ipAddress)).count == 1)
            try await host.stop(a)
            #expect(try await host.lab.ports().map(\.macAddress.description) == [b.mac])
            try await host.stop(b)
            try await host.removeNetwork(blue)
            try await host.removeNetwork(green)
            #expect(try await host.lab.resources() == [])
        }
    }
}
