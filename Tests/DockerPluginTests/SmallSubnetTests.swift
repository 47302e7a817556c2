import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerPlugin

/// Subnets of one, two and four addresses, as newer engines have them too.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SmallSubnetTests {
    @Test func `no address is kept for a gateway where there can be none`() async throws {
        try await withPluginHost { host in
            let cases: [(subnet: String, gateway: String?, isInternal: Bool, addresses: Set<String>)] = [
                ("10.1.0.0/31", nil, false, ["10.1.0.0", "10.1.0.1"]),
                ("10.1.0.0/31", nil, true, ["10.1.0.0", "10.1.0.1"]),
                ("10.1.0.0/31", "10.1.0.1", false, ["10.1.0.0"]), ("10.1.0.4/30", nil, false, ["10.1.0.6"]),
                ("10.1.0.4/30", nil, true, ["10.1.0.5", "10.1.0.6"]),
                ("10.1.0.4/30", "10.1.0.6", true, ["10.1.0.5"]), ("10.1.0.7/32", nil, false, ["10.1.0.7"]),
            ]
            for (number, small) in cases.enumerated() {
                let network = try await host.createNetwork(
                    PoolOrder(subnet: small.subnet, gateway: small.gateway), options: ["net": "small\(number)"],
                    isInternal: small.isInternal)
                var endpoints: [DockerEndpoint] = []
                for _ in small.addresses { endpoints.append(try await host.start(in: network)) }
                #expect(Set(endpoints.map(\.address)) == small.addresses, "\(small)")
                let full = await #expect(throws: PluginHost.Refusal.self) { _ = try await host.allocate(in: network) }
                #expect(full?.message.contains("is full: \(small.addresses.count) of the") == true, "\(small)")
                for endpoint in endpoints { try await host.stop(endpoint) }
                // What an endpoint that was not made had goes back, though the engine calls one of them the gateway.
                for address in small.addresses.sorted() {
                    let endpoint = try await host.allocate(in: network, ip: [address])
                    try await host.releaseAddresses(endpoint)
                }
                #expect(try await host.remains() == [], "\(small)")
                // The same on another host, or again, is the same network.
                let again = try await host.createNetwork(
                    PoolOrder(subnet: small.subnet, gateway: small.gateway), options: ["net": "small\(number)"],
                    isInternal: small.isInternal)
                try await host.removeNetwork(again)
                try await host.removeNetwork(network)
                #expect(try await host.lab.resources() == [], "\(small)")
            }
        }
    }

    @Test func `a gateway that is asked for is not left out where others have none`() async throws {
        try await withTwoHosts { one, two in
            let order = PoolOrder(subnet: "10.1.0.0/24")
            _ = try await one.createNetwork(order, options: ["net": "blue"], isInternal: true)
            try await RefusalTests.expect(
                "subnet 10.1.0.0/24 of network \"blue\" has no gateway, not 10.1.0.9: leave --gateway out", on: two
            ) {
                _ = try await two.createNetwork(
                    PoolOrder(subnet: "10.1.0.0/24", gateway: "10.1.0.9"), options: ["net": "blue"], isInternal: true)
            }
            _ = try await two.createNetwork(order, options: ["net": "blue"], isInternal: true)
        }
    }
}
