import HTTPTypes
import Hummingbird
import JSONCoding
import NIOCore
import NeutronAPI
import Testing

@testable import NeutronServer

/// Invalid texts: refused with 400, and never repeated in full.
@Suite struct StrangeTextTests {
    @Test(arguments: ["\0", "a\nb", "a\rb", "\u{1b}[2J", "\u{7f}", "\u{85}", "\u{2028}", "\u{2029}"])
    func `control characters are refused in every attribute`(_ text: String) async throws {
        try await API.run { api in
            let network = try await api.network()
            let value = JSON.string(text)
            for (member, name, body) in [
                ("network", "name", value), ("network", "project_id", value), ("port", "device_id", value),
                ("port", "device_owner", value), ("port", "name", value), ("port", "binding:host_id", value),
                ("port", "tags", [value]), ("port", "extra_dhcp_opts", [["opt_name": value, "opt_value": "1"]]),
                ("port", "extra_dhcp_opts", [["opt_name": "mtu", "opt_value": value]]), ("trunk", "name", value),
            ] as [(String, String, JSON)] {
                var members: [String: JSON] = [name: body]
                if member == "port" { members["network_id"] = network }
                if member == "trunk" { members["port_id"] = network }
                let reply = try await api(.post, "/v2.0/\(member)s", .object([member: .object(members)]))
                #expect(reply.status == 400, "\(name): \(reply.text)")
            }
            let tags = "/v2.0/networks/\(network.text)/tags"
            let encoded = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(try await api(.put, tags, ["tags": [value]]).status == 400)
            #expect(try await api(.post, tags, ["tags": ["good", value]]).status == 400)
            #expect(try await api(.put, "\(tags)/\(encoded)").status == 400)
            #expect(try await api(.get, tags).json == ["tags": []])
        }
    }

    @Test func `a description may have newlines and no other control characters`() async throws {
        try await API.run { api in
            let made = try await api.make("network", ["description": "one\n\ttwo\r\n"])
            #expect(made["description"] == "one\n\ttwo\r\n")
            for text in ["\0", "\u{1b}[2J", "\u{2028}"] {
                let reply = try await api(
                    .put, "/v2.0/networks/\(made["id"]?.text ?? "")",
                    ["network": ["description": .string(text)]])
                #expect(reply.status == 400)
                #expect(
                    reply.error
                        == "HTTPBadRequest: Invalid input for description. Reason: '\(text)' has control characters.")
            }
        }
    }

    @Test func `long texts are shortened in errors`() async throws {
        let long = String(repeating: "x", count: 1_000_000)
        try await API.run { api in
            let network = try await api.network()
            let value = JSON.string(long)
            let cases: [(String, JSON)] = [
                ("networks", ["network": ["name": value]]), ("networks", ["network": [long: 1]]),
                ("networks", ["network": ["mtu": value]]), ("networks", ["network": ["shared": value]]),
                ("networks", ["network": ["project_id": value]]), ("networks", ["network": ["description": value]]),
                ("networks", ["network": ["availability_zone_hints": [value]]]),
                (
                    "networks",
                    ["network": .object(Dictionary(uniqueKeysWithValues: (0..<50_000).map { ("k\($0)", 1) }))]
                ),
                ("subnets", ["subnet": ["network_id": network, "ip_version": 4, "cidr": value]]),
                ("subnets", ["subnet": ["network_id": value, "ip_version": 4]]),
                (
                    "subnets",
                    [
                        "subnet": [
                            "network_id": network, "ip_version": 4, "cidr": "10.0.0.0/8", "dns_nameservers": [value],
                        ]
                    ]
                ),
                ("ports", ["port": ["network_id": value]]),
                ("ports", ["port": ["network_id": network, "mac_address": value]]),
                ("ports", ["port": ["network_id": network, "fixed_ips": value]]),
                ("ports", ["port": ["network_id": network, "fixed_ips": [["ip_address": value]]]]),
                (
                    "ports",
                    ["port": ["network_id": network, "fixed_ips": .array(Array(repeating: [:], count: 100_000))]]
                ),
                ("ports", ["port": ["network_id": network, "allowed_address_pairs": [["ip_address": value]]]]),
                ("ports", ["port": ["network_id": network, "binding:host_id": value]]),
                ("ports", ["port": ["network_id": network, "binding:profile": ["parent_name": value, "tag": 1]]]),
                ("ports", ["port": ["network_id": network, "tags": [value, value]]]),
                (
                    "ports",
                    ["port": ["network_id": network, "extra_dhcp_opts": [["opt_name": value, "opt_value": "x"]]]]
                ),
                ("ports", ["port": ["network_id": network, "extra_dhcp_opts": value]]),
            ]
            for (collection, body) in cases {
                let reply = try await api(.post, "/v2.0/\(collection)", body)
                #expect((400..<500).contains(reply.status), "\(collection): \(reply.text.prefix(300))")
                #expect(reply.text.utf8.count < 8_192, "\(collection): \(reply.text.prefix(300))")
            }
            for path in [
                "networks?limit=", "networks?", "networks?sort_dir=asc&sort_key=", "networks/", "ports?fixed_ips=",
                "networks/\(network.text)/tags/", "extensions/", "trunks/\(network.text)",
            ] {
                let reply = try await api(.get, "/v2.0/\(path)\(long.prefix(100_000))")
                #expect((400..<500).contains(reply.status), "\(path): \(reply.text.prefix(300))")
                #expect(reply.text.utf8.count < 8_192, "\(path)")
            }
            let short = try await api(.post, "/v2.0/networks", ["network": ["name": value]])
            #expect(
                short.error
                    == "HTTPBadRequest: Invalid input for name. Reason: '\(long.prefix(128))…' exceeds maximum length of 255."
            )
        }
    }

    @Test func `a project is a line of at most 255 characters`() async throws {
        try await API.run { api in
            let header = HTTPField.Name("X-Project-Id")!
            let most = String(repeating: "p", count: 255)
            let made = try await api(.post, "/v2.0/networks", ["network": [:]], headers: [header: most])
            #expect(made["network", "project_id"] == .string(most))
            for project in [most + "p", String(repeating: "p", count: 60_000), "a\tb"] {
                for method in [HTTPRequest.Method.get, .post] {
                    let reply = try await api(method, "/v2.0/networks", ["network": [:]], headers: [header: project])
                    #expect(reply.status == 400)
                    #expect(reply.error?.hasSuffix("is not a line of at most 255 characters") == true)
                    #expect(reply.text.utf8.count < 1_024)
                }
            }
            #expect(try await api(.get, "/v2.0/networks")["networks"]?.array?.count == 1)
        }
    }

    @Test func `a link's scheme is http or https, regardless of headers`() {
        let forwarded = HTTPField.Name("X-Forwarded-Proto")!
        let base = { (host: String?, scheme: String?) in
            var head = HTTPRequest(method: .get, scheme: "http", authority: host, path: "/v2.0/networks?limit=1")
            if let scheme { head.headerFields[forwarded] = scheme }
            return LinkBase(Request(head: head, body: RequestBody(buffer: ByteBuffer())), scheme: "http").description
        }
        #expect(base("h:9696", nil) == "http://h:9696")
        #expect(base("h", "https") == "https://h")
        #expect(base("[fd00::1]:9696", "HTTPS, http") == "https://[fd00::1]:9696")
        #expect(base(nil, "http") == "http://localhost")
        for scheme in [
            "javascript", "", "https://evil/?", "ftp", "https\" onload=\"x", String(repeating: "h", count: 60_000),
        ] {
            #expect(base("192.0.2.1:80", scheme) == "http://192.0.2.1:80")
        }
    }

    @Test func `hidden attributes cannot be filtered or sorted by`() async throws {
        try await API.runWithUsers { api in
            let (root, alice) = (api.as("root"), api.as("alice"))
            let network = try await alice.make("network", ["name": "blue"])
            let id = JSON.string(network)
            let port = try await alice.make("port", ["network_id": id])
            #expect(try await root(.put, "ports/\(port)", ["port": ["binding:host_id": "secret"]]).status == 200)
            for (collection, name, value, all) in [
                ("ports", "binding:host_id", "secret", [port]), ("ports", "binding:vif_type", "ovs", [port]),
                ("networks", "provider:network_type", "geneve", [network]),
                ("networks", "provider:physical_network", "", [network]),
            ] {
                #expect(try await root.list("\(collection)?\(name)=\(value)") == all)
                #expect(try await root.list("\(collection)?sort_key=\(name)&sort_dir=asc") == all)
                // The answer does not depend on the hidden value.
                for guess in [value, "other"] {
                    let reply = try await alice(.get, "\(collection)?\(name)=\(guess)")
                    #expect(reply.status == 400)
                    #expect(reply.error == "HTTPBadRequest: ['\(name)'] is invalid attribute for filtering")
                }
                let sorted = try await alice(.get, "\(collection)?sort_key=\(name)&sort_dir=asc")
                #expect(sorted.status == 400)
                #expect(sorted.error == "HTTPBadRequest: ['\(name)'] is invalid attribute for sort_keys")
                let shown = try await alice(.get, "\(collection)?fields=\(name)&fields=id")
                #expect(shown[collection] == [["id": .string(all[0])]])
            }
            let segment = try await alice(.get, "networks?provider:segmentation_id=7")
            #expect(segment.error == "HTTPBadRequest: ['provider:segmentation_id'] is invalid attribute for filtering")
        }
    }
}
