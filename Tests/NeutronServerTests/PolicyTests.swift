import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// Permissions on actions and attributes.
@Suite struct PolicyTests {
    @Test func `a reader only reads, and an unknown role may do nothing`() async throws {
        try await API.runWithUsers { api in
            let network = try await api.as("alice").make("network", ["name": "blue"])
            let port = try await api.as("alice").make("port", ["network_id": .string(network)])
            let alan = api.as("alan")
            #expect(try await alan.list("networks") == [network])
            for (path, body, rule) in [
                ("networks", ["network": [:]] as JSON, "create_network"),
                ("ports", ["port": ["network_id": .string(network)]], "create_port"),
                (
                    "subnets", ["subnet": ["network_id": .string(network), "ip_version": 4, "cidr": "10.0.0.0/24"]],
                    "create_subnet"
                ),
            ] {
                let reply = try await alan(.post, path, body)
                #expect(reply.status == 403)
                #expect(reply.error == "PolicyNotAuthorized: rule:\(rule) is disallowed by policy")
            }
            #expect(try await alan(.put, "networks/\(network)", ["network": ["name": "x"]]).status == 403)
            #expect(try await alan(.delete, "networks/\(network)").status == 403)
            #expect(try await alan(.delete, "ports/\(port)").status == 403)
            let nobody = api.as("nobody")
            #expect(try await nobody.list("networks").isEmpty)
            #expect(try await nobody(.get, "networks/\(network)").status == 404)
            #expect(try await nobody(.post, "networks", ["network": [:]]).status == 403)
        }
    }

    @Test(
        arguments: [
            ("shared", true), ("router:external", true), ("provider:network_type", "vlan"),
            ("provider:physical_network", "physnet1"), ("provider:segmentation_id", 7),
        ] as [(String, JSON)])
    func `network attributes for admin only`(_ name: String, _ value: JSON) async throws {
        try await API.runWithUsers { api in
            let alice = api.as("alice")
            let made = try await alice(.post, "networks", ["network": .object([name: value])])
            #expect(made.status == 403)
            #expect(
                made.error
                    == "PolicyNotAuthorized: (rule:create_network and rule:create_network:\(name)) is disallowed by policy"
            )
            let id = try await alice.make("network", ["shared": false, "router:external": false])
            let changed = try await alice(.put, "networks/\(id)", ["network": .object([name: value])])
            #expect(changed.status == 403)
            #expect(
                changed.error
                    == "PolicyNotAuthorized: (rule:update_network and rule:update_network:\(name)) is disallowed by policy"
            )
        }
    }

    @Test(
        arguments: [
            ("binding:host_id", "h"), ("binding:profile", ["parent_name": "x", "tag": 1]), ("binding:profile", [:]),
        ] as [(String, JSON)])
    func `port attributes for admin only`(_ name: String, _ value: JSON) async throws {
        try await API.runWithUsers { api in
            let alice = api.as("alice")
            let network = JSON.string(try await alice.make("network", [:]))
            let made = try await alice(.post, "ports", ["port": .object(["network_id": network, name: value])])
            #expect(made.status == 403)
            #expect(
                made.error
                    == "PolicyNotAuthorized: (rule:create_port and rule:create_port:\(name)) is disallowed by policy")
            let id = try await alice.make("port", ["network_id": network, "binding:vnic_type": "normal"])
            #expect(try await alice(.put, "ports/\(id)", ["port": .object([name: value])]).status == 403)
        }
    }

    @Test func `some port attributes are for the network's owner only`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let network = JSON.string(try await root.make("network", ["tenant_id": "a", "shared": true]))
            let subnet = try await alice.make(
                "subnet", ["network_id": network, "ip_version": 4, "cidr": "10.0.0.0/24"])
            let cases: [(String, JSON, String)] = [
                ("mac_address", "02:00:00:00:00:01", "rule:create_port:mac_address"),
                ("port_security_enabled", false, "rule:create_port:port_security_enabled"),
                ("device_owner", "network:dhcp", "rule:create_port:device_owner"),
                (
                    "fixed_ips", [["ip_address": "10.0.0.9"]],
                    "(rule:create_port:fixed_ips and (rule:create_port:fixed_ips:ip_address))"
                ),
                (
                    "fixed_ips", [["subnet_id": .string(subnet), "ip_address": "10.0.0.9"]],
                    "(rule:create_port:fixed_ips and (rule:create_port:fixed_ips:ip_address and "
                        + "rule:create_port:fixed_ips:subnet_id))"
                ),
                (
                    "allowed_address_pairs", [["ip_address": "10.0.0.77"]],
                    "(rule:create_port:allowed_address_pairs and (rule:create_port:allowed_address_pairs:ip_address))"
                ),
            ]
            for (name, value, rule) in cases {
                let reply = try await bob(.post, "ports", ["port": .object(["network_id": network, name: value])])
                #expect(reply.status == 403, "\(name)")
                #expect(reply.error == "PolicyNotAuthorized: (rule:create_port and \(rule)) is disallowed by policy")
                let id = try await alice.make("port", .object(["network_id": network, name: value]))
                #expect(try await alice(.delete, "ports/\(id)").status == 204)
            }
            let bobs = try await bob.make("port", ["network_id": network, "device_owner": "compute:nova"])
            for (name, value, _) in cases {
                #expect(try await bob(.put, "ports/\(bobs)", ["port": .object([name: value])]).status == 403, "\(name)")
            }
            // Admin only, not even the network's owner.
            let alices = try await alice.make("port", ["network_id": network])
            let mac: JSON = ["port": ["mac_address": "02:00:00:00:00:02"]]
            #expect(try await alice(.put, "ports/\(alices)", mac).status == 403)
            #expect(try await root(.put, "ports/\(alices)", mac).status == 200)
        }
    }

    @Test func `syntax errors are reported before permissions and missing resources`() async throws {
        try await API.runWithUsers { api in
            let alice = api.as("alice")
            let subnet = try await alice(.post, "subnets", ["subnet": ["ip_version": 4, "cidr": "10.0.0.0/24"]])
            #expect(subnet.status == 400)
            #expect(
                subnet.error
                    == "HTTPBadRequest: Failed to parse request. Required attribute 'network_id' not specified")
            let network = try await alice.make("network", [:])
            let parent = try await alice.make("port", ["network_id": .string(network)])
            let trunk = try await alice.make("trunk", ["port_id": .string(parent)])
            let nowhere: JSON = "11111111-2222-4333-8444-555555555555"
            let wrong: JSON = [["port_id": nowhere, "segmentation_type": "vlan", "segmentation_id": 4_095]]
            for reply in [
                try await alice(.post, "trunks", ["trunk": ["port_id": nowhere, "sub_ports": wrong]]),
                try await alice(.put, "trunks/\(trunk)/add_subports", ["sub_ports": wrong]),
            ] {
                #expect(reply.status == 400)
                #expect(
                    reply.error == "InvalidInput: Invalid input for operation: Segmentation ID '4095' is not in range.")
            }
            let right: JSON = [["port_id": nowhere, "segmentation_type": "vlan", "segmentation_id": 5]]
            let missing = try await alice(.put, "trunks/\(trunk)/add_subports", ["sub_ports": right])
            #expect(missing.error == "PortNotFound: Port \(nowhere.text) could not be found.")
            // A malformed request does not reveal whether a foreign trunk exists.
            let strange = try await api.as("bob")(.put, "trunks/\(trunk)/add_subports", ["sub_ports": wrong])
            #expect(strange.error == "TrunkNotFound: Trunk \(trunk) could not be found.")
            // Rules for admin only need no look-up, and come first.
            let both = try await alice(.post, "networks", ["network": ["shared": true, "mtu": -1]])
            #expect(both.status == 403)
        }
    }

    @Test func `attributes for admin only are hidden from others`() async throws {
        try await API.runWithUsers { api in
            let (alice, root) = (api.as("alice"), api.as("root"))
            let made = try await alice(.post, "networks", ["network": [:]])
            let id = try #require(made["network", "id"]?.string)
            let port = try await alice(.post, "ports", ["port": ["network_id": .string(id)]])
            let portID = try #require(port["port", "id"]?.string)
            let provider = ["provider:network_type", "provider:physical_network", "provider:segmentation_id"]
            let binding = [
                "binding:host_id", "binding:profile", "binding:vif_type", "binding:vif_details", "resource_request",
            ]
            let replies: [(JSON?, [String], String)] = [
                (made["network"], provider, "router:external"),
                (try await alice(.get, "networks/\(id)")["network"], provider, "shared"),
                (try await alice(.get, "networks")["networks", "0"], provider, "shared"),
                (try await alice(.put, "networks/\(id)", ["network": ["name": "x"]])["network"], provider, "mtu"),
                (port["port"], binding, "binding:vnic_type"),
                (try await alice(.get, "ports/\(portID)")["port"], binding, "binding:vnic_type"),
                (try await alice(.get, "ports")["ports", "0"], binding, "binding:vnic_type"),
                (
                    try await alice(.post, "ports", ["ports": [["network_id": .string(id)]]])["ports", "0"], binding,
                    "id"
                ),
            ]
            for (shown, hidden, visible) in replies {
                let names = try #require(shown?.object).keys
                #expect(Set(names).isDisjoint(with: hidden))
                #expect(names.contains(visible))
            }
            #expect(
                try await alice(.get, "ports/\(portID)?fields=binding:host_id&fields=id")["port"] == [
                    "id": .string(portID)
                ])
            let all = try #require(try await root(.get, "ports/\(portID)")["port"]?.object)
            #expect(Set(binding).isSubset(of: all.keys))
            let network = try #require(try await root(.get, "networks?id=\(id)")["networks", "0"]?.object)
            #expect(Set(provider).isSubset(of: network.keys))
        }
    }

    @Test func `the role advsvc may handle ports of all projects`() async throws {
        try await API.runWithUsers { api in
            let (alice, nova) = (api.as("alice"), api.as("nova"))
            let network = try await alice.make("network", [:])
            let port = try await nova.make("port", ["network_id": .string(network), "tenant_id": "a"])
            #expect(try await alice.list("ports") == [port])
            #expect(try await nova(.put, "ports/\(port)", ["port": ["device_id": "x"]]).status == 200)
            #expect(try await nova(.delete, "ports/\(port)").status == 204)
            #expect(try await nova(.delete, "networks/\(network)").status == 403)
        }
    }

    @Test func `every rule is listed once`() {
        let names = Policy.rules.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
