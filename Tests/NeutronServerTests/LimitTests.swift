import HTTPServing
import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// What exceeds a limit is refused with the limit, and changes nothing.
@Suite(.timeLimit(.minutes(2))) struct LimitTests {
    @Test func `a bulk request has a maximum of members`() async throws {
        try await API.run { api in
            let bulk = { (count: Int) -> JSON in ["networks": .array(Array(repeating: [:], count: count))] }
            for count in [129, 40_000] {
                let reply = try await api(.post, "/v2.0/networks", bulk(count))
                #expect(reply.status == 400)
                #expect(
                    reply.error
                        == "BadRequest: Bad networks request: One request may be about 128 resources at most, not \(count)."
                )
            }
            #expect(try await api(.get, "/v2.0/networks")["networks"] == [])
            #expect(try await api(.post, "/v2.0/networks", bulk(128)).status == 201)
            #expect(try await api(.get, "/v2.0/networks")["networks"]?.array?.count == 128)
        }
    }

    @Test func `subports count as members, of a trunk, of a bulk of trunks and of a change`() async throws {
        try await API.run { api in
            let subports = { (count: Int) -> JSON in
                .array(Array(repeating: ["port_id": "11111111-1111-4111-8111-111111111111"], count: count))
            }
            let trunk = { (count: Int) -> JSON in ["port_id": "x", "sub_ports": subports(count)] }
            let replies = [
                try await api(.post, "/v2.0/trunks", ["trunk": trunk(128)]),
                try await api(.post, "/v2.0/trunks", ["trunks": [trunk(64), ["trunk": trunk(63)]]]),
                try await api(
                    .put, "/v2.0/trunks/11111111-1111-4111-8111-111111111111/add_subports",
                    ["sub_ports": subports(129)]),
                try await api(
                    .put, "/v2.0/trunks/11111111-1111-4111-8111-111111111111/remove_subports",
                    ["sub_ports": subports(129)]),
            ]
            for reply in replies {
                #expect(reply.status == 400)
                #expect(reply.error?.contains("One request may be about 128 resources at most, not 129.") == true)
            }
        }
    }

    @Test func `a body's depth and number of values are limited`() async throws {
        try await API.run { api in
            let deep = String(repeating: "[", count: 100_000)
            let many = "{\"networks\": [" + String(repeating: "{\"a\":1},", count: 60_000) + "1]}"
            let cases = [(deep, "The body is deeper than 64 levels at byte 64."), (many, "more than 50000 values")]
            for (text, message) in cases {
                let reply = try await api(.post, "/v2.0/networks", text: text)
                #expect(reply.status == 400)
                #expect(reply.error?.contains(message) == true, "\(reply.text.prefix(200))")
            }
        }
    }

    @Test func `lists in a port and a subnet are limited`() async throws {
        try await API.run { api in
            let network = try await api.network()
            let many = { (count: Int, member: (Int) -> JSON) -> JSON in .array((0..<count).map(member)) }
            let port: [(String, JSON)] = [
                ("fixed_ips", many(65) { ["ip_address": .string("10.0.0.\($0)")] }),
                ("allowed_address_pairs", many(11) { ["ip_address": .string("10.0.0.\($0)")] }),
                ("extra_dhcp_opts", many(129) { ["opt_name": .string("o\($0)"), "opt_value": "1"] }),
                ("tags", many(51) { .string("t\($0)") }),
                ("binding:profile", ["x": .string(String(repeating: "x", count: 5_000))]),
            ]
            for (name, value) in port {
                let reply = try await api(.post, "/v2.0/ports", ["port": ["network_id": network, name: value]])
                #expect(reply.status == 400, "\(name): \(reply.text.prefix(200))")
            }
            let subnet: [(String, JSON)] = [
                ("dns_nameservers", many(2_000) { .string("10.9.\($0 / 250).\($0 % 250)") }),
                (
                    "host_routes",
                    many(2_000) { ["destination": .string("10.9.\($0 / 250).\($0 % 250)/32"), "nexthop": "10.1.0.1"] }
                ),
                (
                    "allocation_pools",
                    many(65) { ["start": .string("10.1.0.\($0 + 2)"), "end": .string("10.1.0.\($0 + 2)")] }
                ),
            ]
            for (name, value) in subnet {
                let body: JSON = ["network_id": network, "ip_version": 4, "cidr": "10.1.0.0/24", name: value]
                let reply = try await api(.post, "/v2.0/subnets", ["subnet": body])
                #expect(reply.status == 400, "\(name): \(reply.text.prefix(200))")
            }
            #expect(try await api(.get, "/v2.0/ports")["ports"] == [])
            #expect(try await api(.get, "/v2.0/subnets")["subnets"]?.array?.count == 1)
        }
    }

    @Test func `bodies beyond the memory limit are refused, small ones never`() async throws {
        var limits = Limits()
        limits.bodyMemory = 400_000
        try await API.run(limits: limits) { api in
            let padded = { (count: Int) in "{\"network\": {}}" + String(repeating: " ", count: count) }
            // One address has half.
            let reply = try await api(.post, "/v2.0/networks", text: padded(200_000))
            #expect(reply.status == 503)
            #expect(reply.error?.contains("400000 bytes together, or half of that from one address") == true)
            #expect(reply.headers[.retryAfter] == "1")
            // Memory is released: many in a row succeed.
            for _ in 1...5 { #expect(try await api(.post, "/v2.0/networks", text: padded(190_000)).status == 201) }
            #expect(try await api(.post, "/v2.0/networks", text: padded(60_000)).status == 201)
        }
    }

    @Test func `unfinished bodies of one client leave memory for another's`() {
        let memory = BodyMemory(size: 1_000)
        var taken = 0
        while memory.take(100, for: .ipv4(1)) { taken += 100 }
        #expect(taken == 500)
        #expect(memory.take(300, for: .ipv4(2)))
        #expect(!memory.take(201, for: .ipv4(3)))
        memory.giveBack(100, of: .ipv4(1))
        #expect(memory.take(201, for: .ipv4(3)))
        #expect(!memory.take(200, for: .ipv4(1)))
    }

    @Test func `a large change waits for its turn, up to the limit`() async throws {
        var limits = Limits()
        limits.turnTime = .milliseconds(100)
        let work = Workload(limits: limits)
        let (began, begins) = AsyncStream<Void>.makeStream()
        let (gate, opens) = AsyncStream<Void>.makeStream()
        async let first: Void = work.change(for: .ipv4(1), if: true) {
            begins.yield()
            _ = await gate.first { true }
        }
        _ = await began.first { true }
        let error = await #expect(throws: NeutronError.self) { try await work.change(for: .ipv4(2), if: true) {} }
        #expect(error?.status == 503)
        #expect(error?.message.contains("Large changes of others went before for 0.1 s") == true)
        // Neither small changes nor lists wait.
        try await work.change(for: .ipv4(2), if: false) {}
        try await work.list(for: .ipv4(2)) {}
        opens.yield()
        try await first
        try await work.change(for: .ipv4(2), if: true) {}
    }
}
