import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

@Suite struct ListTests {
    @Test func `filters work alike with and without indexes`() async throws {
        try await API.run { api in
            let (blue, red) = (try await api.network("blue"), try await api.network("red"))
            for (name, network, device) in [("a", blue, "d1"), ("b", blue, "d2"), ("a", red, "d1"), ("", red, "")] {
                _ = try await api.make(
                    "port", ["name": .string(name), "network_id": network, "device_id": .string(device)])
            }
            let first = try #require(try await api(.get, "/v2.0/ports?name=b")["ports", "0", "id"]?.string)
            let cases = [
                ("ports?name=a", 2), ("ports?name=a&network_id=\(red.text)", 1), ("ports?network_id=\(blue.text)", 2),
                ("ports?device_id=d1", 2), ("ports?device_id=", 1), ("ports?name=", 1),
                ("ports?device_id=d1&device_id=d2", 3),
                ("ports?id=\(first)", 1), ("ports?id=\(first)&name=a", 0), ("ports?id=x", 0), ("ports?network_id=x", 0),
                ("ports?fixed_ips=ip_address%3D10.9.0.77", 0), ("networks?name=blue", 1),
                ("networks?id=\(blue.text)", 1),
                ("networks?name=blue&shared=True", 0), ("subnets?network_id=\(blue.text)", 1),
                ("subnets?cidr=10.0.0.0/24", 2), ("subnets?shared=false", 2), ("subnets?shared=True", 0),
                ("subnets?shared=true&shared=false&network_id=\(red.text)", 1),
            ]
            for (path, count) in cases {
                let reply = try await api(.get, "/v2.0/\(path)")
                let collection = String(path.prefix { $0 != "?" })
                #expect(reply[collection]?.array?.count == count, "\(path)")
            }
            _ = try await api(.put, "/v2.0/networks/\(red.text)", ["network": ["shared": true]])
            let shared = try await api(.get, "/v2.0/subnets?shared=1")
            #expect(shared["subnets"]?.array?.map { $0.object?["network_id"] } == [red])
            #expect(shared["subnets", "0", "shared"] == nil)
            #expect(try await api(.get, "/v2.0/subnets?shared=perhaps").status == 400)
            let wrong = try await api(.get, "/v2.0/ports?colour=red")
            #expect(wrong.status == 400)
            #expect(wrong.error == "HTTPBadRequest: ['colour'] is invalid attribute for filtering")
        }
    }

    @Test func `next and previous links traverse a list`() async throws {
        try await API.run { api in
            let all = Set((0..<7).map { "n\($0)" })
            for name in all { _ = try await api.make("network", ["name": .string(name)]) }
            var path: String? = "/v2.0/networks?limit=3&sort_key=name&sort_dir=desc&fields=name"
            var seen: [String] = []
            var last: API.Reply?
            while let next = path {
                let reply = try await api(.get, next)
                let names = (reply["networks"]?.array ?? []).compactMap { $0.object?["name"]?.string }
                seen += names
                if !names.isEmpty { last = reply }
                path = link(reply, "next")
            }
            #expect(seen == all.sorted(by: >))
            let lastPage = try #require(last)
            let back = try #require(link(lastPage, "previous"))
            let previous = try await api(.get, back)
            #expect(previous["networks"] == [["name": "n3"], ["name": "n2"], ["name": "n1"]])
        }
    }

    @Test func `a deleted marker is refused unless the order is by identifier`() async throws {
        try await API.run { api in
            let marker = "11111111-1111-4111-8111-111111111111"
            let reply = try await api(
                .get, "/v2.0/networks?limit=1&sort_key=name&sort_dir=asc&marker=\(marker)")
            #expect(reply.error == "NetworkNotFound: Network \(marker) could not be found.")
            let none = try await api(.get, "/v2.0/networks?limit=1&marker=x")
            #expect(none.error == "NetworkNotFound: Network x could not be found.")
            // By identifier its position is known: deletions do not interrupt paging.
            let (before, after) = ("00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff")
            let id = try await api.network(cidr: nil)
            #expect(try await api(.get, "/v2.0/networks?marker=\(before)")["networks", "0", "id"] == id)
            #expect(try await api(.get, "/v2.0/networks?marker=\(after)")["networks"] == [])
        }
    }

    @Test(arguments: [
        "", "?limit=0", "?limit=1000", "?sort_key=name&sort_dir=asc", "?name=a&name=b&name=&shared=False",
    ])
    func `a list beyond the largest page is returned in pages`(_ query: String) async throws {
        var limits = Limits()
        limits.pageSize = 70
        limits.members = 150
        try await API.run(limits: limits) { api in
            let bulk: JSON = ["networks": .array((0..<150).map { ["name": .string($0 % 2 == 0 ? "a" : "b")] })]
            let made = try await api(.post, "/v2.0/networks", bulk)
            let all = Set((made["networks"]?.array ?? []).compactMap { $0.object?["id"]?.string })
            #expect(all.count == 150)
            var path: String? = "/v2.0/networks" + query
            var (seen, sizes): ([String], [Int]) = ([], [])
            while let next = path {
                let reply = try await api(.get, next)
                let ids = (reply["networks"]?.array ?? []).compactMap { $0.object?["id"]?.string }
                seen += ids
                sizes.append(ids.count)
                path = link(reply, "next")
            }
            #expect(sizes == [70, 70, 10])
            #expect(seen.count == 150 && Set(seen) == all)
        }
    }

    @Test func `a list of one page has no links, unless a limit was given`() async throws {
        try await API.run { api in
            _ = try await api.network()
            #expect(try await api(.get, "/v2.0/networks")["networks_links"] == nil)
            let reply = try await api(.get, "/v2.0/networks?limit=5")
            #expect(link(reply, "next") == nil && link(reply, "previous") != nil)
        }
    }

    @Test func `links start with the client's base URL`() async throws {
        try await API.run { api in
            _ = try await api.network()
            let headers: HTTPFields = [HTTPField.Name("X-Forwarded-Proto")!: "https"]
            let reply = try await api(.get, "/v2.0/networks?limit=1", headers: headers)
            #expect(reply["networks_links", "0", "href"]?.text.hasPrefix("https://") == true)
            #expect(reply["networks_links", "0", "href"]?.text.contains("/v2.0/networks?limit=1&marker=") == true)
        }
    }

    /// The path and query of a link.
    private func link(_ reply: API.Reply, _ relation: String) -> String? {
        let links = reply["networks_links"]?.array?.compactMap(\.object) ?? []
        guard let href = links.first(where: { $0["rel"] == .string(relation) })?["href"]?.string,
            let path = href.firstRange(of: "/v2.0")
        else { return nil }
        return String(href[path.lowerBound...])
    }
}
