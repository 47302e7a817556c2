import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct AddressScopeTests {
    @Test func `an address scope is created, listed, changed and deleted`() async throws {
        try await API.run { api in
            let path = "/v2.0/address-scopes"
            let made = try await api(.post, path, ["address_scope": ["name": "s", "ip_version": 6]])
            let scope = try #require(made["address_scope"]?.object)
            #expect(Set(scope.keys) == ["id", "name", "project_id", "tenant_id", "shared", "ip_version"])
            #expect(scope["shared"] == false)
            let id = try #require(scope["id"]).text
            #expect(try await api(.get, "\(path)/\(id)")["address_scope"] == .object(scope))
            #expect(
                try await api(.get, "\(path)?ip_version=6&name=s&fields=id")["address_scopes"] == [["id": .string(id)]])
            #expect(try await api(.get, "\(path)?ip_version=4")["address_scopes"] == [])
            let changed = try await api(.put, "\(path)/\(id)", ["address_scope": ["name": "t", "shared": true]])
            #expect(changed["address_scope", "name"] == "t")
            #expect(changed["address_scope", "shared"] == true)
            #expect(
                try await api(.put, "\(path)/\(id)", ["address_scope": ["shared": false]]).error
                    == "AddressScopeUpdateError: Unable to update address scope \(id) : "
                    + "Shared address scope can't be unshared.")
            #expect(try await api(.delete, "\(path)/\(id)").status == 204)
            #expect(
                try await api(.get, "\(path)/\(id)").error
                    == "AddressScopeNotFound: Address scope \(id) could not be found.")
        }
    }

    @Test(
        arguments: [
            ([:], "Failed to parse request. Required attribute 'ip_version' not specified"),
            (["ip_version": 5], "Invalid input for ip_version. Reason: '5' is not in [4, 6]."),
            (["ip_version": 4, "name": 7], "Invalid input for name. Reason: '7' is not a valid string."),
            (["ip_version": 4, "color": "red"], "Unrecognized attribute(s) 'color'"),
        ] as [(JSON, String)])
    func `a wrong address scope is refused`(_ body: JSON, _ message: String) async throws {
        try await API.run { api in
            let reply = try await api(.post, "/v2.0/address-scopes", ["address_scope": body])
            #expect(reply.status == 400)
            #expect(reply["NeutronError", "message"] == .string(message))
        }
    }

    @Test func `a shared address scope is seen by other projects`() async throws {
        try await API.runWithUsers { api in
            let mine: JSON = ["address_scope": ["name": "own", "ip_version": 4]]
            #expect(try await api.as("alice")(.post, "address-scopes", mine).status == 201)
            let shared: JSON = ["address_scope": ["name": "all", "ip_version": 4, "shared": true]]
            #expect(try await api.as("alice")(.post, "address-scopes", shared).status == 403)
            #expect(try await api.as("root")(.post, "address-scopes", shared).status == 201)
            func names(_ user: String) async throws -> [String?] {
                let reply = try await api.as(user)(.get, "address-scopes?sort_key=name&sort_dir=asc")
                return reply["address_scopes"]?.array?.map { $0.object?["name"]?.string } ?? []
            }
            let (own, other) = (try await names("alan"), try await names("bob"))
            #expect(own == ["all", "own"])
            #expect(other == ["all"])
        }
    }
}
