import HTTPTypes
import JSONCoding
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

/// Sharing with one project and with all. Projects a (alice) and b (bob); root is admin, of project ops.
@Suite(.timeLimit(.minutes(2)))
struct RBACPolicyTests {
    private static func body(
        _ object: JSON, to target: JSON, type: JSON = "network", action: JSON = "access_as_shared"
    ) -> JSON {
        [
            "rbac_policy": [
                "object_type": type, "object_id": object, "action": action, "target_tenant": target,
            ]
        ]
    }

    private static func subnet(on network: JSON, _ cidr: JSON = "10.0.0.0/24") -> JSON {
        ["network_id": network, "ip_version": 4, "cidr": cidr]
    }

    @Test func `a network is shared with one project`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob) = (api.as("alice"), api.as("bob"))
            let network = try await alice.make("network", ["name": "blue"])
            let subnet = try await alice.make("subnet", Self.subnet(on: .string(network)))
            #expect(try await bob(.get, "networks/\(network)").status == 404)

            let made = try await alice(.post, "rbac-policies", Self.body(.string(network), to: "b"))
            #expect(made.status == 201)
            let policy = try #require(made["rbac_policy", "id"])
            #expect(
                made["rbac_policy"] == [
                    "id": policy, "object_type": "network", "object_id": .string(network),
                    "action": "access_as_shared", "target_tenant": "b", "project_id": "a", "tenant_id": "a",
                ])
            let path = "rbac-policies/\(policy.text)"
            #expect(try await alice(.get, path)["rbac_policy"] == made["rbac_policy"])
            #expect(try await alice(.get, "rbac-policies?object_id=\(network)").json.object?.count == 1)
            #expect(try await alice(.get, "rbac-policies?target_tenant=c")["rbac_policies"] == [])
            #expect(try await bob(.get, "rbac-policies")["rbac_policies"] == [])
            #expect(try await bob(.get, path).status == 404)
            let again = try await alice(.post, "rbac-policies", Self.body(.string(network), to: "b"))
            #expect(again.status == 409)
            #expect(again.error == "DuplicateRbacPolicy: An RBAC policy already exists with those values.")

            // Shared for the target, and not for the owner.
            #expect(try await bob(.get, "networks/\(network)")["network", "shared"] == true)
            #expect(try await api.as("ben").list("networks?shared=true") == [network])
            #expect(try await bob.list("networks?shared=false").isEmpty)
            #expect(try await bob.list("subnets?shared=true") == [subnet])
            #expect(try await alice.list("networks?shared=false") == [network])
            #expect(
                try await alice(.put, "networks/\(network)", ["network": ["name": "red"]])["network", "shared"] == false
            )
            #expect(try await api.as("root")(.get, "networks/\(network)")["network", "shared"] == false)
            #expect(try await api.as("nova")(.get, "networks/\(network)")["network", "shared"] == false)

            // The target has ports there, and no subnets.
            let port = try await bob.make(
                "port", ["network_id": .string(network), "fixed_ips": [["subnet_id": .string(subnet)]]])
            #expect(
                try await bob(.post, "subnets", ["subnet": Self.subnet(on: .string(network), "10.9.0.0/24")]).error
                    == "PolicyNotAuthorized: rule:create_subnet is disallowed by policy")
            #expect(Set(try await alice.list("ports")) == [port])
            let refused = try await alice(.delete, path)
            #expect(refused.status == 409)
            #expect(
                refused.error
                    == "RbacPolicyInUse: RBAC policy on object \(network) cannot be removed because other objects depend "
                    + "on it.\nDetails: Unable to reconfigure sharing settings for network \(network). Multiple projects "
                    + "are using it.")
            #expect(try await alice(.put, path, ["rbac_policy": ["target_tenant": "c"]]).status == 409)
            #expect(try await bob(.delete, "ports/\(port)").status == 204)
            #expect(try await alice(.delete, path).status == 204)
            #expect(
                try await alice(.delete, path).error
                    == "RbacPolicyNotFound: RBAC policy of type unknown with ID \(policy.text) not found")
            #expect(try await bob(.get, "networks/\(network)").status == 404)
            #expect(try await bob(.post, "ports", ["port": ["network_id": .string(network)]]).status == 404)
        }
    }

    @Test func `the attribute shared is the policy for every project`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let network = try await root.make("network", ["tenant_id": "a", "shared": true])
            let policies = try await alice(.get, "rbac-policies")["rbac_policies"]
            let policy = try #require(policies?.array?.first?.object)
            #expect(policies?.array?.count == 1)
            #expect(policy["target_tenant"] == "*" && policy["object_id"] == .string(network))
            #expect(policy["project_id"] == "a" && policy["object_type"] == "network")
            let path = "rbac-policies/\(try #require(policy["id"]).text)"
            #expect(try await root(.get, path)["rbac_policy"] == .object(policy))
            #expect(try await root(.post, "rbac-policies", Self.body(.string(network), to: "*")).status == 409)

            let port = try await bob.make("port", ["network_id": .string(network)])
            for refused in [
                try await root(.delete, path),
                try await root(.put, path, ["rbac_policy": ["target_tenant": "c"]]),
            ] { #expect(refused.error?.hasPrefix("RbacPolicyInUse: ") == true) }
            #expect(
                try await root(.put, "networks/\(network)", ["network": ["shared": false]]).error?
                    .hasPrefix("InvalidSharedSetting: ") == true)
            // Bob has it by another policy then.
            let own = try await root(.post, "rbac-policies", Self.body(.string(network), to: "b"))
            #expect(own["rbac_policy", "project_id"] == "ops")
            #expect(try await root(.delete, path).status == 204)
            #expect(try await root(.get, "networks/\(network)")["network", "shared"] == false)
            #expect(try await bob(.get, "networks/\(network)")["network", "shared"] == true)
            #expect(try await root(.get, path).status == 404)
            #expect(try await bob(.delete, "ports/\(port)").status == 204)

            let made = try await root(.post, "rbac-policies", Self.body(.string(network), to: "*"))
            #expect(made["rbac_policy", "project_id"] == "ops")
            for user in [alice, bob, root] {
                #expect(try await user(.get, "networks/\(network)")["network", "shared"] == true)
            }
            // While every project has it, that of one goes although it is used.
            _ = try await bob.make("port", ["network_id": .string(network)])
            let id = try #require(own["rbac_policy", "id"]).text
            #expect(try await root(.delete, "rbac-policies/\(id)").status == 204)
            for port in try await bob.list("ports") { #expect(try await bob(.delete, "ports/\(port)").status == 204) }
            #expect(try await root(.put, "networks/\(network)", ["network": ["shared": false]]).status == 200)
            #expect(try await root(.get, "rbac-policies")["rbac_policies"] == [])
            #expect(try await bob(.get, "networks/\(network)").status == 404)
            #expect(try await root(.put, "networks/\(network)", ["network": ["shared": true]]).status == 200)
            #expect(try await root(.get, "rbac-policies?target_tenant=*")["rbac_policies"]?.array?.count == 1)
        }
    }

    @Test func `a network that an earlier release has shared is shared by a policy`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob) = (api.as("alice"), api.as("bob"))
            let network = try await alice.make("network", [:])
            try await api.server.control(
                "ovn-nbctl", "set", "Logical_Switch", "neutron-\(network)", "external_ids:\"neutron:shared\"=true")
            try await api.store.lookAgain()
            #expect(try await bob(.get, "networks/\(network)")["network", "shared"] == true)
            let policies = try await alice(.get, "rbac-policies")["rbac_policies"]
            let policy = try #require(policies?.array?.first?.object?["id"]).text
            #expect(policies?.array?.count == 1)
            #expect(policy != network)
            let changed = try await api.as("root")(
                .put, "rbac-policies/\(policy)", ["rbac_policy": ["target_tenant": "c"]])
            #expect(changed["rbac_policy", "id"] == .string(policy))
            #expect(try await bob(.get, "networks/\(network)").status == 404)
            #expect(try await alice(.delete, "rbac-policies/\(policy)").status == 204)
            #expect(try await alice(.get, "rbac-policies")["rbac_policies"] == [])
        }
    }

    @Test func `a policy goes from project to project and keeps its identifier`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let network = try await alice.make("network", [:])
            let made = try await alice(.post, "rbac-policies", Self.body(.string(network), to: "c"))
            var expected = try #require(made["rbac_policy"]?.object)
            let path = "rbac-policies/\(try #require(expected["id"]).text)"
            for (target, bobSees, aliceShared) in [
                ("b", true, false), ("*", true, true), ("c", false, false), ("*", true, true), ("*", true, true),
                ("b", true, false),
            ] as [(JSON, Bool, JSON)] {
                let changed = try await root(.put, path, ["rbac_policy": ["target_tenant": target]])
                expected["target_tenant"] = target
                #expect(changed["rbac_policy"] == .object(expected))
                #expect(try await root(.get, path)["rbac_policy"] == .object(expected))
                #expect(try await root(.get, "rbac-policies")["rbac_policies"] == [.object(expected)])
                #expect(try await bob(.get, "networks/\(network)").status == (bobSees ? 200 : 404), "\(target)")
                #expect(try await alice(.get, "networks/\(network)")["network", "shared"] == aliceShared)
            }
            let other = try await alice(.post, "rbac-policies", Self.body(.string(network), to: "c"))
            let duplicate = try await alice(
                .put, "rbac-policies/\(other["rbac_policy", "id"]?.text ?? "")", ["rbac_policy": ["target_tenant": "b"]]
            )
            #expect(duplicate.error == "DuplicateRbacPolicy: An RBAC policy already exists with those values.")
            // They go with their network.
            #expect(try await alice(.delete, "networks/\(network)").status == 204)
            #expect(try await root(.get, "rbac-policies")["rbac_policies"] == [])
        }
    }

    @Test func `members share what is theirs, and not with everyone`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let network = JSON.string(try await alice.make("network", [:]))
            let hidden = try await bob(.post, "rbac-policies", Self.body(network, to: "b"))
            #expect(hidden.status == 400)
            #expect(
                hidden.error == "InvalidInput: Invalid input for operation: Network \(network.text) could not be found."
            )
            let wild = try await alice(.post, "rbac-policies", Self.body(network, to: "*"))
            #expect(wild.status == 403)
            #expect(
                wild.error
                    == "PolicyNotAuthorized: ((((rule:create_rbac_policy and rule:create_rbac_policy:object_type) and "
                    + "rule:create_rbac_policy:object_id) and rule:create_rbac_policy:target_tenant) and "
                    + "rule:create_rbac_policy:action) is disallowed by policy")
            #expect(try await api.as("alan")(.post, "rbac-policies", Self.body(network, to: "b")).status == 403)
            let made = try await alice(.post, "rbac-policies", Self.body(network, to: "b"))
            let path = "rbac-policies/\(try #require(made["rbac_policy", "id"]).text)"
            let widened = try await alice(.put, path, ["rbac_policy": ["target_tenant": "*"]])
            #expect(
                widened.error
                    == "PolicyNotAuthorized: (rule:update_rbac_policy and rule:update_rbac_policy:target_tenant) is "
                    + "disallowed by policy")
            let seen = try await bob(.post, "rbac-policies", Self.body(network, to: "c"))
            #expect(
                seen.error
                    == "InvalidInput: Invalid input for operation: Only admins can manipulate policies on networks they "
                    + "do not own.")
            // A policy in bob's name is not his to change: the network is not.
            var given = try #require(Self.body(network, to: "c").object?["rbac_policy"]?.object)
            given["tenant_id"] = "b"
            let his = try await root(.post, "rbac-policies", ["rbac_policy": .object(given)])
            let hisPath = "rbac-policies/\(try #require(his["rbac_policy", "id"]).text)"
            #expect(try await bob(.get, hisPath).status == 200)
            #expect(try await bob(.put, hisPath, ["rbac_policy": ["target_tenant": "d"]]).status == 400)
            #expect(try await bob(.delete, path).status == 404)
            #expect(try await root(.delete, path).status == 204)
        }
    }

    @Test(
        arguments: [
            (
                ["object_type": "color"],
                "InvalidInput: Invalid input for operation: 'color' is not a valid RBAC object type."
            ),
            (["object_id": "x"], "HTTPBadRequest: Invalid input for object_id. Reason: 'x' is not a valid UUID."),
            (
                ["target_tenant": nil],
                "HTTPBadRequest: Invalid input for target_tenant. Reason: 'None' is not a valid string."
            ),
            (
                ["action": "access_as_red"],
                "InvalidActionForType: Invalid action 'access_as_red' for object type 'network'. Valid actions: "
                    + "('access_as_shared',)"
            ),
            (
                ["object_id": "11111111-2222-4333-8444-555555555555"],
                "InvalidInput: Invalid input for operation: Network 11111111-2222-4333-8444-555555555555 could not be "
                    + "found."
            ),
        ] as [([String: JSON], String)])
    func `a wrong policy is refused`(_ change: [String: JSON], _ error: String) async throws {
        try await API.run { api in
            let network = try await api.network()
            let right = try #require(Self.body(network, to: "b", type: " Network").object?["rbac_policy"]?.object)
            let wrong = right.merging(change) { $1 }
            let reply = try await api(.post, "/v2.0/rbac-policies", ["rbac_policy": .object(wrong)])
            #expect(reply.status == 400)
            #expect(reply.error == error)
            for name in change.keys {
                let reply = try await api(
                    .post, "/v2.0/rbac-policies", ["rbac_policy": .object(right.filter { $0.key != name })])
                #expect(
                    reply.error
                        == "HTTPBadRequest: Failed to parse request. Required attribute '\(name)' not specified")
            }
            #expect(try await api(.post, "/v2.0/rbac-policies", ["rbac_policy": .object(right)]).status == 201)
        }
    }

    @Test func `address scopes and address groups are shared too`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            for (collection, member, given) in [
                ("address-scopes", "address_scope", ["ip_version": 4]), ("address-groups", "address_group", [:]),
            ] as [(String, String, JSON)] {
                let made = try await alice(.post, collection, .object([member: given]))
                let id = try #require(made[member, "id"])
                let path = "\(collection)/\(id.text)"
                #expect(try await bob(.get, path).status == 404)
                let policy = try await alice(.post, "rbac-policies", Self.body(id, to: "b", type: .string(member)))
                #expect(policy["rbac_policy", "object_type"] == .string(member))
                #expect(try await bob(.get, path).status == 200)
                #expect(try await bob(.put, path, .object([member: ["name": "x"]])).status == 403)
                #expect(try await bob(.delete, path).status == 403)
                #expect(
                    try await bob(.post, "rbac-policies", Self.body(id, to: "c", type: .string(member))).error
                        == "InvalidInput: Invalid input for operation: Only admins can manipulate policies on objects "
                        + "they do not own.")
                let policyPath = "rbac-policies/\(policy["rbac_policy", "id"]?.text ?? "")"
                #expect(try await root(.put, policyPath, ["rbac_policy": ["target_tenant": "*"]]).status == 200)
                #expect(try await bob(.get, path).status == 200)
                #expect(try await alice(.put, path, .object([member: ["name": "x"]])).status == 200)
                #expect(try await root(.get, policyPath)["rbac_policy", "target_tenant"] == "*")
                #expect(try await root(.delete, policyPath).status == 204)
                #expect(try await bob(.get, path).status == 404)
                _ = try await alice(.post, "rbac-policies", Self.body(id, to: "b", type: .string(member)))
                #expect(try await alice(.delete, path).status == 204)
                #expect(try await root(.get, "rbac-policies")["rbac_policies"] == [])
            }
            let scope = try await root(.post, "address-scopes", ["address_scope": ["ip_version": 4, "shared": true]])
            #expect(
                try await root(.get, "rbac-policies")["rbac_policies", "0", "object_id"] == scope["address_scope", "id"]
            )
        }
    }

    /// Two replicas, each with a view of its own.
    @Test func `of an end of sharing and a port of the other project exactly one wins`() async throws {
        try await API.runWithUsers { one in
            try await API.run(on: one.server, authentication: .keystone(Users(), url: Users.url)) { two in
                let network = try await one.as("alice").make("network", [:])
                for round in 1...20 {
                    let target: JSON = round % 2 == 0 ? "b" : "*"
                    let made = try await one.as("root")(.post, "rbac-policies", Self.body(.string(network), to: target))
                    let path = "rbac-policies/\(try #require(made["rbac_policy", "id"]).text)"
                    let bob = two.as("bob")
                    #expect(try await bob(.get, "networks/\(network)").status == 200)
                    async let ended = one.as("root")(.delete, path)
                    async let begun = bob(.post, "ports", ["port": ["network_id": .string(network)]])
                    let (end, port) = try await (ended, begun)
                    #expect(
                        [[204, 404], [409, 201]].contains([end.status, port.status]), "\(end.text) \(port.text)")
                    if let id = port["port", "id"] {
                        #expect(try await bob(.delete, "ports/\(id.text)").status == 204)
                        #expect(try await one.as("root")(.delete, path).status == 204)
                    }
                }
            }
        }
    }

    @Test func `of two policies alike one is made, and none about what is gone`() async throws {
        try await API.runWithUsers { one in
            try await API.run(on: one.server, authentication: .keystone(Users(), url: Users.url)) { two in
                for _ in 1...10 {
                    let network = try await one.as("alice").make("network", [:])
                    _ = try await two.as("alice")(.get, "networks/\(network)")
                    let body = Self.body(.string(network), to: "b")
                    async let first = one.as("alice")(.post, "rbac-policies", body)
                    async let second = two.as("alice")(.post, "rbac-policies", body)
                    #expect(Set([try await first.status, try await second.status]) == [201, 409])
                    async let third = one.as("alice")(.post, "rbac-policies", Self.body(.string(network), to: "c"))
                    async let gone = two.as("alice")(.delete, "networks/\(network)")
                    #expect(try await gone.status == 204)
                    #expect([201, 400].contains(try await third.status))
                    try await one.store.lookAgain()
                    #expect(try await one.as("root")(.get, "rbac-policies")["rbac_policies"] == [])
                }
            }
        }
    }
}
