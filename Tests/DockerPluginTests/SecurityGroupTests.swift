import HostSetup
import JSONCoding
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

/// Networks and connections with security groups of their own.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SecurityGroupTests {
    private struct NewGroup: NeutronCreate {
        typealias Resource = SecurityGroup
        let name: String
        var wire: [String: JSON] { ["name": .string(name)] }
    }

    private static func make(_ host: PluginHost, _ name: String) async throws -> ID<SecurityGroup> {
        try await host.lab.api.create(NewGroup(name: name), within: .seconds(20)).id
    }

    @Test func `containers have the security groups of their network, or those of their connection`() async throws {
        try await withPluginHost { host in
            let (web, db) = (try await Self.make(host, "web"), try await Self.make(host, "db"))
            let plain = try await host.createNetwork(ConversationTests.blue, options: ["net": "blue"])
            let open = try await host.start(in: plain)
            #expect(try await host.lab.ports().first?.securityGroups == [])
            try await host.stop(open)

            let order = PoolOrder(subnet: "10.2.0.0/16")
            let options = ["net": "green", "security_group": "web,\(db)"]
            let guarded = try await host.createNetwork(order, options: options)
            let one = try await host.start(in: guarded)
            let groups = try #require(try await host.lab.ports().first).securityGroups
            #expect(Set(groups) == [web, db])
            // Also by a plugin that was started since.
            let two = try await host.restarted().start(in: guarded, options: ["security_group": "web"])
            let both = try await host.lab.ports().map(\.securityGroups)
            #expect(both.contains([web]) && both.count == 2)
            for endpoint in [one, two] { try await host.stop(endpoint) }
            try await host.removeNetwork(guarded)
            #expect(try await host.lab.networks("green").isEmpty)
        }
    }

    @Test func `groups that there are not, and others than those of a network's other users, are refused`() async throws
    {
        try await withTwoHosts { one, two in
            let web = try await Self.make(one, "web")
            let join = { (host: PluginHost, group: String?) in
                var options = ["net": "blue"]
                options["security_group"] = group
                return try await host.createNetwork(ConversationTests.blue, options: options, ipam: ["net": "blue"])
            }
            try await RefusalTests.expect("there is no security group with the name \"wed\"", on: one) {
                _ = try await join(one, "wed")
            }
            #expect(try await one.lab.networks("blue").isEmpty)
            let network = try await join(one, "web")
            try await RefusalTests.expect(
                "network \"blue\" has the security groups \(web) for its other users, not none: "
                    + "give -o security_group=\(web), or another network with -o net=", on: two
            ) { _ = try await join(two, nil) }
            let same = try await join(two, "\(web)")
            await #expect(throws: PluginHost.Refusal.self) {
                _ = try await two.start(in: same, options: ["security_group": "none"])
            }
            try await two.removeNetwork(same)
            try await one.removeNetwork(network)
        }
    }
}
