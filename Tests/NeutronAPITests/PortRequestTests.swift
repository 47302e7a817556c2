import JSONCoding
import NetAddress
import Testing

@testable import NeutronAPI

@Suite struct PortRequestTests {
    static func body(_ members: [String: JSON]) -> JSON {
        .object(["network_id": .string(Sample.networkID.description)].merging(members) { $1 })
    }

    @Test func `a port has everything that a client may say`() throws {
        let request = try Sample.create(
            Port.self,
            Self.body([
                "mac_address": "FA:16:3E:00:00:01",
                "fixed_ips": [["subnet_id": .string(Sample.subnetID.description)], ["ip_address": "10.0.0.9"]],
                "device_id": "c1", "device_owner": "compute:x", "port_security_enabled": "true",
                "allowed_address_pairs": [
                    ["ip_address": "10.9.0.0/16"], ["ip_address": "::5", "mac_address": "fa:16:3e:00:00:09"],
                ],
                "extra_dhcp_opts": [
                    ["opt_name": "bootfile-name", "opt_value": "a"], ["opt_name": "x", "opt_value": nil],
                    ["opt_name": "router", "opt_value": "", "ip_version": 6],
                ],
                "binding:host_id": "h", "binding:vnic_type": "direct", "binding:profile": ["a": [1]],
                "tags": ["z", "a"],
                "security_groups": [], "qos_policy_id": nil, "dns_name": "Web.Example.ORG.", "dns_domain": "",
            ]))
        #expect(request.macAddress?.description == "fa:16:3e:00:00:01")
        #expect(
            request.fixedIPs == [
                FixedIPRequest(subnetID: Sample.subnetID), FixedIPRequest(ipAddress: IPAddress("10.0.0.9")),
            ])
        #expect(request.portSecurityEnabled == true)
        #expect(request.allowedAddressPairs.map(\.text) == ["10.9.0.0/16", "::5"])
        #expect(request.extraDHCPOptions.map(\.name) == ["bootfile-name", "router"])
        #expect(request.vnicType == .direct)
        #expect(request.profile == ["a": [1]])
        #expect(request.tags == ["a", "z"])
        #expect(request.dnsName == "web.example.org.")
    }

    @Test(arguments: [
        (#"{"fixed_ips": null}"#, "Invalid input for fixed_ips. Reason: Invalid data format for fixed IP: 'None'."),
        (#"{"fixed_ips": [{}]}"#, "Invalid input for operation: IP allocation requires subnet_id or ip_address."),
        (
            #"{"fixed_ips": [{"ip_address": "10.0.0.1"}, {"ip_address": "10.0.0.1"}]}"#,
            "Invalid input for fixed_ips. Reason: Duplicate IP address '10.0.0.1'."
        ),
        (
            #"{"fixed_ips": [{"ip_address": "x"}]}"#,
            "Invalid input for fixed_ips. Reason: 'x' is not a valid IP address."
        ),
        (#"{"fixed_ips": [{"subnet_id": "x"}]}"#, "Invalid input for fixed_ips. Reason: 'x' is not a valid UUID."),
        (#"{"mac_address": "x"}"#, "Invalid input for mac_address. Reason: 'x' is not a valid MAC address."),
        (#"{"mac_address": null}"#, "Invalid input for mac_address. Reason: 'None' is not a valid MAC address."),
        (#"{"dns_name": null}"#, "Invalid input for operation: Input value None must be string type."),
        (
            #"{"dns_name": "a_b"}"#,
            "Invalid input for dns_name. Reason: 'a_b' not a valid PQDN or FQDN. Reason: Name 'a_b' must be 1-63 "
                + "characters long, each of which can only be alphanumeric or a hyphen."
        ),
        (
            #"{"dns_name": "A..b"}"#,
            "Invalid input for dns_name. Reason: 'a..b' not a valid PQDN or FQDN. Reason: Encountered an empty component."
        ),
        (
            #"{"dns_name": "-a"}"#,
            "Invalid input for dns_name. Reason: '-a' not a valid PQDN or FQDN. Reason: Name '-a' must not start or end "
                + "with a hyphen."
        ),
        (
            #"{"dns_name": "a.1"}"#,
            "Invalid input for dns_name. Reason: 'a.1' not a valid PQDN or FQDN. Reason: TLD '1' must not be all numeric."
        ),
        (#"{"dns_domain": "example.org"}"#, "Invalid input for dns_domain. Reason: 'example.org' is not a FQDN."),
        (#"{"dns_domain": 5}"#, "Invalid input for operation: Input value 5 must be string type."),
        (#"{"dns_assignment": []}"#, "Attribute 'dns_assignment' not allowed in POST"),
        (#"{"device_id": null}"#, "Invalid input for device_id. Reason: 'None' is not a valid string."),
        (#"{"allowed_address_pairs": "x"}"#, "Allowed address pairs must be a list."),
        (
            #"{"allowed_address_pairs": [{"mac_address": "fa:16:3e:00:00:09"}]}"#,
            "AllowedAddressPair must contain ip_address"
        ),
        (
            #"{"allowed_address_pairs": [{"ip_address": "224.0.0.1"}]}"#,
            "IP 224.0.0.1 is a multicast address, which is not supported."
        ),
        (
            #"{"allowed_address_pairs": [{"ip_address": "10.0.0.1"}, {"ip_address": "10.0.0.1"}]}"#,
            "Request contains duplicate address pair: mac_address None ip_address 10.0.0.1."
        ),
        (#"{"allowed_address_pairs": [{"ip_address": "10.0.0.1", "x": 1}]}"#, "Unrecognized attribute(s) 'x'"),
        (
            #"{"extra_dhcp_opts": [{"opt_name": "a"}]}"#,
            "Invalid input for operation: No valid key specs matched for: {'opt_name': 'a'}."
        ),
        (
            #"{"extra_dhcp_opts": [{"opt_name": "a", "opt_value": ""}]}"#,
            "Invalid input for operation: No valid key specs matched for: {'opt_name': 'a', 'opt_value': ''}."
        ),
        (#"{"binding:profile": 1}"#, "Invalid input for binding:profile. Reason: '1' is not a dictionary."),
        (#"{"binding:vif_type": "ovs"}"#, "Attribute 'binding:vif_type' not allowed in POST"),
        (#"{"security_groups": ["x"]}"#, "Invalid input for security_groups. Reason: 'x' is not a valid UUID."),
        (#"{"tags": ["a", "a"]}"#, "Invalid input for tags. Reason: Duplicate items in the list: 'a'."),
    ])
    func `a port's request is refused`(_ members: String, _ message: String) throws {
        let members = try #require(try JSON(parsing: members.utf8).object)
        let error = #expect(throws: NeutronError.self) { try Sample.create(Port.self, Self.body(members)) }
        #expect(error?.message == message)
    }

    @Test func `a profile has a limit`() {
        let profile: JSON = ["a": .string(String(repeating: "x", count: 5_000))]
        #expect(throws: NeutronError.invalidInput("binding:profile value too large")) {
            try Sample.create(Port.self, Self.body(["binding:profile": profile]))
        }
    }

    @Test func `a vnic type is one that Neutron knows`() {
        let error = #expect(throws: NeutronError.self) {
            try Sample.create(Port.self, Self.body(["binding:vnic_type": "x"]))
        }
        #expect(
            error?.message.hasPrefix("Invalid input for binding:vnic_type. Reason: x is not in ['normal', ") == true)
    }

    @Test func `a port is written as Neutron writes it`() throws {
        var port = Sample.port(7, name: "p", tags: ["a"], device: "c")
        port.allowedAddressPairs = [AllowedAddressPair(address: IPAddress("10.0.0.99")!)]
        port.extraDHCPOptions = [ExtraDHCPOption(name: "o", value: "v")]
        port.names = PortDNS(name: "web", domain: "b.test.", serverDomain: "example.org.")
        port.binding = PortBinding(
            hostID: "h", profile: ["k": ["v"]], vifType: "ovs", vifDetails: ["port_filter": true])
        #expect(
            try Sample.json(port) == [
                "id": .string(port.id.description), "name": "p", "project_id": "admin", "tenant_id": "admin",
                "network_id": .string(Sample.networkID.description), "admin_state_up": true, "status": "ACTIVE",
                "mac_address": "fa:16:3e:00:00:07",
                "fixed_ips": [["subnet_id": .string(Sample.subnetID.description), "ip_address": "10.0.0.7"]],
                "device_id": "c", "device_owner": "", "port_security_enabled": true,
                "allowed_address_pairs": [["ip_address": "10.0.0.99", "mac_address": "fa:16:3e:00:00:07"]],
                "security_groups": [], "extra_dhcp_opts": [["opt_name": "o", "opt_value": "v", "ip_version": 4]],
                "binding:host_id": "h", "binding:vnic_type": "normal", "binding:profile": ["k": ["v"]],
                "binding:vif_type": "ovs", "binding:vif_details": ["port_filter": true],
                "ip_allocation": "immediate", "resource_request": nil, "qos_policy_id": nil,
                "qos_network_policy_id": nil, "dns_name": "web", "dns_domain": "b.test.",
                "dns_assignment": [
                    ["ip_address": "10.0.0.7", "hostname": "web", "fqdn": "web.example.org."]
                ],
                "description": "d", "tags": ["a"],
                "created_at": "1970-01-01T00:00:00Z", "updated_at": "1970-01-01T00:01:00Z", "revision_number": 3,
            ])
        #expect(try Sample.json(port, fields: ["name", "nonsense"]) == ["name": "p"])
        #expect(try Sample.json(port, fields: ["nonsense"]) == [:])
        port.names?.name = ""
        let six = IPAddress(literal: "fd00::7")
        port.fixedIPs = [FixedIP(subnetID: Sample.subnetID, ipAddress: six)]
        #expect(
            try Sample.json(port, fields: ["dns_assignment"]) == [
                "dns_assignment": [
                    ["ip_address": "fd00::7", "hostname": "host-fd00--7", "fqdn": "host-fd00--7.example.org."]
                ]
            ])
        port.fixedIPs = []
        #expect(try Sample.json(port, fields: ["ip_allocation"]) == ["ip_allocation": "none"])
    }
}
