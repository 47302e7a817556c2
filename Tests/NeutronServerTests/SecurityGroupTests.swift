import HTTPTypes
import JSONCoding
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct SecurityGroupTests {
    @Test func `a security group is created, shown, changed and deleted`() async throws {
        try await API.run { api in
            let made = try await api.group("web")
            #expect(
                Set(made.keys) == [
                    "id", "name", "stateful", "project_id", "tenant_id", "description", "shared",
                    "security_group_rules", "tags", "created_at", "updated_at", "revision_number",
                ])
            let id = try #require(made["id"]).text
            let rules = try #require(made["security_group_rules"]?.array)
            #expect(rules.count == 2)
            #expect(Set(rules.compactMap { $0.object?["ethertype"]?.string }) == ["IPv4", "IPv6"])
            #expect(rules.allSatisfy { $0.object?["direction"] == "egress" && $0.object?["description"] == .null })
            let path = "/v2.0/security-groups/\(id)"
            #expect(try await api(.get, path)["security_group"] == .object(made))
            let changed = try await api(
                .put, path, ["security_group": ["name": "www", "stateful": false, "description": "d"]])
            #expect(changed["security_group", "name"] == "www")
            #expect(changed["security_group", "stateful"] == false)
            #expect(try await api(.put, "\(path)/tags", ["tags": ["a"]])["tags"] == ["a"])
            #expect(
                try await api(.get, "/v2.0/security-groups?tags=a&fields=name")["security_groups"] == [["name": "www"]])
            #expect(try await api(.delete, path).status == 204)
            #expect(
                try await api(.get, path).error == "SecurityGroupNotFound: Security group \(id) does not exist")
            let rest = try await api(.get, "/v2.0/security-group-rules?security_group_id=\(id)")
            #expect(rest["security_group_rules"] == [])
        }
    }

    @Test func `a project's default group is there at its first look, once`() async throws {
        try await API.runWithUsers { api in
            let alice = api.as("alice")
            let groups = try await alice(.get, "security-groups")["security_groups"]?.array ?? []
            #expect(groups.count == 1)
            #expect(groups[0].object?["name"] == "default")
            #expect(groups[0].object?["security_group_rules"]?.array?.count == 4)
            let rules = try await api.as("bob")(.get, "security-group-rules")["security_group_rules"]?.array ?? []
            #expect(rules.count == 4)
            let named = try await api.as("bob")(.get, "security-groups?name=default")["security_groups"]?.array
            #expect(named?.count == 1)
            let id = try #require(groups[0].object?["id"]).text
            let path = "security-groups/\(id)"
            #expect(
                try await alice(.put, path, ["security_group": ["name": "x"]]).error
                    == "SecurityGroupCannotUpdateDefault: Updating default security group not allowed.")
            #expect(try await alice(.put, path, ["security_group": ["description": "x"]]).status == 200)
            #expect(
                try await alice(.delete, path).error
                    == "SecurityGroupCannotRemoveDefault: Insufficient rights for removing default security group.")
            #expect(
                try await alice(.post, "security-groups", ["security_group": ["name": "Default"]]).error
                    == "SecurityGroupDefaultAlreadyExists: Default security group already exists.")
            #expect(try await api.as("bob")(.get, path).status == 404)
            #expect(try await api.as("root")(.delete, path).status == 204)
        }
    }

    @Test(
        arguments: [
            (
                ["direction": "sideways"],
                "Invalid input for direction. Reason: sideways is not in ['ingress', 'egress']."
            ),
            (["protocol": 256], "Security group rule protocol 256 not supported. Only protocol values"),
            (["ethertype": "ARP"], "Security group rule for ethertype 'ARP' not supported."),
            (["port_range_min": 22], "Must also specify protocol if port range is given."),
            (
                ["protocol": "tcp", "port_range_min": 22],
                "For TCP/UDP protocols, port_range_min must be <= port_range_max"
            ),
            (
                ["protocol": "tcp", "port_range_min": 22, "port_range_max": 21],
                "For TCP/UDP protocols, port_range_min must be <= port_range_max"
            ),
            (["protocol": "tcp", "port_range_min": 0, "port_range_max": 21], "Invalid value for port 0"),
            (["protocol": "tcp", "port_range_min": "x"], "Invalid value for port x"),
            (["protocol": "tcp", "port_range_min": 65_536], "Invalid value for port 65536"),
            (["protocol": "icmp", "port_range_max": 3], "ICMP code (port-range-max) 3 is provided but ICMP type"),
            (["protocol": "icmp", "port_range_min": 256], "Invalid value for ICMP type (port_range_min) 256."),
            (
                ["protocol": "vrrp", "port_range_min": 1, "port_range_max": 2],
                "Ports cannot be specified for protocol 112."
            ),
            (
                ["protocol": "dccp", "port_range_min": 1, "port_range_max": 2],
                "Ports cannot be specified for protocol 33."
            ),
            (["protocol": "ipv6-icmp"], "Invalid ethertype IPv4 for protocol ipv6-icmp."),
            (["remote_ip_prefix": "10.0.0.0/33"], "Invalid CIDR 10.0.0.0/33 given as IP prefix."),
            (["remote_ip_prefix": "10.0.0.1 || ip4"], "Invalid CIDR 10.0.0.1 || ip4 given as IP prefix."),
            (["remote_ip_prefix": "fd00::/64"], "Conflicting value ethertype IPv4 for CIDR fd00::/64"),
            (
                ["remote_ip_prefix": "10.0.0.0/8", "remote_group_id": "11111111-2222-4333-8444-555555555555"],
                "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided."
            ),
            (["remote_group_id": 7], "Invalid input for remote_group_id. Reason: '7' is not a valid UUID."),
        ] as [([String: JSON], String)])
    func `a wrong rule is refused`(_ members: [String: JSON], _ message: String) async throws {
        try await API.run { api in
            let group = try #require(try await api.group("g")["id"])
            var rule = members
            rule["security_group_id"] = group
            if rule["direction"] == nil { rule["direction"] = "ingress" }
            let reply = try await api(.post, "/v2.0/security-group-rules", ["security_group_rule": .object(rule)])
            #expect(reply.status == 400)
            #expect(reply["NeutronError", "message"]?.text.hasPrefix(message) == true, "\(reply.text)")
        }
    }

    @Test(
        arguments: [
            ("security_group_id", "SecurityGroupNotFound: Security group $x does not exist"),
            ("remote_group_id", "SecurityGroupNotFound: Security group $x does not exist"),
            ("remote_address_group_id", "AddressGroupNotFound: Address group $x could not be found."),
        ])
    func `a rule that names what cannot be there is told so`(_ name: String, _ error: String) async throws {
        try await API.run { api in
            var rule: [String: JSON] = ["direction": "ingress"]
            rule["security_group_id"] = try await api.group("g")["id"]
            rule[name] = "$x"
            let reply = try await api(.post, "/v2.0/security-group-rules", ["security_group_rule": .object(rule)])
            #expect(reply.status == 404)
            #expect(reply.error == error)
        }
    }

    @Test(
        arguments: [
            ([:], "outport == @G && ip4"),
            (["ethertype": "ipv6", "direction": "egress", "protocol": "sctp"], "inport == @G && ip6 && sctp"),
            (
                ["protocol": "TCP", "port_range_min": 22, "port_range_max": 22],
                "outport == @G && ip4 && tcp && tcp.dst == 22"
            ),
            (
                ["protocol": 17, "port_range_min": "53", "port_range_max": 54, "remote_ip_prefix": "10.1.2.3/16"],
                "outport == @G && ip4 && ip4.src == 10.1.0.0/16 && udp && udp.dst >= 53 && udp.dst <= 54"
            ),
            (["protocol": "tcp", "port_range_min": 1, "port_range_max": 65_535], "outport == @G && ip4 && tcp"),
            (
                ["protocol": "icmp", "port_range_min": 8, "port_range_max": 0],
                "outport == @G && ip4 && icmp4 && icmp4.type == 8 && icmp4.code == 0"
            ),
            (["ethertype": "IPv6", "protocol": "icmp"], "outport == @G && ip6 && icmp6"),
            (
                ["protocol": "vrrp", "remote_ip_prefix": "0.0.0.0/0"],
                "outport == @G && ip4 && ip4.src == 0.0.0.0/0 && ip.proto == 112"
            ),
            (["ethertype": "IPv6", "remote_ip_prefix": "fd00::1"], "outport == @G && ip6 && ip6.src == fd00::1/128"),
        ] as [([String: JSON], String)])
    func `a rule is OVN's ACL`(_ members: [String: JSON], _ match: String) async throws {
        try await API.run { api in
            let group = try #require(try await api.group("g")["id"])
            let id = try await api.rule(group, members)
            let place = "pg_" + group.text.replacing("-", with: "_")
            #expect(try await api.match(id) == match.replacing("@G", with: "@\(place)"))
        }
    }

    @Test func `a rule that allows the same is refused, and goes with either of its groups`() async throws {
        try await API.run { api in
            let (one, two) = (
                try #require(try await api.group("1")["id"]), try #require(try await api.group("2")["id"])
            )
            let first = try await api.rule(one, ["protocol": "tcp", "remote_ip_prefix": "0.0.0.0/0"])
            let twin: JSON = [
                "security_group_rule": ["security_group_id": one, "direction": "ingress", "protocol": "6"]
            ]
            #expect(
                try await api(.post, "/v2.0/security-group-rules", twin).error
                    == "SecurityGroupRuleExists: Security group rule already exists. Rule id is \(first).")
            _ = try await api.rule(one, ["remote_group_id": two])
            #expect(try await api(.delete, "/v2.0/security-groups/\(two.text)").status == 204)
            let rest = try await api(.get, "/v2.0/security-groups/\(one.text)")[
                "security_group", "security_group_rules"]
            #expect(rest?.array?.count == 3)
            #expect(try await api(.delete, "/v2.0/security-group-rules/\(first)").status == 204)
            #expect(
                try await api(.delete, "/v2.0/security-group-rules/\(first)").error
                    == "SecurityGroupRuleNotFound: Security group rule \(first) does not exist")
        }
    }

    @Test func `a port is in the default group unless its request says otherwise`() async throws {
        try await API.run { api in
            let network = try await api.network()
            let plain = try await api.make("port", ["network_id": network])
            let groups = try #require(plain["security_groups"]?.array)
            #expect(groups.count == 1)
            #expect(
                try await api(.get, "/v2.0/security-groups/\(groups[0].text)")["security_group", "name"] == "default")
            #expect(
                try await api(.delete, "/v2.0/security-groups/\(groups[0].text)").error
                    == "SecurityGroupInUse: Security Group \(groups[0].text) in use.")
            let closed = try await api.make("port", ["network_id": network, "security_groups": []])
            #expect(closed["security_groups"] == [])
            let open = try await api.make("port", ["network_id": network, "device_owner": "compute:docker"])
            #expect(open["security_groups"] == [])
            let insecure: JSON = [
                "network_id": network, "port_security_enabled": false, "security_groups": .array(groups),
            ]
            let refused = try await api(.post, "/v2.0/ports", ["port": insecure])
            #expect(refused.status == 400)
            #expect(refused.error?.hasPrefix("PortSecurityAndIPRequiredForSecurityGroups: ") == true)
            let path = "/v2.0/ports/\(try #require(plain["id"]).text)"
            #expect(
                try await api(.put, path, ["port": ["port_security_enabled": false]]).error?
                    .hasPrefix("PortSecurityPortHasSecurityGroup: ") == true)
            let off: JSON = ["port": ["port_security_enabled": false, "security_groups": []]]
            #expect(try await api(.put, path, off)["port", "security_groups"] == [])
            let ports = try await api(.get, "/v2.0/ports?security_groups=\(groups[0].text)&fields=id")
            #expect(ports["ports"] == [])
            #expect(try await api(.delete, "/v2.0/security-groups/\(groups[0].text)").status == 204)
        }
    }

    @Test func `a port's groups are those of its project, of one kind, and there`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob) = (api.as("alice"), api.as("bob"))
            let network = try await alice.make("network", ["name": "n"])
            func group(_ user: UserAPI, _ body: JSON) async throws -> String {
                let reply = try await user(.post, "security-groups", ["security_group": body])
                return try #require(reply["security_group", "id"]?.string, "\(reply.text)")
            }
            let strange = try await group(bob, ["name": "b"])
            let stateless = try await group(alice, ["name": "s", "stateful": false])
            let stateful = try await group(alice, ["name": "f"])
            func port(_ groups: [String]) -> JSON {
                ["port": ["network_id": .string(network), "security_groups": .array(groups.map { .string($0) })]]
            }
            #expect(
                try await alice(.post, "ports", port([strange])).error
                    == "SecurityGroupNotFound: Security group \(strange) does not exist")
            #expect(
                try await alice(.post, "ports", port([stateless, stateful])).error?.hasPrefix("SecurityGroupConflict: ")
                    == true)
            #expect(
                try await alice(.post, "ports", port([stateful, stateful])).error
                    == "HTTPBadRequest: Invalid input for security_groups. Reason: "
                    + "Duplicate items in the list: '\(stateful)'.")
            let made = try await alice(.post, "ports", port([stateful]))
            #expect(made.status == 201)
            let change: JSON = ["security_group": ["stateful": false]]
            #expect(
                try await alice(.put, "security-groups/\(stateful)", change).error
                    == "SecurityGroupInUse: Security Group \(stateful) in use.")
            let rule: JSON = ["security_group_rule": ["security_group_id": .string(strange), "direction": "ingress"]]
            #expect(
                try await alice(.post, "security-group-rules", rule).error
                    == "SecurityGroupNotFound: Security group \(strange) does not exist")
        }
    }
}

extension API {
    fileprivate func group(_ name: String) async throws -> [String: JSON] {
        let reply = try await self(.post, "/v2.0/security-groups", ["security_group": ["name": .string(name)]])
        return try #require(reply["security_group"]?.object, "\(reply.text)")
    }

    fileprivate func rule(_ group: JSON, _ members: [String: JSON]) async throws -> String {
        var rule = members
        rule["security_group_id"] = group
        if rule["direction"] == nil { rule["direction"] = "ingress" }
        let reply = try await self(.post, "/v2.0/security-group-rules", ["security_group_rule": .object(rule)])
        return try #require(reply["security_group_rule", "id"]?.string, "\(reply.text)")
    }

    /// What the rule's ACL matches.
    fileprivate func match(_ rule: String) async throws -> String {
        let condition = "external_ids:neutron\\:security_group_rule_id=\(rule)"
        return try await server.control("ovn-nbctl", "--bare", "--columns=match", "find", "ACL", condition).trimmed
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
