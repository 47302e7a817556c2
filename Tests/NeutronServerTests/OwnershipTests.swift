import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// Ownership and visibility. Projects a and b: alice, alma (writers) and alan (reader); bob and ben.
@Suite struct OwnershipTests {
    @Test func `new resources belong to the token's project`() async throws {
        try await API.runWithUsers { api in
            let (alice, root) = (api.as("alice"), api.as("root"))
            for user in ["alice", "alma"] {
                let made = try await api.as(user)(.post, "networks", ["network": ["name": "n"]])
                #expect(made["network", "project_id"] == "a")
                #expect(made["network", "tenant_id"] == "a")
            }
            #expect(
                try await alice(.post, "networks", ["network": ["project_id": "a", "tenant_id": "a"]]).status == 201)
            for attribute in ["project_id", "tenant_id"] {
                let reply = try await alice(.post, "networks", ["network": [attribute: "b"]])
                #expect(reply.status == 400)
                #expect(
                    reply.error
                        == "HTTPBadRequest: Specifying 'project_id' or 'tenant_id' other than the authenticated project in "
                        + "request requires admin or advsvc privileges")
            }
            let bulk: JSON = ["networks": [["name": "x"], ["name": "y", "tenant_id": "b"]]]
            #expect(try await alice(.post, "networks", bulk).status == 400)
            #expect(try await alice.list("networks?name=x").isEmpty)
            #expect(try await root(.post, "networks", ["network": ["tenant_id": "b"]])["network", "project_id"] == "b")
            #expect(try await root(.post, "networks", ["network": [:]])["network", "project_id"] == "ops")
        }
    }

    @Test func `a token without a project creates and sees nothing`() async throws {
        try await API.runWithUsers { api in
            _ = try await api.as("alice").make("network", [:])
            let lost = api.as("lost")
            #expect(try await lost.list("networks").isEmpty)
            let reply = try await lost(.post, "networks", ["network": [:]])
            #expect(reply.status == 400)
            #expect(
                reply.error == "HTTPBadRequest: Running without keystone AuthN requires that tenant_id is specified")
        }
    }

    @Test func `another project's resources are not found`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob) = (api.as("alice"), api.as("bob"))
            let network = try await alice.make("network", ["name": "blue"])
            let subnet = try await alice.make(
                "subnet", ["network_id": .string(network), "ip_version": 4, "cidr": "10.0.0.0/24"])
            let port = try await alice.make("port", ["network_id": .string(network)])
            for (collection, member, id) in [
                ("networks", "network", network), ("subnets", "subnet", subnet), ("ports", "port", port),
            ] {
                #expect(try await bob.list(collection).isEmpty)
                #expect(try await bob.list("\(collection)?id=\(id)").isEmpty)
                #expect(try await bob.list("\(collection)?project_id=a").isEmpty)
                let unknown = id.replacing(id.prefix(8), with: "00000000")
                let update: JSON = .object([member: ["name": "mine"]])
                let requests: [(HTTPRequest.Method, String, JSON?)] = [
                    (.get, "", nil), (.put, "", update), (.delete, "", nil), (.get, "/tags", nil),
                    (.put, "/tags/x", nil), (.put, "/tags", ["tags": ["x"]]), (.delete, "/tags", nil),
                ]
                for (method, path, body) in requests {
                    let reply = try await bob(method, "\(collection)/\(id)\(path)", body)
                    #expect(reply.status == 404, "\(method) \(collection) \(path)")
                    // The same as for an unknown id.
                    let other = try await bob(method, "\(collection)/\(unknown)\(path)", body)
                    #expect(reply.text == other.text.replacing(unknown, with: id))
                }
                for user in ["alice", "alan", "alma", "root"] {
                    #expect(try await api.as(user).list(collection) == [id])
                    #expect(try await api.as(user)(.get, "\(collection)/\(id)").status == 200)
                    #expect(try await api.as(user)(.get, "\(collection)/\(id)/tags").status == 200)
                }
            }
            for body: JSON in [
                ["subnet": ["network_id": .string(network), "ip_version": 4, "cidr": "10.1.0.0/24"]],
                ["port": ["network_id": .string(network)]],
            ] {
                let kind = body.object?.keys.first ?? ""
                let reply = try await bob(.post, "\(kind)s", body)
                #expect(reply.status == 404)
                #expect(reply.error == "NetworkNotFound: Network \(network) could not be found.")
            }
        }
    }

    @Test func `a shared network is visible to all and changed by its project only`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let network = try await root.make("network", ["name": "pool", "tenant_id": "a", "shared": true])
            let id = JSON.string(network)
            let subnet = try await alice.make("subnet", ["network_id": id, "ip_version": 4, "cidr": "10.0.0.0/24"])
            #expect(try await bob.list("networks") == [network])
            #expect(try await bob.list("subnets") == [subnet])
            #expect(try await bob(.get, "networks/\(network)")["network", "shared"] == true)
            #expect(try await bob(.get, "subnets/\(subnet)").status == 200)

            // Ports: each sees its own, the network's owner all of them.
            let bobs = try await bob.make("port", ["network_id": id, "fixed_ips": [["subnet_id": .string(subnet)]]])
            let alices = try await alice.make("port", ["network_id": id])
            #expect(try await bob.list("ports") == [bobs])
            #expect(try await bob(.get, "ports/\(alices)").status == 404)
            #expect(Set(try await alice.list("ports")) == [bobs, alices])
            #expect(try await alice(.put, "ports/\(bobs)", ["port": ["name": "x"]]).status == 403)

            // 403, since it is visible.
            for (method, path, body, rule) in [
                (HTTPRequest.Method.put, "networks/\(network)", ["network": ["name": "x"]] as JSON?, "update_network"),
                (.delete, "networks/\(network)", nil, "delete_network"),
                (.put, "subnets/\(subnet)", ["subnet": ["name": "x"]], "update_subnet"),
                (.delete, "subnets/\(subnet)", nil, "delete_subnet"),
                (.put, "networks/\(network)/tags/x", nil, "update_network"),
                (
                    .post, "subnets", ["subnet": ["network_id": id, "ip_version": 4, "cidr": "10.9.0.0/24"]],
                    "create_subnet"
                ),
            ] {
                let reply = try await bob(method, path, body)
                #expect(reply.status == 403, "\(method) \(path)")
                #expect(reply.error == "PolicyNotAuthorized: rule:\(rule) is disallowed by policy")
            }
            #expect(try await alice(.delete, "ports/\(bobs)").status == 204)
            #expect(try await root(.put, "networks/\(network)", ["network": ["shared": false]]).status == 200)
            #expect(try await bob.list("networks").isEmpty)
            #expect(try await bob.list("subnets").isEmpty)
        }
    }

    @Test func `a trunk belongs to its project and needs ports that it may change`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob, root) = (api.as("alice"), api.as("bob"), api.as("root"))
            let network = JSON.string(try await root.make("network", ["tenant_id": "b", "shared": true]))
            var ports: [String: [String]] = [:]
            for user in [alice, bob] {
                for _ in 1...3 {
                    ports[user.name, default: []].append(try await user.make("port", ["network_id": network]))
                }
            }
            let (mine, his) = (ports["alice", default: []], ports["bob", default: []])
            func subport(_ port: String, _ tag: JSON) -> JSON {
                ["port_id": .string(port), "segmentation_type": "vlan", "segmentation_id": tag]
            }
            let trunk = try await alice.make(
                "trunk", ["port_id": .string(mine[0]), "sub_ports": [subport(mine[1], 1)]])
            #expect(try await alice.list("trunks") == [trunk])
            #expect(try await api.as("alan").list("trunks") == [trunk])
            #expect(try await bob.list("trunks").isEmpty)
            let none: [(HTTPRequest.Method, String, JSON?)] = [
                (.get, "", nil), (.put, "", ["trunk": ["name": "x"]]), (.delete, "", nil), (.get, "/get_subports", nil),
                (.put, "/add_subports", ["sub_ports": [subport(his[1], 2)]]),
                (.put, "/remove_subports", ["sub_ports": [["port_id": .string(mine[1])]]]), (.get, "/tags", nil),
            ]
            for (method, path, body) in none {
                #expect(try await bob(method, "trunks/\(trunk)\(path)", body).status == 404, "\(method) \(path)")
            }
            // Alice does not see Bob's ports. Bob owns the network and sees hers, which is not enough.
            for body: JSON in [
                ["port_id": .string(his[0])], ["port_id": .string(mine[2]), "sub_ports": [subport(his[0], 3)]],
            ] {
                let reply = try await alice(.post, "trunks", ["trunk": body])
                #expect(reply.status == 404)
                #expect(reply.error == "PortNotFound: Port \(his[0]) could not be found.")
            }
            let added = try await alice(
                .put, "trunks/\(trunk)/add_subports", ["sub_ports": [subport(his[0], 3)]])
            #expect(added.status == 404)
            let stolen = try await bob(
                .post, "trunks", ["trunk": ["port_id": .string(his[0]), "sub_ports": [subport(mine[2], 4)]]])
            #expect(stolen.status == 403)
            #expect(stolen.error == "PolicyNotAuthorized: rule:update_port is disallowed by policy")
            #expect(try await api.as("alan")(.delete, "trunks/\(trunk)").status == 403)
            #expect(try await api.as("alan")(.get, "trunks/\(trunk)/get_subports").status == 200)
            let changes: [(HTTPRequest.Method, String, JSON?, Int)] = [
                (.put, "/add_subports", ["sub_ports": [subport(mine[2], 2)]], 200),
                (.put, "/remove_subports", ["sub_ports": [["port_id": .string(mine[1])]]], 200),
                (.delete, "", nil, 204),
            ]
            for (method, path, body, status) in changes {
                #expect(try await alice(method, "trunks/\(trunk)\(path)", body).status == status, "\(path)")
            }
        }
    }

    @Test func `pages contain visible resources only`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob) = (api.as("alice"), api.as("bob"))
            var mine: [String] = []
            for number in 1...5 {
                mine.append(try await alice.make("network", ["name": .string("n\(number)")]))
                _ = try await bob.make("network", ["name": .string("n\(number)")])
            }
            let sorted = "networks?sort_key=name&sort_dir=asc"
            let first = try await alice(.get, "\(sorted)&limit=2")
            #expect(first["networks"]?.array?.compactMap { $0.object?["id"]?.string } == Array(mine[0..<2]))
            #expect(first["networks_links", "0", "rel"] == "next")
            #expect(try await alice.list("\(sorted)&limit=2&marker=\(mine[1])") == Array(mine[2..<4]))
            #expect(try await alice.list("\(sorted)&limit=2&marker=\(mine[3])") == [mine[4]])
            #expect(try await alice.list("\(sorted)&limit=2&marker=\(mine[4])&page_reverse=true") == Array(mine[2..<4]))
            #expect(try await bob(.get, "\(sorted)&limit=1&marker=\(mine[0])").status == 404)
            // By identifier a marker is a position, and does not reveal whether it exists.
            #expect(try await bob.list("networks?limit=9&marker=\(mine[0])").allSatisfy { !mine.contains($0) })
            #expect(try await alice.list("networks?name=n3") == [mine[2]])
            #expect(try await api.as("root").list("networks").count == 10)
            #expect(try await api.as("root").list("\(sorted)&project_id=a") == mine)
        }
    }

    @Test func `revisions and tags work with tokens`() async throws {
        try await API.runWithUsers { api in
            let alice = api.as("alice")
            let id = try await alice.make("network", [:])
            let stale: HTTPFields = [.ifMatch: "revision_number=9"]
            #expect(try await alice(.put, "networks/\(id)", ["network": ["name": "x"]], headers: stale).status == 412)
            #expect(try await alice(.put, "networks/\(id)/tags/red", nil).status == 201)
            #expect(try await alice.list("networks?tags=red") == [id])
            #expect(try await api.as("alan")(.get, "networks/\(id)/tags/red").status == 204)
            #expect(try await api.as("alan")(.put, "networks/\(id)/tags/blue").status == 403)
            #expect(try await alice(.delete, "networks/\(id)").status == 204)
        }
    }
}
