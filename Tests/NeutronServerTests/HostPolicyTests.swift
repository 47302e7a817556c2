import HTTPTypes
import JSONCoding
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

/// What hosts may do with their certificates.
@Suite(.timeLimit(.minutes(2)))
struct HostPolicyTests {
    /// Hosts h1 and h2 of project a, and h3 of project b.
    private func withHosts(
        _ body: @Sendable (API, _ h1: TestHost, _ h2: TestHost, _ h3: TestHost) async throws -> Void
    ) async throws {
        try await API.runWithHosts { api, _, _ in
            let one = try await TestHost(api, "h1").joined(try await api.invite(), address: "192.0.2.1")
            let two = try await TestHost(api, "h2").joined(try await api.invite(), address: "192.0.2.2")
            let three = try await TestHost(api, "h3").joined(try await api.invite(project: "b"), address: "192.0.2.3")
            try await body(api, one, two, three)
        }
    }

    /// What the plugin does from `docker network create` to `docker network rm`.
    @Test func `a host makes networks, and ports on itself with addresses of its choice`() async throws {
        try await withHosts { api, h1, h2, _ in
            let network = try await h1.make(
                "network", ["name": "blue", "description": .string(HostMarks.madeDescription)])
            let tag = HostMarks.user("0123456789abcdef0123456789abcdef", on: "h1")
            #expect(tag.count == 60)
            #expect(try await h1(.put, "networks/\(network)/tags/\(tag)").status == 201)
            let subnet = try await h2.make(
                "subnet",
                ["network_id": .string(network), "ip_version": 4, "cidr": "10.1.0.0/24", "enable_dhcp": false])
            let made = try await h1(
                .post, "ports",
                [
                    "port": [
                        "network_id": .string(network), "mac_address": "02:42:0a:01:00:05",
                        "fixed_ips": [["subnet_id": .string(subnet), "ip_address": "10.1.0.5"]],
                        "device_owner": "compute:docker", "description": "made by ovn-docker-plugin on h1",
                        "binding:host_id": "h1", "port_security_enabled": false, "allowed_address_pairs": [],
                    ]
                ])
            #expect(made.status == 201, "\(made.text)")
            #expect(made["port", "binding:host_id"] == "h1")
            #expect(made["port", "project_id"] == "a")
            let port = try #require(made["port", "id"]?.string)
            for body in [
                ["name": "web", "device_id": "c0ffee"], ["port_security_enabled": true],
                ["device_owner": "compute:docker-sticky"], ["binding:host_id": "h1", "binding:profile": [:]],
                ["allowed_address_pairs": [["ip_address": "10.1.0.99"]]],
                ["fixed_ips": [["subnet_id": .string(subnet), "ip_address": "10.1.0.7"]]],
                // By its system id too.
                ["binding:host_id": "system-h1"],
            ] as [JSON] {
                let reply = try await h1(.put, "ports/\(port)", ["port": body])
                #expect(reply.status == 200, "\(reply.text)")
            }
            #expect(try await h1(.put, "ports/\(port)/tags", ["tags": ["dns:web"]]).status == 200)
            // Reads with what is bound where, and by that.
            let seen = try await h2(.get, "ports?binding:host_id=system-h1")
            #expect(seen["ports", "0", "id"] == .string(port))
            #expect(seen["ports", "0", "binding:vif_type"] != nil)
            #expect(seen["ports", "0", "binding:profile"] == [:])
            // An address that is kept, taken over by another host with another MAC address.
            let kept = try await h1(
                .put, "ports/\(port)",
                ["port": ["device_id": "", "device_owner": .string(HostMarks.reserved), "binding:host_id": ""]])
            #expect(kept.status == 200, "\(kept.text)")
            let taken = try await h2(
                .put, "ports/\(port)",
                [
                    "port": [
                        "binding:host_id": "h2", "mac_address": "02:42:0a:01:00:77", "device_owner": "compute:docker",
                        "name": "web",
                    ]
                ])
            #expect(taken.status == 200, "\(taken.text)")
            #expect(try await h1(.delete, "ports/\(port)").status == 403)
            #expect(try await h2(.delete, "ports/\(port)").status == 204)
            #expect(try await h1(.delete, "networks/\(network)/tags/\(tag)").status == 204)
            #expect(try await h1(.delete, "networks/\(network)").status == 204)
        }
    }

    @Test func `a host may not what the table does not say`() async throws {
        try await withHosts { api, h1, h2, h3 in
            let network = try await api.as("alice").make("network", ["name": "blue"])
            let id = JSON.string(network)
            _ = try await api.as("alice").make(
                "subnet", ["network_id": id, "ip_version": 4, "cidr": "10.1.0.0/24"])
            let other = try await h2.make("port", ["network_id": id, "binding:host_id": "h2"])
            let own = try await h1.make("port", ["network_id": id, "binding:host_id": "h1"])
            let free = try await h2.make("port", ["network_id": id])
            // A child is where its parent is.
            let child = try await h2.make(
                "port", ["network_id": id, "binding:profile": ["parent_name": .string(other), "tag": 7]])
            let bound =
                "the port is bound to host h2, and host h1 changes and deletes what is bound to itself or to no host."
            let binds = "host h1 binds ports to itself alone, not to host h2."
            func update(_ more: String = "") -> String {
                let first = "(rule:update_port and rule:host_update_port)"
                return (more.isEmpty ? first : "(\(first) and rule:update_port:\(more))") + " is disallowed by policy: "
            }
            for (method, path, body, message) in [
                (.put, "ports/\(other)", ["port": ["name": "x"]], update() + bound),
                (.put, "ports/\(other)", ["port": ["binding:host_id": "h1"]], update("binding:host_id") + bound),
                (.put, "ports/\(other)", ["port": ["binding:host_id": ""]], update("binding:host_id") + bound),
                (.put, "ports/\(other)/tags", ["tags": ["dns:web"]], update() + bound),
                (
                    .delete, "ports/\(other)", nil,
                    "(rule:delete_port and rule:host_delete_port) is disallowed by policy: " + bound
                ),
                (.put, "ports/\(child)", ["port": ["name": "x"]], update() + bound),
                (.put, "ports/\(own)", ["port": ["binding:host_id": "h2"]], update("binding:host_id") + binds),
                (
                    .put, "ports/\(own)", ["port": ["binding:host_id": "system-h2"]],
                    update("binding:host_id") + "host h1 binds ports to itself alone, not to host system-h2."
                ),
                (.put, "ports/\(free)", ["port": ["binding:host_id": "h2"]], update("binding:host_id") + binds),
                (
                    .put, "ports/\(free)", ["port": ["binding:profile": ["parent_name": .string(other), "tag": 9]]],
                    update("binding:profile") + binds
                ),
                (
                    .post, "ports", ["port": ["network_id": id, "binding:host_id": "h2"]],
                    "(rule:create_port and rule:create_port:binding:host_id) is disallowed by policy: " + binds
                ),
                (
                    .post, "ports",
                    ["port": ["network_id": id, "binding:profile": ["parent_name": .string(other), "tag": 8]]],
                    "(rule:create_port and rule:create_port:binding:profile) is disallowed by policy: " + binds
                ),
            ] as [(HTTPRequest.Method, String, JSON?, String)] {
                let reply = try await h1(method, path, body)
                #expect(reply.status == 403, "\(path): \(reply.text)")
                #expect(reply.error == "PolicyNotAuthorized: " + message)
            }
            // Of another project it sees nothing.
            #expect(try await h3(.get, "networks")["networks"] == [])
            for path in ["networks/\(network)", "ports/\(own)"] { #expect(try await h3(.get, path).status == 404) }
            #expect(try await h3(.delete, "ports/\(own)").status == 404)
            #expect(try await h3(.post, "ports", ["port": ["network_id": id]]).status == 404)
            // Nor is it an administrator.
            #expect(try await h1(.get, "quotas").status == 403)
            #expect(try await h1(.post, "networks", ["network": ["shared": true]]).status == 403)
            #expect(try await h1(.post, "networks", ["network": ["project_id": "b"]]).status == 400)
            // What is its own or nobody's it may.
            #expect(try await h1(.put, "ports/\(free)", ["port": ["binding:host_id": "h1"]]).status == 200)
            #expect(try await h1(.delete, "ports/\(free)").status == 204)
            #expect(try await h1(.delete, "ports/\(own)").status == 204)
        }
    }

    @Test func `people have no rights of hosts`() async throws {
        try await withHosts { api, _, _, _ in
            let alice = api.as("alice")
            let network = try await alice.make("network", ["name": "blue"])
            let made = try await alice(
                .post, "ports", ["port": ["network_id": .string(network), "binding:host_id": "h1"]])
            #expect(
                made.error
                    == "PolicyNotAuthorized: (rule:create_port and rule:create_port:binding:host_id) is disallowed by policy"
            )
            let port = try await alice.make("port", ["network_id": .string(network)])
            let shown = try await alice(.get, "ports/\(port)")
            #expect(shown["port", "binding:host_id"] == nil)
            #expect(
                try await alice(.put, "ports/\(port)", ["port": ["mac_address": "02:42:0a:01:00:77"]]).status == 403)
        }
    }

    @Test func `what is bound to a host that is gone is everybody's`() async throws {
        try await API.runWithHosts(withSouthbound: true) { api, _, south in
            let h1 = try await TestHost(api, "h1").joined(try await api.invite())
            let network = try await h1.make("network", ["name": "blue"])
            for (host, status) in [("lost", 200), ("old", 403)] {
                if host == "old" {
                    try await south?.control("ovn-sbctl", "chassis-add", "old", "geneve", "192.0.2.66")
                    while !api.store.snapshot().isHostKnown("old") { await Task.yield() }
                }
                let port = try await api.as("root")(
                    .post, "ports",
                    ["port": ["network_id": .string(network), "project_id": "a", "binding:host_id": .string(host)]])
                let id = try #require(port["port", "id"]?.string, "\(port.text)")
                #expect(try await h1(.put, "ports/\(id)", ["port": ["binding:host_id": "h1"]]).status == status)
            }
        }
    }
}
