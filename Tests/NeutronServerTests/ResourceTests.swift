import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// The life cycle of networks, subnets and ports.
@Suite struct ResourceTests {
    @Test func `a network is created, shown, changed and deleted`() async throws {
        try await API.run { api in
            let made = try await api(.post, "/v2.0/networks", ["network": ["name": "blue", "tenant_id": "t"]])
            #expect(made.status == 201)
            let id = try #require(made["network", "id"]?.string)
            #expect(made["network", "project_id"] == "t")
            #expect(try await api(.get, "/v2.0/networks/\(id)")["network"] == made["network"])
            #expect(try await api(.get, "/v2.0/networks/\(id.uppercased()).json")["network"] == made["network"])
            #expect(
                try await api(.get, "/v2.0/networks/\(id)?fields=name&fields=foo").json == ["network": ["name": "blue"]]
            )
            let changed = try await api(.put, "/v2.0/networks/\(id)", ["network": ["description": "sky"]])
            #expect(changed.status == 200)
            #expect(changed["network", "description"] == "sky")
            #expect(changed["network", "revision_number"] == 2)
            let deleted = try await api(.delete, "/v2.0/networks/\(id)")
            #expect(deleted.status == 204)
            #expect(deleted.text == "")
            for reply in [
                try await api(.get, "/v2.0/networks/\(id)"), try await api(.delete, "/v2.0/networks/\(id)"),
                try await api(.put, "/v2.0/networks/\(id)", ["network": ["name": "x"]]),
            ] {
                #expect(reply.status == 404)
                #expect(reply.error == "NetworkNotFound: Network \(id) could not be found.")
            }
        }
    }

    @Test func `a name is not an identifier`() async throws {
        try await API.run { api in
            _ = try await api.network("blue")
            let cases = [
                ("networks/blue", "NetworkNotFound: Network blue could not be found."),
                ("subnets/a%20b", "SubnetNotFound: Subnet a b could not be found."),
                ("ports/x", "PortNotFound: Port x could not be found."),
                ("networks/x/tags", "TagResourceNotFound: Resource networks x could not be found."),
            ]
            for (path, error) in cases {
                let reply = try await api(.get, "/v2.0/\(path)")
                #expect(reply.status == 404)
                #expect(reply.error == error)
            }
        }
    }

    @Test func `the project is the request's, the header's, or the default`() async throws {
        try await API.run { api in
            let header: HTTPFields = [HTTPField.Name("X-Project-Id")!: "h"]
            let cases: [(JSON, HTTPFields, JSON)] = [
                ([:], [:], "admin"), ([:], header, "h"), (["project_id": "p"], header, "p"),
                (["tenant_id": "t"], [:], "t"),
            ]
            for (body, headers, owner) in cases {
                let reply = try await api(.post, "/v2.0/networks", ["network": body], headers: headers)
                #expect(reply["network", "project_id"] == owner)
                #expect(reply["network", "tenant_id"] == owner)
            }
        }
    }

    @Test func `a bulk request creates all or none`() async throws {
        try await API.run { api in
            let id = try await api.network()
            let many: JSON = ["ports": [["network_id": id, "name": "a"], ["network_id": id, "name": "b"]]]
            let made = try await api(.post, "/v2.0/ports", many)
            #expect(made.status == 201)
            #expect(made["ports", "0", "name"] == "a")
            #expect(made["ports", "1", "name"] == "b")
            let bad: JSON = [
                "ports": [
                    ["network_id": id, "name": "c"],
                    ["network_id": id, "name": "d", "fixed_ips": [["ip_address": "192.0.2.1"]]],
                ]
            ]
            let refused = try await api(.post, "/v2.0/ports", bad)
            #expect(refused.status == 400)
            #expect(refused.error?.hasPrefix("InvalidIpForNetwork: ") == true)
            #expect(try await api(.get, "/v2.0/ports")["ports"]?.array?.count == 2)
        }
    }

    @Test func `errors have Neutron's type and status`() async throws {
        try await API.run { api in
            let id = try await api.network(cidr: "10.0.0.0/29")
            let port = try await api.make("port", ["network_id": id, "mac_address": "fa:16:3e:00:00:01"])
            let address = try #require(port["fixed_ips"]?.array?.first?.object?["ip_address"])
            let cases: [(String, JSON, Int, String)] = [
                ("port", ["network_id": id, "fixed_ips": [["ip_address": address]]], 409, "IpAddressAlreadyAllocated"),
                ("port", ["network_id": id, "fixed_ips": [["ip_address": "10.0.0.7"]]], 400, "InvalidIpForNetwork"),
                ("port", ["network_id": id, "mac_address": "fa:16:3e:00:00:01"], 409, "MacAddressInUse"),
                ("port", ["network_id": "11111111-1111-4111-8111-111111111111"], 404, "NetworkNotFound"),
                ("subnet", ["network_id": id, "ip_version": 4, "cidr": "10.0.0.0/24"], 400, "InvalidInput"),
                ("network", ["colour": "red"], 400, "HTTPBadRequest"),
            ]
            for (member, body, status, type) in cases {
                let reply = try await api(.post, "/v2.0/\(member)s", .object([member: body]))
                #expect(reply.status == status, "\(reply.text)")
                #expect(reply.error?.hasPrefix("\(type): ") == true, "\(reply.text)")
            }
            #expect(try await api(.delete, "/v2.0/networks/\(id.text)").error?.hasPrefix("NetworkInUse: ") == true)
            let subnets = try await api(.get, "/v2.0/subnets?network_id=\(id.text)")
            let subnet = try #require(subnets["subnets", "0", "id"]?.string)
            #expect(try await api(.delete, "/v2.0/subnets/\(subnet)").error?.hasPrefix("SubnetInUse: ") == true)
            for _ in 0..<4 { _ = try await api.make("port", ["network_id": id]) }
            let full = try await api(.post, "/v2.0/ports", ["port": ["network_id": id]])
            #expect(full.status == 409)
            #expect(full.error == "IpAddressGenerationFailure: No more IP addresses available on network \(id.text).")
            #expect(try await api(.get, "/v2.0/ports")["ports"]?.array?.count == 5)
        }
    }

    @Test func `a change may require a revision`() async throws {
        try await API.run { api in
            let path = "/v2.0/networks/\(try await api.network().text)"
            let match = { (text: String) -> HTTPFields in [.ifMatch: text] }
            let change: JSON = ["network": ["name": "x"]]
            let stale = try await api(.put, path, change, headers: match("revision_number=99"))
            #expect(stale.status == 412)
            #expect(
                stale.error?.hasPrefix("RevisionNumberConstraintFailed: Constrained to 99, but current revision is ")
                    == true)
            let revision = try #require(try await api(.get, path)["network", "revision_number"]).shown
            #expect(try await api(.put, path, change, headers: match("\"revision_number=\(revision)\"")).status == 200)
            for wrong in ["revision_number=x", "revision_number=1, revision_number=2"] {
                let reply = try await api(.put, path, change, headers: match(wrong))
                #expect(reply.status == 400)
                #expect(reply.error?.hasPrefix("BadRequest: Bad if-match request: ") == true)
            }
            #expect(try await api(.delete, path, headers: match("revision_number=\(revision)")).status == 412)
            #expect(try await api(.delete, path, headers: match("\"abc\"")).status == 204)
        }
    }

    @Test func `a DELETE with a body is refused`() async throws {
        try await API.run { api in
            let path = "/v2.0/networks/\(try await api.network().text)"
            let reply = try await api(.delete, path, [:])
            #expect(reply.status == 400)
            #expect(reply.error == "HTTPBadRequest: Request body is not supported in DELETE.")
            #expect(try await api(.get, path).status == 200)
        }
    }
}
