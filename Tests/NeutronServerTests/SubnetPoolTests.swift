import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// Subnet pools and address scopes by themselves.
@Suite(.timeLimit(.minutes(2)))
struct SubnetPoolTests {
    private static let path = "/v2.0/subnetpools"

    @Test func `a subnet pool is created, listed, changed and deleted`() async throws {
        try await API.run { api in
            let pool = try await api.pool(["10.1.0.0/16", "10.0.0.9/16"], ["description": "d"])
            let members: JSON = [
                "name": "p", "prefixes": ["10.0.0.0/15"], "ip_version": 4, "min_prefixlen": "8",
                "max_prefixlen": "32", "default_prefixlen": "8", "is_default": false, "shared": false,
                "default_quota": nil, "address_scope_id": nil, "description": "d", "tags": [],
                "revision_number": 0,
            ]
            for (name, value) in try #require(members.object) { #expect(pool[name] == value, "\(name)") }
            #expect(
                Set(pool.keys)
                    == Set(try #require(members.object).keys).union([
                        "id", "project_id", "tenant_id", "created_at", "updated_at",
                    ]))
            let id = try #require(pool["id"]).text
            #expect(try await api(.get, "\(Self.path)/\(id)")["subnetpool"] == .object(pool))
            for query in [
                "name=p", "ip_version=4", "min_prefixlen=8", "is_default=False", "shared=0", "address_scope_id=",
            ] {
                #expect(
                    try await api(.get, "\(Self.path)?\(query)&fields=id")["subnetpools"] == [["id": .string(id)]],
                    "\(query)")
            }
            #expect(try await api(.get, "\(Self.path)?ip_version=6")["subnetpools"] == [])
            let changed = try await api(
                .put, "\(Self.path)/\(id)",
                [
                    "subnetpool": [
                        "name": "q", "default_prefixlen": 26, "min_prefixlen": 20, "max_prefixlen": "28",
                        "default_quota": 4, "prefixes": ["10.0.0.0/15", "10.2.0.0/15"],
                    ]
                ])
            #expect(changed["subnetpool", "prefixes"] == ["10.0.0.0/14"])
            #expect(changed["subnetpool", "default_prefixlen"] == "26")
            #expect(changed["subnetpool", "default_quota"] == 4)
            #expect(changed["subnetpool", "revision_number"] == 1)
            #expect(try await api(.put, "\(Self.path)/\(id)/tags", ["tags": ["red"]]).status == 200)
            #expect(try await api(.get, "\(Self.path)/\(id)")["subnetpool", "tags"] == ["red"])
            #expect(try await api(.delete, "\(Self.path)/\(id)").status == 204)
            #expect(
                try await api(.get, "\(Self.path)/\(id)").error
                    == "SubnetPoolNotFound: Subnet pool \(id) could not be found.")
        }
    }

    @Test(
        arguments: [
            ([:], "HTTPBadRequest: Failed to parse request. Required attribute 'prefixes' not specified"),
            (["prefixes": []], "EmptySubnetPoolPrefixList: Empty subnet pool prefix list."),
            (
                ["prefixes": ["10.0.0.0/8", "fd00::/8"]],
                "PrefixVersionMismatch: Cannot mix IPv4 and IPv6 prefixes in a subnet pool."
            ),
            (
                ["prefixes": "10.0.0.0/8"],
                "HTTPBadRequest: Invalid input for prefixes. Reason: '10.0.0.0/8' is not a list."
            ),
            (
                ["prefixes": ["10.0.0.0/8", "10.0.0.0/8"]],
                "HTTPBadRequest: Invalid input for prefixes. Reason: Duplicate items in the list: '10.0.0.0/8'."
            ),
            (
                ["prefixes": ["10.0.0.1"]],
                "HTTPBadRequest: Invalid input for prefixes. Reason: "
                    + "'10.0.0.1' isn't a recognized IP subnet cidr, '10.0.0.1/32' is recommended."
            ),
            (["prefixes": [7]], "HTTPBadRequest: Invalid input for prefixes. Reason: '7' is not a valid IP subnet."),
            (
                ["prefixes": ["10.0.0.0/8"], "name": " "],
                "HTTPBadRequest: Invalid input for name. Reason: ' ' Blank strings are not permitted."
            ),
            (
                ["prefixes": ["10.0.0.0/8"], "min_prefixlen": 33],
                "IllegalSubnetPoolPrefixBounds: Illegal prefix bounds: min_prefixlen=33, max_prefixlen=32."
            ),
            (
                ["prefixes": ["10.0.0.0/8"], "max_prefixlen": 33],
                "IllegalSubnetPoolPrefixBounds: Illegal prefix bounds: max_prefixlen=33, ip_version_max=32."
            ),
            (
                ["prefixes": ["10.0.0.0/8"], "min_prefixlen": 16, "default_prefixlen": 12],
                "IllegalSubnetPoolPrefixBounds: Illegal prefix bounds: default_prefixlen=12, min_prefixlen=16."
            ),
            (
                ["prefixes": ["fd00::/48"], "max_prefixlen": 64, "default_prefixlen": 65],
                "IllegalSubnetPoolPrefixBounds: Illegal prefix bounds: default_prefixlen=65, max_prefixlen=64."
            ),
            (
                ["prefixes": ["10.0.0.0/8"], "min_prefixlen": -1],
                "HTTPBadRequest: Invalid input for min_prefixlen. Reason: '-1' should be non-negative."
            ),
            (
                ["prefixes": ["10.0.0.0/8"], "default_quota": "many"],
                "InvalidInput: Invalid input for operation: 'many' is not an integer."
            ),
            (
                ["prefixes": ["10.0.0.0/8"], "ip_version": 4],
                "HTTPBadRequest: Attribute 'ip_version' not allowed in POST"
            ),
            (
                ["prefixes": ["10.0.0.0/8"], "address_scope_id": "x"],
                "HTTPBadRequest: Invalid input for address_scope_id. Reason: 'x' is not a valid UUID."
            ),
            (
                ["prefixes": .array((0..<257).map { .string("10.0.\($0 / 128).\($0 % 128 * 2)/32") })],
                "HTTPBadRequest: Invalid input for prefixes. Reason: there are at most 256 prefixes, not 257."
            ),
        ] as [([String: JSON], String)])
    func `a wrong subnet pool is refused`(_ members: [String: JSON], _ message: String) async throws {
        try await API.run { api in
            let body = members.merging(["name": "p"]) { old, _ in old }
            let reply = try await api(.post, Self.path, ["subnetpool": .object(body)])
            #expect(reply.status == 400)
            #expect(reply.error == message)
            #expect(try await api(.get, Self.path)["subnetpools"] == [])
        }
    }

    @Test func `prefixes are added, and removed where nobody has them`() async throws {
        try await API.run { api in
            let pool = try #require(try await api.pool(["10.0.0.0/24"], ["default_prefixlen": 26])["id"]).text
            let path = "\(Self.path)/\(pool)"
            #expect(
                try await api(.put, "\(path)/add_prefixes", ["prefixes": ["10.0.1.0/24", "10.0.0.128/25"]]).json
                    == ["prefixes": ["10.0.0.0/23"]])
            #expect(
                try await api(.put, "\(path)/add_prefixes", ["prefixes": ["fd00::/64"]]).error
                    == "PrefixVersionMismatch: Cannot mix IPv4 and IPv6 prefixes in a subnet pool.")
            #expect(
                try await api(.put, path, ["subnetpool": ["prefixes": ["10.0.0.0/24"]]]).error
                    == "IllegalSubnetPoolPrefixUpdate: Illegal update to prefixes: "
                    + "Existing prefixes must be a subset of the new prefixes.")
            let network = try await api.network(cidr: nil)
            _ = try await api.make(
                "subnet", ["network_id": network, "ip_version": 4, "subnetpool_id": .string(pool)])
            #expect(
                try await api(.put, "\(path)/remove_prefixes", ["prefixes": ["10.0.0.0/30"]]).error
                    == "IllegalSubnetPoolPrefixUpdate: Illegal update to prefixes: "
                    + "One or more the prefixes to be removed is in use by a subnet..")
            #expect(
                try await api(.put, "\(path)/remove_prefixes", ["prefixes": ["10.0.1.0/24", "192.168.0.0/16"]]).json
                    == ["prefixes": ["10.0.0.0/24"]])
            #expect(
                try await api(.put, "\(path)/remove_prefixes", ["prefixes": ["10.0.0.64/26"]]).json
                    == ["prefixes": ["10.0.0.0/26", "10.0.0.128/25"]])
            #expect(
                try await api(.put, "\(path)/remove_prefixes", ["prefixes": ["10.9.0.0/16"]]).json
                    == ["prefixes": ["10.0.0.0/26", "10.0.0.128/25"]])
            for body in [[:], ["prefixes": []], ["prefixes": "10.0.0.0/8"]] as [JSON] {
                for action in ["add_prefixes", "remove_prefixes"] {
                    #expect(
                        try await api(.put, "\(path)/\(action)", body).error
                            == "HTTPBadRequest: Request body contains invalid data")
                }
            }
            #expect(
                try await api(.delete, path).error
                    == "SubnetPoolDeleteError: Unable to delete subnet pool: Subnet pool has existing allocations.")
        }
    }

    @Test func `there is one default pool of a version`() async throws {
        try await API.run { api in
            let first = try #require(try await api.pool(["10.0.0.0/8"], ["is_default": true])["id"]).text
            let second = try #require(try await api.pool(["11.0.0.0/8"])["id"]).text
            _ = try await api.pool(["fd00::/48"], ["is_default": true])
            let refusal =
                "InvalidInput: Invalid input for operation: A default subnetpool for this IP family has already been "
                + "set. Only one default may exist per IP family."
            let third: JSON = ["subnetpool": ["name": "p", "prefixes": ["12.0.0.0/8"], "is_default": true]]
            #expect(try await api(.post, Self.path, third).error == refusal)
            let yes: JSON = ["subnetpool": ["is_default": true]]
            #expect(try await api(.put, "\(Self.path)/\(second)", yes).error == refusal)
            #expect(try await api(.put, "\(Self.path)/\(first)", yes).status == 200)
            #expect(try await api(.put, "\(Self.path)/\(first)", ["subnetpool": ["is_default": false]]).status == 200)
            #expect(try await api(.put, "\(Self.path)/\(second)", yes)["subnetpool", "is_default"] == true)
        }
    }

    @Test func `pools of one address scope do not overlap`() async throws {
        try await API.run { api in
            let scope = try #require(try await api.scope(4)["id"])
            let other = try #require(try await api.scope(6)["id"])
            let pool = try #require(try await api.pool(["10.0.0.0/16"], ["address_scope_id": scope])["id"]).text
            func refusal(_ prefixes: JSON, _ scope: JSON) async throws -> String? {
                let body: JSON = ["subnetpool": ["name": "p", "prefixes": prefixes, "address_scope_id": scope]]
                return try await api(.post, Self.path, body).error
            }
            let conflict =
                "AddressScopePrefixConflict: Failed to associate address scope: "
                + "subnetpools within an address scope must have unique prefixes."
            #expect(try await refusal(["10.0.9.0/24"], scope) == conflict)
            let wrong = try #require(try await refusal(["10.1.0.0/16"], other))
            #expect(wrong.hasPrefix("IllegalSubnetPoolIpVersionAssociationToAddressScope: Illegal subnetpool "))
            #expect(wrong.hasSuffix("address scope \(other.text) because subnetpool ip_version is not 6."))
            #expect(
                try await refusal(["10.1.0.0/16"], "5f08eb2a-4b66-4f37-a67f-0a1e7a9b9c3d")
                    == "AddressScopeNotFound: Address scope 5f08eb2a-4b66-4f37-a67f-0a1e7a9b9c3d could not be found.")
            let second = try #require(try await api.pool(["10.1.0.0/16"], ["address_scope_id": scope])["id"]).text
            #expect(
                try await api(.put, "\(Self.path)/\(second)/add_prefixes", ["prefixes": ["10.0.0.0/24"]]).error
                    == conflict)
            #expect(
                try await api(.delete, "/v2.0/address-scopes/\(scope.text)").error
                    == "AddressScopeInUse: Unable to complete operation on address scope \(scope.text). "
                    + "There are one or more subnet pools in use on the address scope.")
            #expect(
                try await api(.get, "\(Self.path)?address_scope_id=\(scope.text)")["subnetpools"]?.array?.count == 2)
            for pool in [pool, second] {
                let out: JSON = ["subnetpool": ["address_scope_id": nil]]
                #expect(try await api(.put, "\(Self.path)/\(pool)", out)["subnetpool", "address_scope_id"] == .null)
            }
            #expect(try await api(.delete, "/v2.0/address-scopes/\(scope.text)").status == 204)
        }
    }

    @Test func `other projects see shared pools, and change none`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let mine = try await alice.make("subnetpool", ["name": "mine", "prefixes": ["10.0.0.0/8"]])
            for name in ["shared", "is_default"] {
                let body: [String: JSON] = ["name": "p", "prefixes": ["11.0.0.0/8"], name: true]
                #expect(
                    try await alice(.post, "subnetpools", ["subnetpool": .object(body)]).error
                        == "PolicyNotAuthorized: (rule:create_subnetpool and rule:create_subnetpool:\(name)) "
                        + "is disallowed by policy")
            }
            let all = try await root.make(
                "subnetpool", ["name": "all", "prefixes": ["11.0.0.0/8"], "shared": true, "is_default": true])
            #expect(Set(try await alice.list("subnetpools")) == [mine, all])
            #expect(try await bob.list("subnetpools") == [all])
            let change: JSON = ["subnetpool": ["name": "x"]]
            #expect(try await bob(.put, "subnetpools/\(mine)", change).status == 404)
            #expect(try await bob(.put, "subnetpools/\(all)", change).status == 403)
            #expect(try await bob(.delete, "subnetpools/\(all)").status == 403)
            let prefixes: JSON = ["prefixes": ["12.0.0.0/8"]]
            for action in ["add_prefixes", "remove_prefixes"] {
                #expect(try await bob(.put, "subnetpools/\(all)/\(action)", prefixes).status == 403)
                #expect(try await alice(.put, "subnetpools/\(mine)/\(action)", prefixes).status == 200)
            }
            #expect(
                try await alice(.put, "subnetpools/\(mine)", ["subnetpool": ["is_default": false]]).error
                    == "PolicyNotAuthorized: (rule:update_subnetpool and rule:update_subnetpool:is_default) "
                    + "is disallowed by policy")
            #expect(
                try await root(.put, "subnetpools/\(all)", ["subnetpool": ["shared": false]]).error
                    == "HTTPBadRequest: Cannot update read-only attribute shared")
        }
    }

    @Test func `only its owner changes a pool's place in a shared scope`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let shared = try await root.make(
                "address_scope", at: "address-scopes", ["name": "s", "ip_version": 4, "shared": true])
            let hidden = try await root.make("address_scope", at: "address-scopes", ["name": "h", "ip_version": 4])
            let body: JSON = ["name": "p", "prefixes": ["10.0.0.0/8"], "address_scope_id": .string(hidden)]
            #expect(
                try await alice(.post, "subnetpools", ["subnetpool": body]).error
                    == "AddressScopeNotFound: Address scope \(hidden) could not be found.")
            let pool = try await alice.make(
                "subnetpool", ["name": "p", "prefixes": ["10.0.0.0/8"], "address_scope_id": .string(shared)])
            #expect(
                try await alice(.put, "subnetpools/\(pool)", ["subnetpool": ["name": "x"]]).error
                    == "IllegalSubnetPoolUpdate: Illegal subnetpool update : subnetpool \(pool) cannot be updated when "
                    + "associated with shared address scope \(shared).")
            #expect(try await root(.put, "subnetpools/\(pool)", ["subnetpool": ["name": "x"]]).status == 200)
            #expect(try await bob(.get, "subnetpools/\(pool)").status == 404)
            #expect(try await alice(.delete, "subnetpools/\(pool)").status == 204)
        }
    }
}

extension API {
    func pool(_ prefixes: JSON, _ more: [String: JSON] = [:]) async throws -> [String: JSON] {
        try await make("subnetpool", .object(more.merging(["name": "p", "prefixes": prefixes]) { old, _ in old }))
    }

    func scope(_ version: Int64) async throws -> [String: JSON] {
        let reply = try await self(
            .post, "/v2.0/address-scopes", ["address_scope": ["name": "s", "ip_version": .integer(version)]])
        return try #require(reply["address_scope"]?.object)
    }
}
