import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// Subnets that come from pools.
@Suite(.timeLimit(.minutes(2)))
struct PooledSubnetTests {
    @Test func `a subnet takes the first of the smallest blocks that are large enough`() async throws {
        try await API.run { api in
            let pool = try #require(try await api.pool(["10.20.0.0/22"], ["default_prefixlen": 24])["id"])
            func subnet(_ more: [String: JSON] = [:]) async throws -> [String: JSON] {
                let network = try await api.network(cidr: nil)
                let body: [String: JSON] = ["network_id": network, "ip_version": 4, "subnetpool_id": pool]
                return try await api.make("subnet", .object(body.merging(more) { $1 }))
            }
            let first = try await subnet()
            #expect(first["cidr"] == "10.20.0.0/24")
            #expect(first["subnetpool_id"] == pool)
            #expect(first["gateway_ip"] == "10.20.0.1")
            #expect(first["allocation_pools"] == [["start": "10.20.0.2", "end": "10.20.0.254"]])
            #expect(try await subnet(["prefixlen": 26])["cidr"] == "10.20.1.0/26")
            #expect(try await subnet(["prefixlen": 25])["cidr"] == "10.20.1.128/25")
            #expect(try await subnet(["prefixlen": "24"])["cidr"] == "10.20.2.0/24")
            #expect(try await subnet(["cidr": "10.20.3.64/26"])["cidr"] == "10.20.3.64/26")
            let other = try await subnet(["prefixlen": 27, "gateway_ip": "10.20.3.30"])
            #expect(other["cidr"] == "10.20.3.0/27")
            #expect(other["gateway_ip"] == "10.20.3.30")
            #expect(try await subnet(["prefixlen": 28, "gateway_ip": nil])["gateway_ip"] == .null)
            let id = try #require(first["id"]).text
            #expect(try await api(.delete, "/v2.0/subnets/\(id)").status == 204)
            #expect(try await subnet()["cidr"] == "10.20.0.0/24")
            let listed = try await api(.get, "/v2.0/subnets?subnetpool_id=\(pool.text)")["subnets"]?.array
            #expect(listed?.count == 7)
            #expect(
                try await api(.get, "/v2.0/subnets?subnetpool_id=5f08eb2a-4b66-4f37-a67f-0a1e7a9b9c3d")["subnets"] == []
            )
        }
    }

    @Test func `an IPv6 pool gives blocks of 64`() async throws {
        try await API.run { api in
            let pool = try #require(try await api.pool(["fd00:1::/62"])["id"])
            var cidrs: [String] = []
            for _ in 0..<4 {
                let network = try await api.network(cidr: nil)
                let subnet = try await api.make(
                    "subnet",
                    [
                        "network_id": network, "ip_version": 6, "subnetpool_id": pool, "ipv6_ra_mode": "slaac",
                        "ipv6_address_mode": "slaac",
                    ])
                cidrs.append(subnet["cidr"]?.text ?? "")
                #expect(subnet["gateway_ip"]?.text.hasSuffix("::1") == true)
            }
            #expect(cidrs == ["fd00:1::/64", "fd00:1:0:1::/64", "fd00:1:0:2::/64", "fd00:1:0:3::/64"])
            let network = try await api.network(cidr: nil)
            let reply = try await api(
                .post, "/v2.0/subnets",
                ["subnet": ["network_id": network, "ip_version": 6, "subnetpool_id": pool]])
            #expect(reply.status == 409)
            #expect(
                reply.error
                    == "SubnetAllocationError: Failed to allocate subnet: "
                    + "Insufficient prefix space to allocate subnet size /64.")
        }
    }

    @Test func `what a pool cannot give is refused`() async throws {
        try await API.run { api in
            let pool = try #require(
                try await api.pool(["10.0.0.0/16"], ["min_prefixlen": 20, "max_prefixlen": 28])["id"])
            let network = try await api.network(cidr: nil)
            func refusal(_ more: [String: JSON]) async throws -> String? {
                let body: [String: JSON] = ["network_id": network, "ip_version": 4, "subnetpool_id": pool]
                return try await api(.post, "/v2.0/subnets", ["subnet": .object(body.merging(more) { $1 })]).error
            }
            #expect(
                try await refusal(["prefixlen": 19])
                    == "MinPrefixSubnetAllocationError: Unable to allocate subnet with prefix length 19, "
                    + "minimum allowed prefix is 20.")
            #expect(
                try await refusal(["prefixlen": 29])
                    == "MaxPrefixSubnetAllocationError: Unable to allocate subnet with prefix length 29, "
                    + "maximum allowed prefix is 28.")
            #expect(
                try await refusal(["prefixlen": 9_999, "gateway_ip": "10.0.0.1"])
                    == "MaxPrefixSubnetAllocationError: Unable to allocate subnet with prefix length 9999, "
                    + "maximum allowed prefix is 28.")
            #expect(
                try await refusal(["cidr": "10.1.0.0/24"])
                    == "SubnetAllocationError: Failed to allocate subnet: "
                    + "Cannot allocate requested subnet from the available set of prefixes.")
            #expect(
                try await refusal(["ip_version": 6])
                    == "BadRequest: Bad subnets request: Cannot allocate IPv6 subnet from IPv4 subnet pool.")
            #expect(
                try await refusal(["gateway_ip": "fd00::1"])
                    == "InvalidInput: Invalid input for operation: gateway_ip 'fd00::1' does not match the ip_version '4'."
            )
            #expect(
                try await refusal(["subnetpool_id": "5f08eb2a-4b66-4f37-a67f-0a1e7a9b9c3d"])
                    == "SubnetPoolNotFound: Subnet pool 5f08eb2a-4b66-4f37-a67f-0a1e7a9b9c3d could not be found.")
            #expect(
                try await refusal(["subnetpool_id": nil, "use_default_subnetpool": true])
                    == "BadRequest: Bad subnets request: No default subnetpool found for IPv4.")
            let multicast = try #require(try await api.pool(["224.0.0.0/8"])["id"])
            #expect(
                try await refusal(["subnetpool_id": multicast])
                    == "InvalidInput: Invalid input for operation: "
                    + "Multicast IP subnet is not supported if enable_dhcp is True.")
            #expect(try await api(.get, "/v2.0/subnets")["subnets"] == [])
        }
    }

    @Test func `a project has no more of a pool than its quota`() async throws {
        try await API.runWithUsers { api in
            let pool = try await api.as("root").make(
                "subnetpool",
                [
                    "name": "p", "prefixes": ["10.0.0.0/16"], "default_prefixlen": 24, "default_quota": 512,
                    "shared": true,
                ])
            let six = try await api.as("root").make(
                "subnetpool", ["name": "q", "prefixes": ["fd00::/48"], "default_quota": 1, "shared": true])
            func add(_ user: String, _ pool: String, _ version: Int64, _ length: Int64) async throws -> String? {
                let network = try await api.as(user).make("network", [:])
                let body: JSON = [
                    "network_id": .string(network), "ip_version": .integer(version), "subnetpool_id": .string(pool),
                    "prefixlen": .integer(length),
                ]
                return try await api.as(user)(.post, "subnets", ["subnet": body]).error
            }
            let refusal = "SubnetPoolQuotaExceeded: Per-tenant subnet pool prefix quota exceeded."
            #expect(try await add("alice", pool, 4, 24) == nil)
            #expect(try await add("alice", pool, 4, 25) == nil)
            #expect(try await add("alice", pool, 4, 24) == refusal)
            #expect(try await add("alice", pool, 4, 25) == nil)
            #expect(try await add("alice", pool, 4, 30) == refusal)
            #expect(try await add("bob", pool, 4, 23) == nil)
            #expect(try await add("alice", six, 6, 64) == nil)
            #expect(try await add("alice", six, 6, 120) == refusal)
        }
    }

    @Test func `the subnets of a network come from one pool, or one address scope`() async throws {
        try await API.run { api in
            let scope = try #require(try await api.scope(4)["id"])
            let pools = [
                try await api.pool(["10.0.0.0/16"], ["default_prefixlen": 24, "address_scope_id": scope]),
                try await api.pool(["10.1.0.0/16"], ["default_prefixlen": 24, "address_scope_id": scope]),
                try await api.pool(["10.2.0.0/16"], ["default_prefixlen": 24]),
                try await api.pool(["10.3.0.0/16"], ["default_prefixlen": 24]),
                try await api.pool(["fd00::/48"]),
            ].map { $0["id"] ?? .null }
            func add(_ pool: JSON?, to network: JSON, version: Int64 = 4) async throws -> String? {
                var body: [String: JSON] = ["network_id": network, "ip_version": .integer(version)]
                if let pool { body["subnetpool_id"] = pool } else { body["cidr"] = "192.168.0.0/24" }
                return try await api(.post, "/v2.0/subnets", ["subnet": .object(body)]).error
            }
            let poolRefusal =
                "NetworkSubnetPoolAffinityError: Subnets hosted on the same network must be allocated from the same "
                + "subnet pool."
            let scopeRefusal =
                "NetworkAddressScopeAffinityError: Subnets of the same address family hosted on the same network must "
                + "all participate in the same address scope."
            let plain = try await api.network()
            #expect(try await add(pools[2], to: plain) == poolRefusal)
            let pooled = try await api.network(cidr: nil)
            #expect(try await add(pools[2], to: pooled) == nil)
            #expect(try await add(pools[2], to: pooled) == nil)
            #expect(try await add(pools[3], to: pooled) == poolRefusal)
            #expect(try await add(nil, to: pooled) == poolRefusal)
            #expect(try await add(pools[4], to: pooled, version: 6) == nil)
            let scoped = try await api.network(cidr: nil)
            #expect(try await add(pools[0], to: scoped) == nil)
            #expect(try await add(pools[1], to: scoped) == nil)
            #expect(try await add(pools[2], to: scoped) == scopeRefusal)
            #expect(try await add(nil, to: scoped) == poolRefusal)

            func scopes(_ network: JSON) async throws -> [JSON?] {
                let shown = try await api(.get, "/v2.0/networks/\(network.text)")
                return [shown["network", "ipv4_address_scope"], shown["network", "ipv6_address_scope"]]
            }
            #expect(try await scopes(scoped) == [scope, .null])
            #expect(try await scopes(pooled) == [.null, .null])
            let out: JSON = ["subnetpool": ["address_scope_id": nil]]
            #expect(try await api(.put, "/v2.0/subnetpools/\(pools[0].text)", out).error == scopeRefusal)
            let into: JSON = ["subnetpool": ["address_scope_id": scope]]
            #expect(try await api(.put, "/v2.0/subnetpools/\(pools[2].text)", into).status == 200)
            #expect(try await scopes(pooled) == [scope, .null])
        }
    }

    @Test func `the default pool is taken where the requester sees it`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let pool = try await root.make(
                "subnetpool",
                [
                    "name": "p", "prefixes": ["10.0.0.0/16"], "default_prefixlen": 24, "is_default": true,
                    "project_id": "a",
                ])
            func add(_ user: UserAPI) async throws -> API.Reply {
                let network = try await user.make("network", [:])
                return try await user(
                    .post, "subnets",
                    [
                        "subnet": [
                            "network_id": .string(network), "ip_version": 4, "use_default_subnetpool": true,
                        ]
                    ])
            }
            #expect(try await add(alice)["subnet", "subnetpool_id"] == .string(pool))
            #expect(try await add(root)["subnet", "cidr"] == "10.0.1.0/24")
            #expect(
                try await add(bob).error == "BadRequest: Bad subnets request: No default subnetpool found for IPv4.")
            let network = try await bob.make("network", [:])
            let body: JSON = [
                "network_id": .string(network), "ip_version": 4, "subnetpool_id": .string(pool),
            ]
            #expect(
                try await bob(.post, "subnets", ["subnet": body]).error
                    == "SubnetPoolNotFound: Subnet pool \(pool) could not be found.")
        }
    }

    @Test func `the subnets of a network become those of a pool`() async throws {
        try await API.runWithUsers { api in
            let (alice, root) = (api.as("alice"), api.as("root"))
            let pool = try await alice.make("subnetpool", ["name": "p", "prefixes": ["10.0.0.0/16"]])
            let network = try await alice.make("network", [:])
            let subnet = try await alice.make(
                "subnet", ["network_id": .string(network), "ip_version": 4, "cidr": "10.1.0.0/24"])
            let path = "subnetpools/\(pool)/onboard_network_subnets"
            #expect(
                try await alice(.put, path, ["network_id": .string(network)]).json
                    == [["id": .string(subnet), "cidr": "10.1.0.0/24"]])
            #expect(try await alice(.get, "subnets/\(subnet)")["subnet", "subnetpool_id"] == .string(pool))
            #expect(
                try await alice(.get, "subnetpools/\(pool)")["subnetpool", "prefixes"]
                    == ["10.0.0.0/16", "10.1.0.0/24"])
            #expect(
                try await alice(.put, path, ["network_id": .string(network)]).error
                    == "IllegalSubnetPoolUpdate: Illegal subnetpool update : Onboarding subnet \(subnet): 10.1.0.0/24 "
                    + "conflicts with allocated prefixes in subnet pool \(pool).")
            let shared = try await root.make("network", ["shared": true])
            #expect(
                try await alice(.put, path, ["network_id": .string(shared)]).error == "NotAuthorized: Not authorized.")
            #expect(
                try await alice(.put, path, [:]).error
                    == "InvalidInput: Invalid input for operation: network_id must be specified..")
        }
    }
}
