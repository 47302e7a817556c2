import HTTPTypes
import JSONCoding
import NetworkStore
import NeutronAPI
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct QuotaTests {
    private static let standard: JSON = [
        "network": 100, "subnet": 100, "subnetpool": -1, "port": 500, "router": 10, "floatingip": 50, "rbac_policy": 10,
        "security_group": 10, "security_group_rule": 100, "trunk": -1,
    ]

    private static var limited: NetworkStoreConfiguration {
        var configuration = NetworkStoreConfiguration()
        configuration.quotas = .standard
        return configuration
    }

    @Test func `an administrator sets limits of a project, and gives it the defaults again`() async throws {
        try await API.runWithUsers(storing: Self.limited) { api in
            let root = api.as("root")
            #expect(try await root(.get, "quotas/a/default")["quota"] == Self.standard)
            #expect(try await root(.get, "quotas/a")["quota"] == Self.standard)
            #expect(try await root(.get, "quotas").json == ["quotas": []])
            var changed = try #require(Self.standard.object)
            (changed["network"], changed["router"], changed["trunk"]) = (1, 0, 7)
            let reply = try await root(
                .put, "quotas/a", ["quota": ["network": 1, "router": "0", "trunk": 7, "force": true]])
            #expect(reply.status == 200)
            #expect(reply.json == ["quota": .object(changed)])
            #expect(try await root(.get, "quotas/a")["quota"] == .object(changed))
            #expect(try await root(.get, "quotas/a/default")["quota"] == Self.standard)
            var listed = changed
            (listed["project_id"], listed["tenant_id"]) = ("a", "a")
            #expect(try await root(.get, "quotas").json == ["quotas": [.object(listed)]])

            let alice = api.as("alice")
            #expect(try await alice(.get, "quotas/a")["quota"] == .object(changed))
            _ = try await alice.make("network", [:])
            #expect(
                try await alice(.post, "networks", ["network": ["name": "over"]]).error
                    == "OverQuota: Quota exceeded for resources: ['network'].")
            _ = try await api.as("bob").make("network", [:])

            let deleted = try await root(.delete, "quotas/a")
            #expect(deleted.status == 204 && deleted.text.isEmpty)
            #expect(try await root(.get, "quotas/a")["quota"] == Self.standard)
            #expect(
                try await root(.delete, "quotas/a").error
                    == "TenantQuotaNotFound: Quota for tenant a could not be found.")
            _ = try await alice.make("network", [:])
        }
    }

    @Test func `details tell what is used`() async throws {
        try await API.runWithUsers(storing: Self.limited) { api in
            let alice = api.as("alice")
            let network = try await alice.make("network", [:])
            for _ in 0..<3 { _ = try await alice.make("port", ["network_id": .string(network)]) }
            for path in ["quotas/a/details", "quotas/a/details.json"] {
                let quota = try await alice(.get, path)["quota"]
                #expect(quota?.object.map { Set($0.keys) } == Self.standard.object.map { Set($0.keys) })
                #expect(quota?.object?["port"] == ["limit": 500, "used": 3, "reserved": 0])
                #expect(quota?.object?["network"] == ["limit": 100, "used": 1, "reserved": 0])
                #expect(quota?.object?["router"] == ["limit": 10, "used": 0, "reserved": 0])
            }
        }
    }

    @Test func `members see their own quota only, and change none`() async throws {
        try await API.runWithUsers(storing: Self.limited) { api in
            let alan = api.as("alan")
            for path in ["quotas/a", "quotas/a/default", "quotas/a/details"] {
                #expect(try await alan(.get, path).status == 200)
            }
            #expect(try await alan(.get, "quotas/tenant").json == ["tenant": ["tenant_id": "a"]])
            #expect(try await alan(.get, "quotas/project").json == ["project": ["project_id": "a"]])
            #expect(
                try await api.as("lost")(.get, "quotas/project").error
                    == "QuotaMissingTenant: Tenant-id was missing from quota request.")
            let denied = "PolicyNotAuthorized: rule:get_quota is disallowed by policy"
            for path in ["quotas", "quotas/b", "quotas/b/default"] {
                let reply = try await alan(.get, path)
                #expect(reply.status == 403 && reply.error == denied)
            }
            let details = try await api.as("alice")(.get, "quotas/b/details")
            #expect(details.status == 403)
            #expect(
                details.error
                    == "AdminRequired: User does not have admin privileges: "
                    + "Only admin is authorized to access quotas for another project.")
            let body: JSON = ["quota": ["network": 1]]
            #expect(
                try await api.as("alice")(.put, "quotas/a", body).error
                    == "PolicyNotAuthorized: rule:update_quota is disallowed by policy")
            #expect(
                try await api.as("alice")(.delete, "quotas/a").error
                    == "PolicyNotAuthorized: rule:delete_quota is disallowed by policy")
        }
    }

    @Test(
        arguments: [
            (["network": "many"], "InvalidInput: Invalid input for operation: 'many' is not an integer."),
            (["network": nil], "InvalidInput: Invalid input for operation: 'None' is not an integer."),
            (
                ["network": -2],
                "HTTPBadRequest: Invalid input for network. Reason: '-2' is too small - must be at least '-1'."
            ),
            (
                ["port": 2_147_483_648],
                "HTTPBadRequest: Invalid input for port. Reason: '2147483648' is too large - must be no larger than "
                    + "'2147483647'."
            ),
            (["wheel": 1, "brake": 2], "HTTPBadRequest: Unrecognized attribute(s) 'brake, wheel'"),
            (["port": 5, "tenant_id": "b"], "HTTPBadRequest: Unrecognized attribute(s) 'tenant_id'"),
            (5, "HTTPBadRequest: Object 'quota' contains invalid data"),
            (nil, "HTTPBadRequest: Unable to find 'quota' in request body"),
            (
                ["network": 1, "check_limit": true],
                "HTTPBadRequest: Quota limit 1 for network must be greater than or equal to already used 2"
            ),
        ] as [(JSON, String)])
    func `wrong limits are refused, and change nothing`(_ quota: JSON, _ message: String) async throws {
        try await API.run { api in
            for _ in 0..<2 { _ = try await api.make("network", [:]) }
            let reply = try await api(.put, "/v2.0/quotas/admin", ["quota": quota])
            #expect(reply.status == 400)
            #expect(reply.error == message)
            #expect(try await api(.get, "/v2.0/quotas").json == ["quotas": []])
        }
    }

    @Test func `limits are checked against usage where the request asks for it`() async throws {
        try await API.run { api in
            for _ in 0..<2 { _ = try await api.make("network", [:]) }
            let path = "/v2.0/quotas/admin"
            for quota in [
                ["network": 2, "check_limit": true], ["network": -1, "check_limit": "true"],
                ["network": 1, "check_limit": false], ["network": 1],
            ] as [JSON] {
                #expect(try await api(.put, path, ["quota": quota]).status == 200)
            }
            #expect(try await api(.get, path)["quota", "network"] == 1)
        }
    }

    @Test func `without authentication there is no limit until one is set`() async throws {
        try await API.run { api in
            let limits = try await api(.get, "/v2.0/quotas/admin")["quota"]?.object
            #expect(limits?.count == 10 && limits?.values.allSatisfy { $0 == -1 } == true)
            _ = try await api(.put, "/v2.0/quotas/admin", ["quota": ["port": 2, "subnet": 0]])
            let network = try #require(try await api.make("network", [:])["id"])
            let port: JSON = ["network_id": network]
            let three = try await api(.post, "/v2.0/ports", ["ports": [port, port, port]])
            #expect(three.status == 409)
            #expect(three.error == "OverQuota: Quota exceeded for resources: ['port'].")
            #expect(try await api(.post, "/v2.0/ports", ["ports": [port, port]]).status == 201)
            let subnet: JSON = ["subnet": ["network_id": network, "ip_version": 4, "cidr": "10.0.0.0/24"]]
            #expect(
                try await api(.post, "/v2.0/subnets", subnet).error
                    == "OverQuota: Quota exceeded for resources: ['subnet'].")
            // Another project's.
            let other: JSON = ["port": ["network_id": network, "project_id": "other"]]
            #expect(try await api(.post, "/v2.0/ports", other).status == 201)
            #expect(try await api(.post, "/v2.0/quotas", [:]).status == 501)
            #expect(try await api(.put, "/v2.0/quotas", [:]).status == 405)
        }
    }
}
