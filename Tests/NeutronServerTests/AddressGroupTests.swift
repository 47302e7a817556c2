import HTTPTypes
import JSONCoding
import NetAddress
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct AddressGroupTests {
    private static let path = "/v2.0/address-groups"

    @Test func `an address group is created, listed, changed and deleted`() async throws {
        try await API.run { api in
            let made = try await api(
                .post, Self.path,
                [
                    "address_group": [
                        "name": "g", "description": "d", "addresses": ["2001:db8::7/32", "10.0.0.9/24", "10.0.0.0/8"],
                    ]
                ])
            #expect(made.status == 201)
            let group = try #require(made["address_group"]?.object)
            #expect(
                Set(group.keys) == [
                    "id", "name", "description", "project_id", "tenant_id", "addresses", "created_at", "updated_at",
                    "revision_number",
                ])
            #expect(group["addresses"] == ["10.0.0.0/8", "10.0.0.0/24", "2001:db8::/32"])
            let id = try #require(group["id"]).text
            #expect(try await api(.get, "\(Self.path)/\(id)")["address_group"] == .object(group))
            #expect(try await api(.get, "\(Self.path)?name=g&fields=id")["address_groups"] == [["id": .string(id)]])
            #expect(try await api(.get, "\(Self.path)?name=h")["address_groups"] == [])
            let changed = try await api(.put, "\(Self.path)/\(id)", ["address_group": ["name": "h"]])
            #expect(changed["address_group", "name"] == "h")
            #expect(changed["address_group", "addresses"] == group["addresses"])
            #expect(
                try await api(.put, "\(Self.path)/\(id)", ["address_group": ["addresses": []]]).error
                    == "HTTPBadRequest: Cannot update read-only attribute addresses")
            #expect(try await api(.delete, "\(Self.path)/\(id)").status == 204)
            #expect(
                try await api(.get, "\(Self.path)/\(id)").error
                    == "AddressGroupNotFound: Address group \(id) could not be found.")
            #expect(try await api.addressSets().isEmpty)
        }
    }

    @Test func `addresses are added and removed, in two sets of OVN's`() async throws {
        try await API.run { api in
            let id = try #require(try await api(.post, Self.path, ["address_group": [:]])["address_group", "id"]).text
            func change(_ action: String, _ addresses: JSON) async throws -> API.Reply {
                try await api(.put, "\(Self.path)/\(id)/\(action)", ["addresses": addresses])
            }
            let name = "ag_\(id.replacing("-", with: "_"))_ip"
            #expect(try await api.addressSets() == ["\(name)4": [], "\(name)6": []])
            let added = try await change("add_addresses", ["10.0.0.1/32", "2001:db8::1/128", "10.1.2.3/16"])
            #expect(added.status == 200)
            #expect(added["address_group", "addresses"] == ["10.0.0.1/32", "10.1.0.0/16", "2001:db8::1/128"])
            #expect(
                try await api.addressSets() == [
                    "\(name)4": ["10.0.0.1/32", "10.1.0.0/16"], "\(name)6": ["2001:db8::1/128"],
                ])
            #expect(
                try await change("add_addresses", ["10.1.0.0/16", "10.2.0.0/16"]).error
                    == "AddressesAlreadyExist: Addresses ['10.1.0.0/16'] already exist in the address group \(id).")
            let missing = try await change("remove_addresses", ["10.9.0.0/16"])
            #expect(missing.status == 404)
            #expect(
                missing.error
                    == "AddressesNotFound: Addresses ['10.9.0.0/16'] not found in the address group \(id).")
            let removed = try await change("remove_addresses", ["2001:db8::1/128", "10.0.0.1/32"])
            #expect(removed["address_group", "addresses"] == ["10.1.0.0/16"])
            #expect(try await api.addressSets() == ["\(name)4": ["10.1.0.0/16"], "\(name)6": []])
            // The limit is that of the group.
            let many = JSON.array(
                (0..<AddressGroup.maximumAddresses).map { .string("10.3.\($0 / 256).\($0 % 256)/32") })
            #expect(
                try await change("add_addresses", many).error
                    == "BadRequest: Bad address_groups request: The number of addresses exceeds the limit of 1000 per "
                    + "address group.")
            #expect(
                try await api(.put, "\(Self.path)/nothing/add_addresses", ["addresses": []]).error
                    == "AddressGroupNotFound: Address group nothing could not be found.")
            #expect(
                try await api(.put, "\(Self.path)/\(id)/add_addresses", [:]).error
                    == "HTTPBadRequest: Failed to parse request. Required attribute 'addresses' not specified")
        }
    }

    @Test(
        arguments: [
            (7, "'7' is not a list"), ([7], "'7' is not a valid IP subnet"), (["x"], "'x' is not a valid IP subnet"),
            (["10.0.0.0/33"], "'10.0.0.0/33' is not a valid IP subnet"),
            (["10.0.0.1"], "'10.0.0.1' isn't a recognized IP subnet cidr, '10.0.0.1/32' is recommended"),
            (["::1"], "'::1' isn't a recognized IP subnet cidr, '::1/128' is recommended"),
            (["::1/128", "::1/128"], "Duplicate items in the list: '::1/128'"),
            (.array(Array(repeating: "::1/128", count: 1_001)), "the list has more than 1000 elements"),
        ] as [(JSON, String)])
    func `wrong addresses are refused`(_ addresses: JSON, _ reason: String) async throws {
        try await API.run { api in
            let reply = try await api(.post, Self.path, ["address_group": ["addresses": addresses]])
            #expect(reply.status == 400)
            #expect(reply.error == "HTTPBadRequest: Invalid input for addresses. Reason: \(reason).")
        }
    }

    @Test func `a group that a rule names stays`() async throws {
        try await API.run { api in
            let network = try await api.network()
            let id = try #require(try await api(.post, Self.path, ["address_group": [:]])["address_group", "id"]).text
            let group = try #require(ID<AddressGroup>(id))
            try await api.server.control(
                "ovn-nbctl", "--id=@rule", "create", "ACL", "action=allow", "direction=to-lport", "priority=1002",
                "match=\"ip4.src == $\(Snapshot.addressGroupSetName(group, .v4))\"",
                "external_ids:\"neutron:remote_address_group_id\"=\"\(id)\"", "--", "add", "Logical_Switch",
                "neutron-\(network.text)", "acls", "@rule")
            let refused = try await api(.delete, "\(Self.path)/\(id)")
            #expect(refused.status == 409)
            #expect(
                refused.error
                    == "AddressGroupInUse: Address group \(id) is in use on one or more security group rules.")
            #expect(try await api(.delete, "/v2.0/networks/\(network.text)").status == 204)
            #expect(try await api(.delete, "\(Self.path)/\(id)").status == 204)
        }
    }

    @Test func `an address group is its project's`() async throws {
        try await API.runWithUsers { api in
            let (alice, bob) = (api.as("alice"), api.as("bob"))
            let made = try await alice(.post, "address-groups", ["address_group": ["name": "g"]])
            let id = try #require(made["address_group", "id"]).text
            #expect(made["address_group", "project_id"] == "a")
            let body: JSON = ["addresses": ["10.0.0.0/8"]]
            #expect(try await bob(.get, "address-groups/\(id)").status == 404)
            #expect(try await bob(.put, "address-groups/\(id)/add_addresses", body).status == 404)
            #expect(try await api.as("alan")(.get, "address-groups/\(id)").status == 200)
            #expect(
                try await api.as("alan")(.put, "address-groups/\(id)/add_addresses", body).error
                    == "PolicyNotAuthorized: rule:add_addresses is disallowed by policy")
            #expect(try await alice(.put, "address-groups/\(id)/add_addresses", body).status == 200)
        }
    }

    @Test func `several clients add addresses at once`() async throws {
        try await API.run { api in
            let id = try #require(try await api(.post, Self.path, ["address_group": [:]])["address_group", "id"]).text
            try await API.run(on: api.server) { other in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<20 {
                        group.addTask {
                            try await (number % 2 == 0 ? api : other)(
                                .put, "\(Self.path)/\(id)/add_addresses",
                                ["addresses": [.string("10.0.\(number).0/24")]]
                            ).status
                        }
                    }
                    for try await status in group { #expect(status == 200) }
                }
            }
            // A change is of what the other replica has written too.
            let changed = try await api(.put, "\(Self.path)/\(id)", ["address_group": ["description": "all"]])
            #expect(changed["address_group", "addresses"]?.array?.count == 20)
        }
    }
}

extension API {
    /// The addresses of the sets in OVN's database, by name.
    fileprivate func addressSets() async throws -> [String: [String]] {
        let text = try await server.control(
            "ovn-nbctl", "--format=csv", "--data=bare", "--no-headings", "--columns=name,addresses", "list",
            "Address_Set")
        let sets = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return Dictionary(
            sets.map { (String($0[0]), $0[1].split(separator: " ").map(String.init).sorted()) },
            uniquingKeysWith: { $1 })
    }
}
