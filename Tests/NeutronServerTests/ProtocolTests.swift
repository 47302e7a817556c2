import HTTPTypes
import JSONCoding
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

/// Behaviour common to all paths.
@Suite struct ProtocolTests {
    @Test func `versions and extensions are listed`() async throws {
        try await API.run { api in
            let root = try await api(.get, "/")
            #expect(root["versions", "0", "id"] == "v2.0")
            #expect(root["versions", "0", "status"] == "CURRENT")
            #expect(root["versions", "0", "links", "0", "href"]?.text.hasSuffix("/v2.0/") == true)
            for path in ["/v2.0", "/v2.0/"] {
                let version = try await api(.get, path)
                #expect(version["version", "id"] == "v2.0")
                let collections = version["resources"]?.array?.compactMap { $0.object?["collection"]?.string } ?? []
                #expect(Set(collections).isSuperset(of: ["networks", "subnets", "ports", "trunks", "address_scopes"]))
            }
            let extensions = try await api(.get, "/v2.0/extensions.json")
            #expect(extensions["extensions"]?.array?.count == Extension.all.count)
            #expect(try await api(.get, "/v2.0/extensions/binding")["extension", "alias"] == "binding")
            let missing = try await api(.get, "/v2.0/extensions/no-such")
            #expect(missing.status == 404)
            #expect(missing.error == "HTTPNotFound: Extension with alias no-such does not exist")
        }
    }

    @Test func `every reply has a request id`() async throws {
        try await API.run { api in
            var seen: Set<String> = []
            for path in ["/", "/v2.0/networks", "/nothing", "/v2.0/networks/x"] {
                let id = try #require(try await api(.get, path).headers[HTTPField.Name("X-Openstack-Request-Id")!])
                #expect(id.hasPrefix("req-"))
                #expect(seen.insert(id).inserted)
            }
        }
    }

    @Test(arguments: [
        "/nothing", "/v2.0/nothing", "/v2.0/networks/x/nothing", "/v2.1/networks", "/v2.0/metering-labels",
    ])
    func `an unknown path is 404 in the API's format`(_ path: String) async throws {
        try await API.run { api in
            for method in [HTTPRequest.Method.get, .post, .put, .delete] {
                let reply = try await api(method, path)
                #expect(reply.status == 404)
                #expect(reply.error == "HTTPNotFound: The resource could not be found.")
            }
        }
    }

    @Test func `an unsupported method is 405`() async throws {
        try await API.run { api in
            let cases: [(HTTPRequest.Method, String)] = [
                (.patch, "/v2.0/subnets"), (.post, "/healthcheck"),
                (.post, "/v2.0/networks/x"),
                (.head, "/v2.0/networks"), (.post, "/"), (.patch, "/v2.0/networks/x/tags/y"),
            ]
            for (method, path) in cases {
                let reply = try await api(method, path)
                #expect(reply.status == 405, "\(method) \(path)")
            }
        }
    }

    @Test func `a change of a collection is 404`() async throws {
        try await API.run { api in
            for (kind, name) in [("network", "Network"), ("subnet", "Subnet"), ("port", "Port"), ("trunk", "Trunk")] {
                for method in [HTTPRequest.Method.put, .delete] {
                    let reply = try await api(method, "/v2.0/\(kind)s", method == .put ? .object([kind: [:]]) : nil)
                    #expect(reply.status == 404)
                    #expect(reply.error == "\(name)NotFound: \(name) None could not be found.")
                }
            }
        }
    }

    @Test func `a missing body is refused as lacking the resource`() async throws {
        try await API.run { api in
            let network = try await api.network(cidr: nil)
            for (method, path) in [(HTTPRequest.Method.post, "networks"), (.put, "networks/\(network.text)")] {
                for text in ["", "{}", "{\"x\": {}}"] {
                    let reply = try await api(method, "/v2.0/\(path)", text: text)
                    #expect(reply.status == 400)
                    #expect(reply.error == "HTTPBadRequest: Unable to find 'network' in request body")
                }
            }
        }
    }

    @Test(arguments: ["", "{", "[]", "\"x\"", "{\"network\":", "nul", "{\"network\": {\"name\": \"\u{7f}\"}}"])
    func `an invalid body changes nothing`(_ text: String) async throws {
        try await API.run { api in
            let reply = try await api(.post, "/v2.0/networks", text: text)
            #expect(reply.status == 400)
            #expect(reply.error?.hasPrefix("HTTPBadRequest: ") == true)
            #expect(try await api(.get, "/v2.0/networks")["networks"] == [])
        }
    }

    @Test func `a body that is too large is refused`() async throws {
        try await API.run { api in
            let reply = try await api(.post, "/v2.0/networks", text: String(repeating: " ", count: 2 << 20) + "{}")
            #expect(reply.status == 413)
            #expect(
                reply.error
                    == "HTTPRequestEntityTooLarge: The body is larger than 2097152 bytes.")
        }
    }

    @Test func `health and readiness differ`() async throws {
        try await API.run { api in
            // A list waits until the first copy is complete.
            #expect(try await api(.get, "/v2.0/networks").status == 200)
            #expect(try await api(.get, "/readyz").status == 200)
            #expect(try await api(.get, "/healthcheck").text == "OK")
            #expect(try await api(.head, "/healthcheck").status == 204)
            await api.server.kill()
            #expect(try await api(.get, "/healthz").status == 200)
            // The client notices it a moment later.
            var reply = try await api(.get, "/readyz")
            while reply.status == 200 { reply = try await api(.get, "/readyz") }
            #expect(reply.status == 503)
            #expect(reply["status"] == "not ready")
            #expect(reply["reason"]?.text.contains("OVN_Northbound") == true)
            for method in [HTTPRequest.Method.get, .head] {
                #expect(try await api(method, "/healthcheck").status == 503)
            }
            let write = try await api(.get, "/v2.0/networks/11111111-1111-4111-8111-111111111111")
            #expect(write.status == 503)
            #expect(write.error?.hasPrefix("ServiceUnavailable: ") == true)
        }
    }
}
