import JSONCoding
import NetAddress
import Testing

@testable import NeutronAPI

/// What Neutron accepts and refuses, with its words.
@Suite struct RequestTests {
    @Test func `a network needs nothing but a body`() throws {
        #expect(try Sample.create(Network.self, [:]) == NetworkCreate(projectID: "admin"))
        #expect(
            try Sample.create(
                Network.self,
                [
                    "name": "blue", "admin_state_up": "False", "shared": 1, "mtu": "1400", "tenant_id": "t",
                    "description": "x",
                    "port_security_enabled": false, "router:external": false, "availability_zone_hints": [],
                    "provider:network_type": "geneve",
                ])
                == NetworkCreate(
                    projectID: "t", name: "blue", description: "x", adminStateUp: false, shared: true, mtu: 1_400,
                    portSecurityEnabled: false))
    }

    @Test(arguments: [
        (#"{"colour": "blue", "b": 1}"#, "HTTPBadRequest", "Unrecognized attribute(s) 'b, colour'"),
        (#"{"status": "ACTIVE"}"#, "HTTPBadRequest", "Attribute 'status' not allowed in POST"),
        (#"{"subnets": []}"#, "HTTPBadRequest", "Attribute 'subnets' not allowed in POST"),
        (#"{"tags": ["a"]}"#, "HTTPBadRequest", "Attribute 'tags' not allowed in POST"),
        (#"{"tags-any": "a"}"#, "HTTPBadRequest", "Unrecognized attribute(s) 'tags-any'"),
        (#"{"name": null}"#, "HTTPBadRequest", "Invalid input for name. Reason: 'None' is not a valid string."),
        (#"{"name": " x"}"#, "HTTPBadRequest", "Invalid input for name. Reason: ' x' is not a valid string."),
        (#"{"name": "a\u0007"}"#, "HTTPBadRequest", "Invalid input for name. Reason: 'a\u{07}' is not a valid string."),
        (
            #"{"admin_state_up": "perhaps"}"#, "InvalidInput",
            "Invalid input for operation: 'perhaps' cannot be converted to boolean."
        ),
        (#"{"mtu": "big"}"#, "InvalidInput", "Invalid input for operation: 'big' is not an integer."),
        (#"{"mtu": -1}"#, "HTTPBadRequest", "Invalid input for mtu. Reason: '-1' should be non-negative."),
        (#"{"project_id": "a", "tenant_id": "b"}"#, "HTTPBadRequest", "'project_id' and 'tenant_id' do not match"),
        (
            #"{"router:external": true}"#, "InvalidInput",
            "Invalid input for operation: external networks are not supported by this server, leave out router:external."
        ),
        (
            #"{"provider:network_type": "vlan"}"#, "InvalidInput",
            "Invalid input for operation: provider networks are not supported by this server, leave out provider:network_type."
        ),
        (
            #"{"availability_zone_hints": "nova"}"#, "HTTPBadRequest",
            "Invalid input for availability_zone_hints. Reason: 'nova' is not a list."
        ),
        (#"{"qos_policy_id": "x"}"#, "HTTPBadRequest", "Unrecognized attribute(s) 'qos_policy_id'"),
    ])
    func `a network's request is refused`(_ body: String, _ type: String, _ message: String) throws {
        let body = try JSON(parsing: body.utf8)
        let error = #expect(throws: NeutronError.self) { try Sample.create(Network.self, body) }
        #expect(error?.type == type)
        #expect(error?.message == message)
    }

    @Test func `a name may have 255 characters of any language`() throws {
        #expect(
            try Sample.create(Network.self, ["name": .string(String(repeating: "é", count: 255))]).name.count == 255)
        let error = #expect(throws: NeutronError.self) {
            try Sample.create(Network.self, ["name": .string(String(repeating: "x", count: 256))])
        }
        #expect(error?.message.contains("exceeds maximum length of 255") == true)
    }

    @Test func `an update names what it changes`() throws {
        #expect(try Sample.update(Network.self, ["name": "x"]) == NetworkUpdate(name: "x"))
        #expect(try Sample.update(Subnet.self, ["gateway_ip": nil]) == SubnetUpdate(gatewayIP: .null))
        #expect(
            try Sample.update(Subnet.self, ["gateway_ip": "10.0.0.1"])
                == SubnetUpdate(gatewayIP: .value(IPAddress("10.0.0.1")!)))
        #expect(
            try Sample.update(
                Port.self,
                ["binding:host_id": nil, "binding:profile": nil, "allowed_address_pairs": nil, "device_id": ""])
                == PortUpdate(deviceID: "", allowedAddressPairs: [], hostID: "", profile: [:]))
    }

    @Test(arguments: [
        (#"{"cidr": "10.0.0.0/24"}"#, "cidr"), (#"{"network_id": "x"}"#, "network_id"), (#"{"id": "x"}"#, "id"),
        (#"{"tenant_id": "x"}"#, "tenant_id"), (#"{"revision_number": 4}"#, "revision_number"),
        (#"{"ip_version": 4}"#, "ip_version"),
    ])
    func `a read-only attribute cannot be updated`(_ body: String, _ name: String) throws {
        let body = try JSON(parsing: body.utf8)
        #expect(throws: NeutronError.badRequest("Cannot update read-only attribute \(name)")) {
            try Sample.update(Subnet.self, body)
        }
    }

    @Test func `a body is one resource or many`() throws {
        let many = NeutronRequest(["networks": [["name": "a"], ["network": ["name": "b"]]]])
        #expect(try many.create(Network.self, defaultProject: "p").requests.map(\.name) == ["a", "b"])
        let cases: [([String: JSON], String)] = [
            ([:], "Unable to find 'network' in request body"), (["networks": []], "Resources required"),
            (["networks": [:]], "Body contains invalid data"), (["x": [:]], "Unable to find 'network' in request body"),
            (["network": nil], "Unable to find 'network' in request body"),
            (["network": []], "Object 'network' contains invalid data"),
            (["networks": [1]], "Object 'network' contains invalid data"),
        ]
        for (body, message) in cases {
            #expect(throws: NeutronError.badRequest(message)) {
                try NeutronRequest(body).create(Network.self, defaultProject: "p")
            }
        }
        #expect(throws: NeutronError.badRequest("Bulk operation not supported")) {
            try NeutronRequest(["networks": [["name": "a"]]]).update(Network.self)
        }
        var nothing = ""
        #expect(try nothing.withUTF8 { try NeutronRequest(UnsafeRawBufferPointer($0)).members } == [:])
        for text in ["[]", "{", "\"x\""] {
            #expect(throws: NeutronError.badRequest("Body contains invalid data")) {
                var text = text
                _ = try text.withUTF8 { try NeutronRequest(UnsafeRawBufferPointer($0)) }
            }
        }
    }

    @Test func `tags are texts without duplicates`() throws {
        #expect(try NeutronRequest(["tags": ["b", "a"]]).tags("ports") == ["b", "a"])
        for body: [String: JSON] in [[:], ["tags": "a"], ["tags": ["a", "a"]], ["tags": [1]]] {
            #expect(throws: NeutronError.self) { try NeutronRequest(body).tags("ports") }
        }
        #expect(throws: NeutronError.self) { try Tags.validate(count: 51, "ports") }
    }
}
