import HostSetup
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

/// What a network is must be the same for all of its users.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct NetworkTermsTests {
    static let blue = ConversationTests.blue
    /// What one user says with `-o`, and whether it says `--internal`.
    struct Said: Sendable {
        var options: [String: String] = [:]
        var isInternal = false
    }
    static let kinds: [(said: Said, refusal: String, reverse: String)] = [
        (
            Said(isInternal: true), "is internal for its other users, not open to the outside: add --internal",
            "is open to the outside for its other users, not internal: leave --internal out"
        ),
        (
            Said(options: ["port_security": "off"]),
            "has port_security off for its other users, not on: give -o port_security=off",
            "has port_security on for its other users, not off: leave -o port_security=off out"
        ),
        (
            Said(options: ["sticky": "1"]), "has sticky on for its other users, not off: give -o sticky=1",
            "has sticky off for its other users, not on: leave -o sticky=1 out"
        ),
    ]

    static func join(_ host: PluginHost, _ name: String, _ said: Said) async throws -> DockerNetwork {
        try await host.createNetwork(
            blue, options: said.options.merging(["net": name]) { $1 }, ipam: ["net": name], isInternal: said.isInternal)
    }

    @Test func `a network that others have otherwise is refused with both values`() async throws {
        try await withTwoHosts { one, two in
            let before = try await one.lab.makeNetwork("theirs", "10.1.0.0/16").standard.tags
            for name in ["blue", "theirs"] {
                for kind in Self.kinds {
                    for (first, second, message) in [
                        (kind.said, Said(), kind.refusal), (Said(), kind.said, kind.reverse),
                    ] {
                        let network = try await Self.join(one, name, first)
                        try await RefusalTests.expect(
                            "network \"\(name)\" \(message), or another network with -o net=", on: two
                        ) { _ = try await Self.join(two, name, second) }
                        let other = try await Self.join(two, name, first)
                        try await one.removeNetwork(network)
                        try await two.removeNetwork(other)
                    }
                }
            }
            // Nothing of it stays in what somebody else made.
            let theirs = try #require(try await one.lab.networks("theirs").first)
            #expect(theirs.standard.tags == before)
            #expect(try await one.lab.networks("blue").isEmpty)
        }
    }

    /// Two networks of one engine are two users.
    @Test func `a host itself cannot have a network both ways`() async throws {
        try await withPluginHost { host in
            let network = try await Self.join(host, "blue", Said(isInternal: true))
            await #expect(throws: PluginHost.Refusal.self) { _ = try await Self.join(host, "blue", Said()) }
            let again = try await Self.join(host, "blue", Said(isInternal: true))
            try await host.removeNetwork(again)
            try await host.removeNetwork(network)
            #expect(try await host.lab.resources() == [])
        }
    }

    @Test func `of two that join at the same moment with different terms not both stay`() async throws {
        try await withTwoHosts { one, two in
            for round in 0..<4 {
                let name = "blue\(round)"
                let same = round % 2 == 0
                async let first = Self.attempt(one, name, Said(isInternal: true))
                async let second = Self.attempt(two, name, Said(isInternal: same))
                let (network, other) = try await (first, second)
                let count = [network, other].compactMap(\.self).count
                #expect(same ? count == 2 : count < 2, "round \(round)")
                if let network { try await one.removeNetwork(network) }
                if let other { try await two.removeNetwork(other) }
                if try await one.lab.networks(name).isEmpty == false { try await one.repair() }
                #expect(try await one.lab.resources() == [], "round \(round)")
            }
        }
    }

    private static func attempt(_ host: PluginHost, _ name: String, _ said: Said) async throws -> DockerNetwork? {
        do { return try await join(host, name, said) } catch is PluginHost.Refusal { return nil }
    }
}
