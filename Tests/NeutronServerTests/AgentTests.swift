import Foundation
import HTTPTypes
import JSONCoding
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct AgentTests {
    private static let name = "5d6a3c2e-90d0-4a6b-8d5e-0b1b2c3d4e5f"

    /// With two chassis: one named by a UUID, and a gateway.
    private func withChassis(
        authentication: Authentication = .none, _ body: @Sendable (API, OVSDBServer) async throws -> Void
    ) async throws {
        try await withOVSDBServer(schema: .northbound) { north in
            try await withOVSDBServer(schema: .southbound) { south in
                for (name, host, address) in [(Self.name, "h1", "192.0.2.1"), ("system-2", "h2", "192.0.2.2")] {
                    try await south.control("ovn-sbctl", "chassis-add", name, "geneve", address)
                    try await south.control("ovn-sbctl", "set", "Chassis", name, "hostname=\(host)")
                    let chassis = try await south.control("ovn-sbctl", "--bare", "get", "Chassis", name, "_uuid")
                    try await south.control(
                        "ovn-sbctl", "create", "Chassis_Private", "name=\"\(name)\"",
                        "chassis=\(chassis.trimmingCharacters(in: .whitespacesAndNewlines))", "nb_cfg=0",
                        "nb_cfg_timestamp=1700000000125")
                }
                try await south.control(
                    "ovn-sbctl", "set", "Chassis", "system-2",
                    "external_ids:ovn-cms-options=\"enable-chassis-as-gw, availability-zones=b:a\"",
                    "external_ids:ovn-bridge-mappings=\"physnet1:br-ex\"")
                try await north.control("ovn-nbctl", "init")
                try await API.run(on: north, south, authentication: authentication) { api in
                    try await body(api, south)
                }
            }
        }
    }

    @Test func `every chassis is an agent`() async throws {
        try await withChassis { api, _ in
            let list = try await api(.get, "/v2.0/agents?sort_key=host&sort_dir=asc")
            let agents = try #require(list["agents"]?.array).compactMap { $0.object }
            #expect(agents.count == 2)
            #expect(
                agents.first
                    == [
                        "id": .string(Self.name), "agent_type": "OVN Controller agent", "binary": "ovn-controller",
                        "topic": "n/a", "host": "h1", "admin_state_up": true, "alive": true, "description": "",
                        "heartbeat_timestamp": "2023-11-14 22:13:20.125000+00:00", "availability_zone": "",
                        "configurations": ["chassis_name": .string(Self.name), "bridge-mappings": ""],
                    ])
            let gateway = try #require(agents.last)
            #expect(gateway["agent_type"] == "OVN Controller Gateway agent")
            #expect(gateway["availability_zone"] == "a, b")
            #expect(
                gateway["configurations"] == ["chassis_name": "system-2", "bridge-mappings": "physnet1:br-ex"])
            // A name that is no UUID has the same one everywhere.
            let id = try #require(gateway["id"]?.string.flatMap { ID<Agent>($0) })
            #expect(id.description != Self.name)
            #expect(try await api(.get, "/v2.0/agents/\(id)")["agent"] == .object(gateway))
            #expect(
                try await api(.get, "/v2.0/agents?agent_type=OVN+Controller+agent&host=h1&fields=id")["agents"]
                    == [["id": .string(Self.name)]])
            #expect(try await api(.get, "/v2.0/agents?alive=false")["agents"] == [])
            #expect(
                try await api(.get, "/v2.0/agents/h1").error == "AgentNotFound: Agent h1 could not be found.")
        }
    }

    @Test func `a chassis that no longer follows is not alive`() async throws {
        try await withChassis { api, south in
            try await api.server.control("ovn-nbctl", "set", "NB_Global", ".", "nb_cfg=7")
            try await south.control("ovn-sbctl", "set", "Chassis_Private", "system-2", "nb_cfg=7")
            let alive = try await api(.get, "/v2.0/agents?alive=true&fields=host")
            #expect(alive["agents"] == [["host": "h2"]])
            let silent = try await api(.get, "/v2.0/agents?alive=false&fields=host")
            #expect(silent["agents"] == [["host": "h1"]])
        }
    }

    @Test func `listing agents asks the hosts for a sign of life, now and then`() async throws {
        try await withChassis { api, _ in
            for _ in 0..<3 { _ = try await api(.get, "/v2.0/agents") }
            let number = try await api.server.control("ovn-nbctl", "get", "NB_Global", ".", "nb_cfg")
            #expect(number.trimmingCharacters(in: .whitespacesAndNewlines) == "1")
        }
    }

    @Test func `an agent cannot be stopped`() async throws {
        try await withChassis { api, _ in
            let path = "/v2.0/agents/\(Self.name)"
            let down = try await api(.put, path, ["agent": ["admin_state_up": false]])
            #expect(down.status == 400)
            #expect(down.error == "BadRequest: Bad agent request: OVN agent status cannot be updated.")
            let up: JSON = ["agent": ["admin_state_up": true]]
            #expect(try await api(.put, path, up).json == up)
            for (body, message) in [
                (["alive": true], "Cannot update read-only attribute alive"),
                (["wheel": 1], "Unrecognized attribute(s) 'wheel'"),
            ] as [(JSON, String)] {
                #expect(
                    try await api(.put, path, ["agent": body])["NeutronError", "message"] == .string(message))
            }
            #expect(try await api(.delete, path).status == 405)
        }
    }

    @Test func `zones are those of gateways, and seen by all`() async throws {
        try await withChassis(authentication: .keystone(Users(), url: Users.url)) { api, south in
            let alan = api.as("alan")
            let zones: JSON = [
                ["name": "a", "resource": "router", "state": "available"],
                ["name": "b", "resource": "router", "state": "available"],
            ]
            #expect(
                try await alan(.get, "availability_zones?sort_key=name&sort_dir=asc")["availability_zones"] == zones)
            #expect(
                try await alan(.get, "availability_zones?name=b&fields=name")["availability_zones"]
                    == [["name": "b"]])
            let agents = try await alan(.get, "agents")
            #expect(agents.status == 200 && agents.json == ["agents": []])
            #expect(
                try await alan(.get, "agents/\(Self.name)").error
                    == "AgentNotFound: Agent \(Self.name) could not be found.")
            #expect(try await alan(.get, "service-providers").json == ["service_providers": []])
        }
    }

    @Test func `a network is in the zones that it asks for`() async throws {
        try await withChassis { api, _ in
            // Before the Southbound database is copied no zone is known.
            while try await api(.get, "/readyz").status != 200 { await Task.yield() }
            let network = try await api.make("network", ["availability_zone_hints": ["b", "a"]])
            #expect(network["availability_zone_hints"] == ["b", "a"])
            #expect(network["availability_zones"] == ["b", "a"])
            for (hints, status, error) in [
                (["a", "z"], 404, "AvailabilityZoneNotFound: AvailabilityZone z could not be found."),
                (
                    "a", 400,
                    "HTTPBadRequest: Invalid input for availability_zone_hints. Reason: 'a' is not a list."
                ),
            ] as [(JSON, Int, String)] {
                let reply = try await api(.post, "/v2.0/networks", ["network": ["availability_zone_hints": hints]])
                #expect(reply.status == status && reply.error == error, "\(reply.text)")
            }
        }
    }
}
