import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct TrunkTests {
    @Test func `a trunk is created, shown, listed, changed and deleted`() async throws {
        try await API.run { api in
            let network = try await api.network()
            let parent = try await api.port(network)
            let trunk = try await api.make("trunk", ["port_id": parent, "name": "t", "description": "d"])
            #expect(
                Set(trunk.keys) == [
                    "id", "name", "project_id", "tenant_id", "admin_state_up", "port_id", "status", "sub_ports",
                    "description", "tags", "created_at", "updated_at", "revision_number",
                ])
            #expect(trunk["sub_ports"] == [])
            #expect(trunk["status"] == "DOWN")
            #expect(trunk["port_id"] == parent)
            let id = try #require(trunk["id"]).text
            #expect(try await api(.get, "/v2.0/trunks/\(id)")["trunk"] == .object(trunk))
            #expect(try await api(.get, "/v2.0/trunks?port_id=\(parent.text)")["trunks", "0", "id"] == .string(id))
            #expect(try await api(.get, "/v2.0/trunks?port_id=\(id)")["trunks"] == [])
            #expect(try await api(.get, "/v2.0/trunks?name=t&fields=name")["trunks"] == [["name": "t"]])
            #expect(try await api(.get, "/v2.0/trunks?status=ACTIVE")["trunks"] == [])
            #expect(try await api(.get, "/v2.0/trunks?sub_ports=x").status == 400)
            let changed = try await api(
                .put, "/v2.0/trunks/\(id)", ["trunk": ["name": "u", "admin_state_up": false]],
                headers: [.ifMatch: "revision_number=1"])
            #expect(changed["trunk", "name"] == "u")
            #expect(changed["trunk", "revision_number"] == 2)
            #expect(
                try await api(.delete, "/v2.0/trunks/\(id)").error
                    == "TrunkDisabled: Trunk \(id) is currently disabled.")
            _ = try await api(.put, "/v2.0/trunks/\(id)", ["trunk": ["admin_state_up": true]])
            #expect(try await api(.put, "/v2.0/trunks/\(id)", ["trunk": ["port_id": parent]]).status == 400)
            #expect(try await api(.put, "/v2.0/trunks/\(id)/tags", ["tags": ["a"]])["tags"] == ["a"])
            #expect(try await api(.get, "/v2.0/trunks?tags=a")["trunks", "0", "tags"] == ["a"])
            #expect(try await api(.delete, "/v2.0/trunks/\(id)").status == 204)
            #expect(
                try await api(.get, "/v2.0/trunks/\(id)").error
                    == "TrunkNotFound: Trunk \(id) could not be found.")
            #expect(try await api(.get, "/v2.0/trunks/t").status == 404)
        }
    }

    @Test func `lists of trunks are sorted and paged`() async throws {
        try await API.run { api in
            let network = try await api.network()
            for name in ["c", "a", "b"] {
                _ = try await api.make("trunk", ["port_id": try await api.port(network), "name": .string(name)])
            }
            let page = try await api(.get, "/v2.0/trunks?sort_key=name&sort_dir=asc&limit=2&fields=name&fields=id")
            #expect(page["trunks", "0", "name"] == "a")
            #expect(page["trunks", "1", "name"] == "b")
            let marker = try #require(page["trunks", "1", "id"]).text
            let next = try await api(
                .get, "/v2.0/trunks?sort_key=name&sort_dir=asc&limit=2&fields=name&marker=\(marker)")
            #expect(next["trunks"] == [["name": "c"]])
        }
    }

    @Test func `subports are added, shown and removed`() async throws {
        try await API.run { api in
            let network = try await api.network()
            let (parent, one, two) = (
                try await api.port(network), try await api.port(network), try await api.port(network)
            )
            let segment: JSON = ["port_id": one, "segmentation_id": "100", "segmentation_type": "vlan"]
            let trunk = try await api.make("trunk", ["port_id": parent, "sub_ports": [segment]])
            let id = try #require(trunk["id"]).text
            let first: JSON = ["port_id": one, "segmentation_id": 100, "segmentation_type": "vlan"]
            let second: JSON = ["port_id": two, "segmentation_id": 200, "segmentation_type": "vlan"]
            #expect(trunk["sub_ports"] == [first])
            let more = try await api(.put, "/v2.0/trunks/\(id)/add_subports", ["sub_ports": [second]])
            // Unwrapped, as Neutron's actions are.
            #expect(more["sub_ports"] == [first, second])
            #expect(more["id"] == .string(id))
            #expect(try await api(.get, "/v2.0/trunks/\(id)/get_subports").json == ["sub_ports": [first, second]])
            let port = try await api(.get, "/v2.0/ports/\(one.text)")
            #expect(port["port", "device_owner"] == "trunk:subport")
            #expect(port["port", "binding:profile"] == ["parent_name": parent, "tag": 100])
            #expect(port["port", "trunk_details"] == nil)
            let carrier = try await api(.get, "/v2.0/ports/\(parent.text)")
            #expect(carrier["port", "trunk_details", "trunk_id"] == .string(id))
            #expect(carrier["port", "trunk_details", "sub_ports", "0", "port_id"] == one)
            #expect(
                carrier["port", "trunk_details", "sub_ports", "0", "mac_address"] == port["port", "mac_address"])
            #expect(
                try await api(.delete, "/v2.0/ports/\(one.text)").error
                    == "PortInUseAsSubPort: Port \(one.text) is currently a subport for trunk \(id).")
            let less = try await api(.put, "/v2.0/trunks/\(id)/remove_subports", ["sub_ports": [["port_id": one]]])
            #expect(less["sub_ports"] == [second])
            #expect(
                try await api(.put, "/v2.0/trunks/\(id)/remove_subports", ["sub_ports": [["port_id": one]]]).error
                    == "SubPortNotFound: SubPort \(one.text) on trunk \(id) could not be found.")
            #expect(try await api(.delete, "/v2.0/ports/\(one.text)").status == 204)
            #expect(try await api(.get, "/v2.0/trunks/\(id)/add_subports").status == 405)
        }
    }

    @Test func `an invalid subport is refused with Neutron's message`() async throws {
        try await API.run { api in
            let network = try await api.network()
            let (parent, one) = (try await api.port(network), try await api.port(network))
            let id = try #require(try await api.make("trunk", ["port_id": parent])["id"]).text
            let name = one.text
            let cases: [(JSON, String)] = [
                ("x", "Invalid data format for subports: 'x' is not a list"),
                (["x"], "Invalid data format for subport: 'x' is not a dict"),
                ([["segmentation_id": 1]], "A valid port UUID must be specified"),
                ([["port_id": "x"]], "Invalid UUID for subport: 'x'"),
                ([["port_id": one], ["port_id": one]], "Non unique UUID for subport: '\(name)'"),
                (
                    [["port_id": one, "segmentation_id": 1]],
                    "Invalid subport details '{'port_id': '\(name)', 'segmentation_id': 1}': missing segmentation "
                        + "information. Must specify both segmentation_id and segmentation_type"
                ),
                (
                    [
                        ["port_id": one, "segmentation_id": 1, "segmentation_type": "vlan"],
                        ["port_id": parent, "segmentation_id": 1, "segmentation_type": "vlan"],
                    ], "Segmentation ID '1' for '\(parent.text)' is not unique"
                ),
                (
                    [["port_id": one, "segmentation_id": "q", "segmentation_type": "vlan"]],
                    "Invalid subport details: segmentation_id 'q' is not an integer"
                ),
                (
                    [["port_id": one, "segmentation_id": 1, "segmentation_type": "vxlan"]],
                    "Unknown segmentation_type 'vxlan'"
                ),
                (
                    [["port_id": one, "segmentation_id": 4095, "segmentation_type": "vlan"]],
                    "Segmentation ID '4095' is not in range"
                ),
                (
                    [["port_id": one, "segmentation_id": 0, "segmentation_type": "vlan"]],
                    "Segmentation ID '0' is not in range"
                ),
                ([["port_id": one, "segmentation_type": "inherit"]], "Unknown segmentation_type 'geneve'"),
            ]
            for (subports, message) in cases {
                let reply = try await api(.put, "/v2.0/trunks/\(id)/add_subports", ["sub_ports": subports])
                #expect(reply.status == 400)
                #expect(reply.error == "InvalidInput: Invalid input for operation: \(message).")
            }
            let create = try await api(.post, "/v2.0/trunks", ["trunk": ["port_id": one, "sub_ports": "x"]])
            #expect(
                create.error
                    == "HTTPBadRequest: Invalid input for sub_ports. Reason: Invalid data format for subports: "
                    + "'x' is not a list.")
            #expect(try await api(.post, "/v2.0/trunks", ["trunk": [:]]).status == 400)
            let stranger = "11111111-2222-4333-8444-555555555555"
            #expect(
                try await api(.post, "/v2.0/trunks", ["trunk": ["port_id": .string(stranger)]]).error
                    == "PortNotFound: Port \(stranger) could not be found.")
            #expect(
                try await api(.post, "/v2.0/trunks", ["trunk": ["port_id": parent]]).error
                    == "ParentPortInUse: Port \(parent.text) is currently in use and is not eligible for use as a "
                    + "parent port.")
            #expect(try await api(.get, "/v2.0/trunks/\(id)/get_subports").json == ["sub_ports": []])
        }
    }
}

extension API {
    fileprivate func port(_ network: JSON) async throws -> JSON {
        try #require(try await make("port", ["network_id": network])["id"])
    }
}
