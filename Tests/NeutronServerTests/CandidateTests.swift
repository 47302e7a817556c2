import HTTPTypes
import JSONCoding
import NetworkStore
import NeutronAPI
import Testing

@testable import NeutronServer

/// How many ports a list examines, which is its cost.
@Suite struct CandidateTests {
    /// Bulks as large as the tests need.
    private static let limits: Limits = {
        var limits = Limits()
        limits.members = 300
        return limits
    }()

    @Test func `a list by an indexed attribute examines only matching ports`() async throws {
        try await API.run(limits: Self.limits) { api in
            let (blue, red) = (try await api.network("blue", cidr: "10.0.0.0/16"), try await api.network("red"))
            let bulk: JSON = [
                "ports": .array(
                    (0..<200).map { number in
                        [
                            "network_id": blue, "name": "same", "device_id": .string("d\(number / 2)"),
                            "device_owner": .string(number < 150 ? "compute:a" : "compute:b"),
                            "binding:host_id": .string("host-\(number % 10)"),
                            "mac_address": .string(
                                "fa:16:3e:00:00:" + (number < 16 ? "0" : "") + String(number, radix: 16)),
                            "fixed_ips": [["ip_address": .string("10.0.1.\(number + 1)")]],
                        ]
                    })
            ]
            let made = try await api(.post, "/v2.0/ports", bulk)
            #expect(made.status == 201, "\(made.text.prefix(300))")
            _ = try await api.make(
                "port", ["network_id": red, "name": "other", "mac_address": "fa:16:3e:00:00:07"])
            // The query, how many ports it examines, and how many it finds.
            let cases: [(String, looked: Int, found: Int)] = [
                ("mac_address=fa:16:3e:00:00:07", 2, 2), ("mac_address=FA-16-3E-00-00-08", 1, 1),
                ("mac_address=x", 0, 0), ("mac_address=fa:16:3e:00:00:07&mac_address=fa:16:3e:00:00:09", 3, 3),
                ("mac_address=fa:16:3e:00:00:07&network_id=\(red.text)", 1, 1),
                ("fixed_ips=ip_address%3D10.0.1.9", 1, 1), ("fixed_ips=ip_address%3Dx", 0, 0),
                ("fixed_ips=ip_address%3D10.0.1.9&fixed_ips=ip_address%3D10.0.1.10", 2, 2),
                ("binding:host_id=host-3", 20, 20), ("binding:host_id=host-3&device_owner=compute:a", 15, 15),
                ("binding:host_id=host-3&device_owner=compute:b&device_owner=x", 5, 5),
                ("device_id=d7", 2, 2), ("device_id=d7&device_id=d9", 4, 4), ("name=other", 1, 1),
                ("name=same&device_id=d7", 2, 2), ("name=same&network_id=\(red.text)", 1, 0),
                ("network_id=\(red.text)", 1, 1), ("network_id=x", 0, 0),
                // Common or unindexed values: all are examined.
                ("device_id=", 201, 1), ("binding:host_id=", 201, 1), ("name=", 201, 0), ("status=DOWN", 201, 201),
            ]
            let snapshot = api.store.snapshot()
            for (text, looked, found) in cases {
                let query = try ListQuery<Port>(QueryString(text), pageSize: 1_000)
                #expect(Port.candidates(query, in: snapshot).ids.count == looked, "\(text)")
                #expect(try await api(.get, "/v2.0/ports?\(text)")["ports"]?.array?.count == found, "\(text)")
            }
        }
    }

    @Test func `a page ordered by identifier is found by its position`() async throws {
        try await API.run(limits: Self.limits) { api in
            let network = try await api.network("blue", cidr: "10.0.0.0/16")
            _ = try await api(
                .post, "/v2.0/ports",
                [
                    "ports": .array(
                        (0..<250).map { _ in ["network_id": network, "binding:host_id": "h", "device_owner": "o"] })
                ])
            let snapshot = api.store.snapshot()
            let cases = [
                ("", 0), ("limit=100", 0), ("network_id=\(network.text)&limit=10&sort_key=id&sort_dir=desc", 0),
                ("page_reverse=True", 0), ("fields=id", 0), ("sort_key=name&sort_dir=asc", 250),
                ("network_id=\(network.text)&name=a&status=DOWN", 0), ("network_id=\(network.text)&status=DOWN", 250),
                ("status=DOWN", 250), ("binding:host_id=h", 0), ("binding:host_id=h&device_owner=o&limit=2", 0),
                ("binding:host_id=h&device_owner=o&name=a", 0), ("binding:host_id=h&status=DOWN", 250),
            ]
            for (text, cost) in cases {
                let query = try ListQuery<Port>(QueryString(text), pageSize: 1_000)
                let finder = PageFinder(query: query, marker: nil, snapshot: snapshot)
                #expect(finder.cost(among: Port.candidates(query, in: snapshot)) == cost, "\(text)")
            }
            var restricted = try ListQuery<Port>(QueryString("network_id=\(network.text)"), pageSize: 1_000)
            restricted.restrict { _ in false }
            #expect(!Port.candidates(restricted, in: snapshot).arePage)
        }
    }

    @Test(arguments: [
        "", "&network_id=N", "&sort_key=name&sort_dir=desc", "&sort_key=id&sort_dir=desc", "&status=DOWN",
    ])
    func `pages traverse the ports of a network in both directions`(_ filter: String) async throws {
        try await API.run { api in
            let network = try await api.network("blue", cidr: "10.0.0.0/16")
            let bulk: JSON = [
                "ports": .array((0..<95).map { ["network_id": network, "name": .string("n\($0 / 10)")] })
            ]
            _ = try await api(.post, "/v2.0/ports", bulk)
            let start = "/v2.0/ports?limit=10&fields=id" + filter.replacing("=N", with: "=" + network.text)
            let there = try await pages(api, from: start, "next")
            #expect(there.map(\.count) == [10, 10, 10, 10, 10, 10, 10, 10, 10, 5])
            #expect(Set(there.joined()).count == 95)
            let last = try #require(there.last?.first)
            let back = try await pages(api, from: start + "&page_reverse=True&marker=\(last)", "previous")
            #expect(back.filter { !$0.isEmpty } == Array(there.dropLast().reversed()))
        }
    }

    /// The identifiers on each page, by links of one kind from a first page on.
    private func pages(_ api: API, from start: String, _ relation: String) async throws -> [[String]] {
        var pages: [[String]] = []
        var path: String? = start
        while let next = path {
            let reply = try await api(.get, next)
            pages.append((reply["ports"]?.array ?? []).compactMap { $0.object?["id"]?.string })
            let links = reply["ports_links"]?.array?.compactMap(\.object) ?? []
            let href = links.first { $0["rel"] == .string(relation) }?["href"]?.string
            path = href.flatMap { href in href.firstRange(of: "/v2.0").map { String(href[$0.lowerBound...]) } }
        }
        return pages
    }
}
