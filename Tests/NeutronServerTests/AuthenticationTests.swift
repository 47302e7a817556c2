import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// Authentication of requests.
@Suite struct AuthenticationTests {
    @Test func `without a valid token the answer is 401 with Keystone's URL`() async throws {
        try await API.runWithUsers { api in
            let paths = [
                "", "/networks", "/networks/x", "/ports?limit=1", "/extensions", "/networks/x/tags", "/subnets.json",
            ]
            for path in paths {
                let replies = [
                    try await api(.get, "/v2.0\(path)"), try await api.as("stranger")(.get, String(path.dropFirst())),
                ]
                for reply in replies {
                    #expect(reply.status == 401, "\(path)")
                    #expect(reply.headers[.wwwAuthenticate] == "Keystone uri=\"\(Users.url)\"")
                    #expect(
                        reply.json == [
                            "error": [
                                "code": 401, "title": "Unauthorized",
                                "message": "The request you have made requires authentication.",
                            ]
                        ])
                }
            }
            for method in [HTTPRequest.Method.post, .put, .delete] {
                #expect(try await api(method, "/v2.0/networks/x").status == 401)
            }
            #expect(try await api.as("root").list("networks").isEmpty)
        }
    }

    @Test(arguments: ["//v2.0/networks", "/v2.0//networks", "/./v2.0/networks", "/v2%2E0/networks", "/v2.0%2Fnetworks"])
    func `no spelling of a path bypasses authentication`(_ path: String) async throws {
        try await API.runWithUsers { api in
            let reply = try await api(.get, path)
            #expect(reply.status == 401 || reply.status == 404, "\(reply.status)")
        }
    }

    @Test func `versions and health need no token`() async throws {
        try await API.runWithUsers { api in
            for path in ["/", "/healthz"] {
                let reply = try await api(.get, path)
                #expect(reply.status == 200)
            }
            for path in ["/readyz", "/healthcheck"] {
                let status = try await api(.get, path).status
                // Perhaps not ready yet.
                #expect(status == 200 || status == 503, "\(path)")
            }
            #expect(try await api.as("alan")(.get, "").status == 200)
        }
    }

    @Test func `an unavailable identity service is 503, not 401`() async throws {
        try await API.runWithUsers { api in
            let reply = try await api.as("down")(.get, "networks")
            #expect(reply.status == 503)
            #expect(
                reply.error
                    == "ServiceUnavailable: The service is unavailable. The token could not be validated: "
                    + "Keystone at \(Users.url): connection refused.")
            #expect(reply.headers[.wwwAuthenticate] == nil)
        }
    }

    @Test func `a client beyond its share of validations gets 429 with Retry-After`() async throws {
        try await API.runWithUsers { api in
            let reply = try await api.as("crowd")(.get, "networks")
            #expect(reply.status == 429)
            #expect(reply.error?.contains("64 other tokens are being asked for, which is the limit") == true)
            #expect(reply.headers[.retryAfter] == "1")
        }
    }

    @Test func `X-Project-Id is ignored with a token`() async throws {
        try await API.runWithUsers { api in
            let reply = try await api.as("alice")(.post, "networks", ["network": [:]], headers: [.projectID: "b"])
            #expect(reply["network", "project_id"] == "a")
        }
    }
}
