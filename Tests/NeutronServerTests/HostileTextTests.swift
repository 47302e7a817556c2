import HTTPTypes
import JSONCoding
import NeutronAPI
import RegexBuilder
import TestServers
import Testing

@testable import NeutronServer

/// Hostile texts of clients, through the API and a real ovn-northd: none may inject into a flow.
@Suite(.timeLimit(.minutes(5)))
struct HostileTextTests {
    /// DHCP options by version, with a valid value.
    private static let options: [(version: Int, name: String, good: String)] = [
        (4, "router", "10.0.0.1"), (4, "dns-server", "{10.0.0.1, 10.0.0.2}"), (4, "server-id", "10.0.0.1"),
        (4, "domain-name", "a.example"), (4, "mtu", "1400"), (4, "lease-time", "600"),
        (4, "classless-static-route", "10.9.0.0/16,10.0.0.5"), (4, "log-server", "10.0.0.1"),
        (4, "lpr-server", "10.0.0.1"), (4, "hostname", "h"), (4, "swap-server", "10.0.0.1"),
        (4, "ip-forward-enable", "1"), (4, "policy-filter", "10.0.0.0,255.0.0.0"), (4, "default-ttl", "9"),
        (4, "broadcast", "10.0.0.255"), (4, "router-discovery", "0"), (4, "router-solicitation", "10.0.0.1"),
        (4, "arp-timeout", "9"), (4, "ethernet-encap", "1"), (4, "tcp-ttl", "9"), (4, "tcp-keepalive", "9"),
        (4, "nis-server", "10.0.0.1"), (4, "ntp-server", "10.0.0.1"), (4, "netbios-ns", "10.0.0.1"),
        (4, "netbios-nodetype", "8"), (4, "T1", "9"), (4, "T2", "9"), (4, "tftp-server", "10.0.0.1"),
        (4, "bootfile-name", "a"), (4, "bootfile-name-alt", "a"), (4, "domain-search", "a.example,b.example"),
        (4, "tftp-server-address", "10.0.0.1"), (4, "path-prefix", "/"),
        (4, "ms-classless-static-route", "10.9.0.0/16,10.0.0.5"), (4, "wpad", "a"),
        (4, "server-ip-address", "10.0.0.1"),
        (6, "server-id", "02:00:00:00:00:01"), (6, "dns-server", "2001:db8::53"), (6, "domain-search", "a.example"),
    ]

    /// Their names in OVN, and those that ovn-northd adds.
    private static let names: Set<String> = Set(
        options.map { $0.name.replacing("-", with: "_") } + [
            "arp_cache_timeout", "tcp_keepalive_interval", "netbios_name_server", "netbios_node_type",
            "broadcast_address", "domain_search_list", "next_server", "offerip", "netmask", "ia_addr",
        ])

    /// Attributes of ports with a valid value.
    private static let attributes: [(name: String, good: JSON)] = [
        ("name", "p"), ("description", "d"), ("device_id", "c"), ("device_owner", "compute:x"),
        ("binding:host_id", "h"), ("binding:profile", ["x": "y"]), ("tags", ["t"]), ("project_id", "p"),
        ("fixed_ips", [["ip_address": "10.0.1.1"]]), ("mac_address", "02:00:00:00:01:01"),
        ("allowed_address_pairs", [["ip_address": "10.9.9.9", "mac_address": "02:00:00:00:01:02"]]),
    ]

    private static let pieces = [
        "\"", "\\", "\\\"", "$", "$set", "@group", "^", "^x", "{", "}", "(", ")", ";", ",", " ", "/", "//", "/*", "*/",
        "\n", "\r", "\t", "\0", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{2028}", "\u{202e}", "💥", "é", "1.1.1.1",
        "fd00::1",
        "02:00:00:00:00:99", "0x10", "255", "4294967296", "a", "next", "output", "drop", "outport = inport",
        "eth.src=02:00:00:00:00:99", "reg0[5] = put_dhcp_opts(offerip = 1.1.1.1", "); output; next(",
        "\"); output; x=(\"",
        "|| 1", "&& ip4", "1.1.1.1}); output; ", "/24", "::", "=", "==", "!", "%s", "%n",
    ]

    @Test func `no text of the API becomes an action or a match of a flow`() async throws {
        try await withOVNCentral { central in
            try await API.run(on: central.northbound) { api in
                let network = try await api.network(cidr: "10.0.0.0/16")
                let six: JSON = [
                    "network_id": network, "ip_version": 6, "cidr": "fd00::/64",
                    "ipv6_ra_mode": "dhcpv6-stateful", "ipv6_address_mode": "dhcpv6-stateful",
                ]
                _ = try await api.make("subnet", six)
                // The flows with valid values.
                let plain = try #require(try await api.make("port", ["network_id": network])["id"])
                for attribute in Self.attributes {
                    _ = try await api.make("port", .object(["network_id": network, attribute.name: attribute.good]))
                }
                for option in Self.options {
                    _ = try await api.make("port", Self.port(network, option.version, option.name, option.good))
                }
                for rule in Self.rules {
                    let status = try await Self.rule(api, group: "g", rule)
                    #expect(status == 201)
                }
                let subnet = try await Self.subnet(api, routes: "10.9.0.0/16", server: "192.0.2.53")
                #expect(subnet == 201)
                try await central.synchronize()
                let meant = Set(try await central.logicalFlows().map { $0.shape(options: Self.names) })

                var random = Seeded(20_261_129)
                var taken = 0
                for round in 0..<600 {
                    let text = Self.hostile(&random)
                    let status: Int
                    switch round % 4 {
                    case 0:
                        let option = Self.options.randomElement(using: &random)!
                        let value = Bool.random(using: &random) ? text : option.good + text
                        status = try await api(
                            .post, "/v2.0/ports", ["port": Self.port(network, option.version, option.name, value)]
                        ).status
                    case 1:
                        let attribute = Self.attributes.randomElement(using: &random)!
                        let value = Self.replaced(attribute.good, by: text)
                        status = try await api(
                            .post, "/v2.0/ports", ["port": .object(["network_id": network, attribute.name: value])]
                        ).status
                    case 2:
                        var rule = Self.rules.randomElement(using: &random)!
                        let place = rule.keys.sorted().randomElement(using: &random)!
                        rule[place] = .string(text)
                        status = try await Self.rule(api, group: text, rule)
                    default:
                        let isRoute = Bool.random(using: &random)
                        status = try await Self.subnet(
                            api, routes: isRoute ? "10.9.0.0/16" + text : "10.9.0.0/16",
                            server: isRoute ? "192.0.2.53" : "192.0.2.53" + text, name: text)
                    }
                    #expect([201, 400, 404, 409].contains(status), "\(status): \(text.debugDescription)")
                    if status == 201 { taken += 1 }
                }
                #expect(taken > 20)
                try await central.synchronize()
                for flow in try await central.logicalFlows()
                where !meant.contains(flow.shape(options: Self.names)) && !flow.isRule {
                    Issue.record("unexpected flow \(flow.match) → \(flow.actions)")
                }
                // There are no hosts here.
                let warnings = try central.warnings().filter { !$0.contains("Unknown chassis") }
                #expect(warnings == [])
                let complaints = try await central.traceComplaints(switch: "neutron-\(network.text)", port: plain.text)
                #expect(complaints == [])
            }
        }
    }

    @Test(arguments: [
        "reg0[3] = put_dhcp_opts(offerip = 10.0.0.5, router = 1.1.1.1); output; reg0[5]=put_dhcp_opts(offerip=1.1.1.1); next;",
        "reg0[3] = put_dhcp_opts(offerip = 10.0.0.5, router = {10.0.0.1, $set}); next;",
        "reg0[3] = put_dhcp_opts(offerip = 10.0.0.5, router = 10.0.0.1, unheard_of = 1); next;",
        "reg0[3] = put_dhcp_opts(offerip = 10.0.0.5, router = abc); next;",
        #"reg0[3] = put_dhcp_opts(offerip = 10.0.0.5, wpad = "x"); output; x=("y"); next;"#,
    ])
    func `an injected flow is detected`(_ actions: String) {
        let meant = LogicalFlow(
            match: #"inport == "p""#,
            actions: "reg0[3] = put_dhcp_opts(offerip = 10.0.0.6, mtu = 1400, router = {10.0.0.1}); next;")
        let other = LogicalFlow(match: #"inport == "q""#, actions: "reg0[3] = put_dhcp_opts(offerip = 10.0.0.6); next;")
        #expect(meant.shape(options: Self.names) == other.shape(options: Self.names))
        let tampered = LogicalFlow(match: meant.match, actions: actions)
        #expect(meant.shape(options: Self.names) != tampered.shape(options: Self.names))
    }

    @Test func `an injected rule is detected`() {
        let group = "pg_76ef9fac_17d0_4c4e_a2e5_901f47c886a8"
        func isRule(_ match: String, _ actions: String = "reg0[1] = 1; next;") -> Bool {
            LogicalFlow(match: "reg0[7] == 1 && (\(match))", actions: actions).isRule
        }
        #expect(isRule("outport == @\(group) && ip4 && ip4.src == $\(group)_ip4 && udp && udp.dst == 53"))
        #expect(!isRule("outport == @\(group) && ip4", "output;"))
        #expect(!isRule("outport == @\(group) && ip4 || 1"))
        #expect(!isRule("outport == @\(group) && ip4 && ip4.src == 10.0.0.1/8 || ip6"))
        #expect(!isRule("outport == @\(group) && ip4 && ip4.src == $other"))
    }

    private static func port(_ network: JSON, _ version: Int, _ name: String, _ value: String) -> JSON {
        [
            "network_id": network,
            "extra_dhcp_opts": [
                ["opt_name": .string(name), "opt_value": .string(value), "ip_version": .integer(Int64(version))]
            ],
        ]
    }

    /// Rules of security groups, of every kind of match.
    private static let rules: [[String: JSON]] = [
        ["direction": "ingress", "protocol": "tcp", "port_range_min": "22", "port_range_max": "80"],
        ["direction": "ingress", "protocol": "udp", "port_range_min": "53", "port_range_max": "53"],
        ["direction": "egress", "protocol": "sctp", "remote_ip_prefix": "10.0.0.0/8"],
        ["direction": "ingress", "ethertype": "IPv6", "protocol": "icmp", "remote_ip_prefix": "fd00::/64"],
        ["direction": "ingress", "protocol": "icmp", "port_range_min": "8", "port_range_max": "0"],
        ["direction": "egress", "protocol": "112", "description": "d"],
    ]

    /// Creates a security group with a rule; returns the rule's status, or the group's where that is refused.
    private static func rule(_ api: API, group: String, _ rule: [String: JSON]) async throws -> Int {
        let body: JSON = ["name": .string(group), "description": .string(group)]
        let made = try await api(.post, "/v2.0/security-groups", ["security_group": body])
        guard let id = made["security_group", "id"] else { return made.status }
        var rule = rule
        rule["security_group_id"] = id
        return try await api(.post, "/v2.0/security-group-rules", ["security_group_rule": .object(rule)]).status
    }

    /// Creates a network with a subnet and a port; returns the subnet's status.
    private static func subnet(_ api: API, routes: String, server: String, name: String = "n") async throws -> Int {
        let made = try await api(
            .post, "/v2.0/networks", ["network": ["name": .string(name), "description": .string(name)]])
        guard let network = made["network", "id"] else { return made.status }
        let subnet: JSON = [
            "network_id": network, "ip_version": 4, "cidr": "10.0.0.0/16", "dns_nameservers": [.string(server)],
            "host_routes": [["destination": .string(routes), "nexthop": "10.0.0.5"]],
        ]
        let reply = try await api(.post, "/v2.0/subnets", ["subnet": subnet])
        _ = try await api.make("port", ["network_id": network])
        return reply.status
    }

    /// The same with every string replaced.
    private static func replaced(_ value: JSON, by text: String) -> JSON {
        switch value {
        case .string: .string(text)
        case .array(let items): .array(items.map { replaced($0, by: text) })
        case .object(let members): .object(members.mapValues { replaced($0, by: text) })
        default: value
        }
    }

    private static func hostile(_ random: inout Seeded) -> String {
        (0..<Int.random(in: 1...6, using: &random)).map { _ in pieces[.random(in: pieces.indices, using: &random)] }
            .joined()
    }
}

extension LogicalFlow {
    /// Whether it is a security group's rule and nothing else.
    fileprivate var isRule: Bool {
        let group = /pg_[0-9a-f]{8}_[0-9a-f]{4}_[0-9a-f]{4}_[0-9a-f]{4}_[0-9a-f]{12}/
        let remote = /ip[46]\.(?:src|dst) == (?:[0-9a-f.:]+\/[0-9]+|[0-9.]+|[0-9a-f:]+|\$pg_[0-9a-f_]{36}_ip[46])/
        let ports = /(?:tcp|udp|sctp)(?: && (?:tcp|udp|sctp)\.dst [=<>]= [0-9]+){0,2}/
        let icmp = /icmp[46](?: && icmp[46]\.(?:type|code) == [0-9]+){0,2}/
        let rule = Regex {
            "reg0["
            ChoiceOf {
                "7"
                "8"
            }
            "] == 1 && ("
            ChoiceOf {
                "in"
                "out"
            }
            "port == @"
            group
            " && ip"
            ChoiceOf {
                "4"
                "6"
            }
            Optionally {
                " && "
                remote
            }
            Optionally {
                " && "
                ChoiceOf {
                    ports
                    icmp
                    /ip\.proto == [0-9]+/
                }
            }
            ")"
        }
        return match.wholeMatch(of: rule) != nil && ["next;", "reg0[1] = 1; next;"].contains(actions)
    }
}
