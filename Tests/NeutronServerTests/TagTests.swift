import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

@Suite struct TagTests {
    @Test(arguments: ["network", "subnet", "port"])
    func `tags are added, listed and removed`(_ member: String) async throws {
        try await API.run { api in
            let network = try await api.network()
            let id =
                switch member {
                case "network": network
                case "subnet": try #require(try await api(.get, "/v2.0/subnets")["subnets", "0", "id"])
                default: try #require(try await api.make("port", ["network_id": network])["id"])
                }
            let tags = "/v2.0/\(member)s/\(id.text)/tags"
            #expect(try await api(.get, tags).json == ["tags": []])
            #expect(try await api(.put, tags, ["tags": ["b", "a"]]).json == ["tags": ["b", "a"]])
            let one = try await api(.put, "\(tags)/c%2Fd%20e")
            #expect(one.status == 201)
            #expect(one.text == "null")
            #expect(try await api(.post, tags, ["tags": ["f", "a"]]).status == 200)
            #expect(try await api(.get, tags).json == ["tags": ["a", "b", "c/d e", "f"]])
            #expect(try await api(.get, "/v2.0/\(member)s/\(id.text)")[member, "tags"] == ["a", "b", "c/d e", "f"])
            #expect(try await api(.get, "\(tags)/a").status == 204)
            #expect(try await api(.delete, "\(tags)/a").status == 204)
            for reply in [try await api(.get, "\(tags)/a"), try await api(.delete, "\(tags)/a")] {
                #expect(reply.status == 404)
                #expect(reply.error == "TagNotFound: Tag a could not be found.")
            }
            #expect(try await api(.delete, tags).status == 204)
            #expect(try await api(.get, tags).json == ["tags": []])
        }
    }

    @Test func `tags have limits`() async throws {
        try await API.run { api in
            let tags = "/v2.0/networks/\(try await api.network().text)/tags"
            let many = JSON.array((0..<51).map { .string("t\($0)") })
            let over = try await api(.put, tags, ["tags": many])
            #expect(over.status == 400)
            #expect(
                over.error
                    == "BadRequest: Bad networks request: The number of tags exceed the per-resource limit of 50.")
            #expect(try await api(.put, tags, ["tags": .array(Array(many.array!.prefix(50)))]).status == 200)
            #expect(try await api(.put, "\(tags)/more").status == 400)
            #expect(try await api(.put, "\(tags)/t0").status == 201)
            #expect(try await api(.put, tags, ["tags": ["a", "a"]]).status == 400)
            #expect(try await api(.put, "\(tags)/\(String(repeating: "x", count: 256))").status == 400)
            #expect(
                try await api(.put, tags, ["x": []]).error
                    == "InvalidInput: Invalid input for operation: Invalid tags body.")
            let missing = try await api(.get, "/v2.0/networks/11111111-1111-4111-8111-111111111111/tags")
            #expect(missing.status == 404)
        }
    }
}
