import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct AvailabilityTests {
    private let path = "/v2.0/network-ip-availabilities"

    @Test func `the addresses of a network are counted by subnet`() async throws {
        try await API.run { api in
            let blue = try await api.network("blue", cidr: nil)
            let green = try await api.network("green", cidr: nil)
            func subnet(_ network: JSON, _ body: [String: JSON]) async throws -> [String: JSON] {
                try await api.make("subnet", .object(body.merging(["network_id": network]) { $1 }))
            }
            let pools: JSON = [
                ["start": "10.0.0.10", "end": "10.0.0.19"], ["start": "10.0.0.30", "end": "10.0.0.30"],
            ]
            let four = try await subnet(
                blue, ["name": "four", "ip_version": 4, "cidr": "10.0.0.0/24", "allocation_pools": pools])
            let six = try await subnet(blue, ["ip_version": 6, "cidr": "fd00::/64"])
            let large = try await subnet(blue, ["ip_version": 4, "cidr": "10.16.0.0/12"])
            let wanted: JSON = [["subnet_id": try #require(four["id"])], ["subnet_id": try #require(six["id"])]]
            for _ in 0..<3 { _ = try await api.make("port", ["network_id": blue, "fixed_ips": wanted]) }
            let outside: JSON = [
                ["ip_address": "10.0.0.200"], ["ip_address": "10.16.0.77"], ["ip_address": "10.31.0.77"],
            ]
            _ = try await api.make("port", ["network_id": blue, "fixed_ips": outside])
            _ = try await api.make("port", ["network_id": green])

            let shown = try #require(try await api(.get, "\(path)/\(blue.text)")["network_ip_availability"]?.object)
            #expect(
                Set(shown.keys) == [
                    "network_id", "network_name", "tenant_id", "project_id", "total_ips", "used_ips",
                    "subnet_ip_availability",
                ])
            #expect(shown["network_name"] == "blue" && shown["tenant_id"] == "admin")
            #expect(shown["used_ips"] == 9)
            let subnets = try #require(shown["subnet_ip_availability"]?.array).compactMap { $0.object }
            #expect(subnets.count == 3)
            #expect(
                subnets.first { $0["subnet_id"] == four["id"] }
                    == [
                        "subnet_id": try #require(four["id"]), "subnet_name": "four", "cidr": "10.0.0.0/24",
                        "ip_version": 4, "total_ips": 11, "used_ips": 4,
                    ])
            #expect(subnets.first { $0["subnet_id"] == six["id"] }?["used_ips"] == 3)
            #expect(subnets.first { $0["subnet_id"] == large["id"] }?["used_ips"] == 2)
            // More digits than other numbers.
            let text = try await api(.get, "\(path)/\(blue.text)").text
            #expect(text.contains("\"total_ips\":18446744073709551615"))
            #expect(text.contains("\"total_ips\":18446744073710600199"))

            let all = try await api(.get, path)
            #expect(all["network_ip_availabilities"]?.array?.count == 2)
            let v6 = try await api(.get, "\(path)?ip_version=6")
            #expect(v6["network_ip_availabilities"]?.array?.count == 1)
            #expect(v6["network_ip_availabilities", "0", "used_ips"] == 3)
            #expect(try await api(.get, "\(path)?ip_version=5")["network_ip_availabilities"] == [])
            for query in ["network_id=\(green.text)", "network_name=green", "limit=5&network_name=green"] {
                let found = try await api(.get, "\(path)?\(query)&fields=network_name&fields=used_ips")
                #expect(
                    found["network_ip_availabilities"] == [["network_name": "green", "used_ips": 0]], "\(found.text)")
            }
        }
    }

    @Test func `counts follow ports and subnets`() async throws {
        try await API.run { api in
            let network = try await api.network()
            func used() async throws -> JSON? {
                try await api(.get, "\(path)/\(network.text)")["network_ip_availability", "used_ips"]
            }
            let port = try #require(try await api.make("port", ["network_id": network])["id"])
            #expect(try await used() == 1)
            let none: JSON = ["port": ["fixed_ips": []]]
            _ = try await api(.put, "/v2.0/ports/\(port.text)", none)
            #expect(try await used() == 0)
            let two: JSON = ["port": ["fixed_ips": [["ip_address": "10.0.0.5"], ["ip_address": "10.0.0.6"]]]]
            _ = try await api(.put, "/v2.0/ports/\(port.text)", two)
            #expect(try await used() == 2)
            _ = try await api(.delete, "/v2.0/ports/\(port.text)")
            #expect(try await used() == 0)
        }
    }

    @Test func `only an administrator sees them`() async throws {
        try await API.runWithUsers { api in
            let network = try await api.as("alice").make("network", [:])
            let list = try await api.as("alice")(.get, "network-ip-availabilities")
            #expect(list.status == 200 && list.json == ["network_ip_availabilities": []])
            let show = try await api.as("alice")(.get, "network-ip-availabilities/\(network)")
            #expect(show.status == 404)
            #expect(show.error == "NetworkNotFound: Network \(network) could not be found.")
            #expect(try await api.as("root")(.get, "network-ip-availabilities/\(network)").status == 200)
            #expect(
                try await api.as("root")(.get, "network-ip-availabilities/nothing").error
                    == "NetworkNotFound: Network nothing could not be found.")
            #expect(try await api.as("root")(.post, "network-ip-availabilities", [:]).status == 405)
        }
    }
}
