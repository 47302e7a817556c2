import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// Subnets for ports of certain owners.
@Suite(.timeLimit(.minutes(2)))
struct ServiceTypeTests {
    private func subnet(_ api: API, _ network: JSON, _ cidr: String, _ types: JSON) async throws -> [String: JSON] {
        try await api.make(
            "subnet", ["network_id": network, "ip_version": 4, "cidr": .string(cidr), "service_types": types])
    }

    /// `error` or the beginning of the first address.
    private func port(_ api: API, _ network: JSON, _ owner: String, _ more: [String: JSON] = [:]) async throws -> String
    {
        let body = more.merging(["network_id": network, "device_owner": .string(owner)]) { $1 }
        let reply = try await api(.post, "/v2.0/ports", ["port": .object(body)])
        return reply.error ?? String(reply["port", "fixed_ips", "0", "ip_address"]?.text.prefix(5) ?? "none")
    }

    @Test func `a port gets addresses of the subnets for its owner`() async throws {
        try await API.run { api in
            let network = try await api.network("n", cidr: nil)
            let all = try await subnet(api, network, "10.0.0.0/24", [])
            let compute = try await subnet(api, network, "10.1.0.0/24", ["compute:nova", "compute:nova"])
            #expect(all["service_types"] == [] && compute["service_types"] == ["compute:nova"])
            // Subnets for it alone come first.
            #expect(try await port(api, network, "compute:nova") == "10.1.")
            #expect(try await port(api, network, "compute:other") == "10.0.")
            #expect(try await port(api, network, "") == "10.0.")
            let id = try #require(compute["id"])
            #expect(try await port(api, network, "compute:nova", ["fixed_ips": [["subnet_id": id]]]) == "10.1.")
            #expect(
                try await port(api, network, "", ["fixed_ips": [["subnet_id": id]]])
                    .hasPrefix("InvalidInput: "))
            #expect(
                try await port(api, network, "", ["fixed_ips": [["ip_address": "10.1.0.9"]]])
                    .hasPrefix("InvalidIpForNetwork: "))
            let found = try await api(.get, "/v2.0/subnets?service_types=compute:nova&fields=cidr")
            #expect(found["subnets"] == [["cidr": "10.1.0.0/24"]])
            let changed = try await api(
                .put, "/v2.0/subnets/\(id.text)", ["subnet": ["service_types": ["network:floatingip_agent_gateway"]]])
            #expect(changed["subnet", "service_types"] == ["network:floatingip_agent_gateway"])
            #expect(try await port(api, network, "compute:nova") == "10.0.")
            let cleared = try await api(.put, "/v2.0/subnets/\(id.text)", ["subnet": ["service_types": []]])
            #expect(cleared["subnet", "service_types"] == [])
        }
    }

    @Test func `without a subnet for its owner a port is refused`() async throws {
        try await API.run { api in
            let network = try await api.network("n", cidr: nil)
            _ = try await subnet(api, network, "10.1.0.0/24", ["compute:nova"])
            #expect(
                try await port(api, network, "compute:x")
                    == "IpAddressGenerationFailureNoMatchingSubnet: No valid service subnet for the given device owner, "
                    + "network \(network.text), service type compute:x.")
            // It serves it.
            #expect(try await port(api, network, "network:dhcp") == "10.1.")
        }
    }

    @Test(
        arguments: [
            ("compute:nova", "HTTPBadRequest: Subnet service types must be a list."),
            ([7], "InvalidInputSubnetServiceType: Subnet service type 7 is not a string."),
            (
                ["storage"],
                "InvalidSubnetServiceType: Subnet service type storage does not correspond to a valid device owner."
            ),
            (
                .array((0..<65).map { .string("compute:\($0)") }),
                "InvalidInput: Invalid input for operation: A subnet has at most 64 service types, not 65."
            ),
        ] as [(JSON, String)])
    func `wrong service types are refused`(_ types: JSON, _ message: String) async throws {
        try await API.run { api in
            let network = try await api.network("n", cidr: nil)
            let body: JSON = [
                "subnet": ["network_id": network, "ip_version": 4, "cidr": "10.0.0.0/24", "service_types": types]
            ]
            let reply = try await api(.post, "/v2.0/subnets", body)
            #expect(reply.status == 400 && reply.error == message)
        }
    }

    @Test func `a port whose MAC is null gets a new one`() async throws {
        try await API.run { api in
            let network = try await api.network()
            let made = try await api.make("port", ["network_id": network, "mac_address": nil])
            let path = "/v2.0/ports/\(made["id"]?.text ?? "")"
            let changed = try await api(.put, path, ["port": ["mac_address": nil]])
            #expect(changed.status == 200)
            let mac = try #require(changed["port", "mac_address"]?.string)
            #expect(mac.hasPrefix("fa:16:3e:") && .string(mac) != made["mac_address"])
            #expect(changed["port", "fixed_ips"] == made["fixed_ips"])
            #expect(try await api(.put, path, ["port": ["name": "x"]])["port", "mac_address"] == .string(mac))
        }
    }

    @Test func `without a default external network there is no topology`() async throws {
        try await API.runWithUsers { api in
            let path = "auto-allocated-topology"
            let error = "AutoAllocationFailure: Deployment error: No default router:external network."
            for query in ["a", "None", "a?fields=dry-run"] {
                let reply = try await api.as("alice")(.get, "\(path)/\(query)")
                #expect(reply.status == 409 && reply.error == error)
            }
            #expect(
                try await api.as("alice")(.get, "\(path)/a?fields=id").error
                    == "BadRequest: Bad auto_allocate request: Unrecognized field.")
            #expect(try await api.as("alice")(.get, "\(path)/b").status == 404)
            #expect(try await api.as("root")(.get, "\(path)/b").error == error)
            #expect(try await api.as("alice")(.delete, "\(path)/a").status == 204)
            #expect(try await api.as("alan")(.delete, "\(path)/a").status == 403)
        }
    }
}
