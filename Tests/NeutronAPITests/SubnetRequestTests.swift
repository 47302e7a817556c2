import JSONCoding
import NetAddress
import Testing

@testable import NeutronAPI

@Suite struct SubnetRequestTests {
    static func body(_ members: [String: JSON]) -> JSON {
        .object(
            ["network_id": .string(Sample.networkID.description), "ip_version": 4, "cidr": "10.0.0.0/24"]
                .merging(members) { $1 })
    }

    @Test func `a subnet needs a network, a version and a CIDR`() throws {
        let request = try Sample.create(Subnet.self, Self.body([:]))
        #expect(
            request == SubnetCreate(projectID: "admin", networkID: Sample.networkID, cidr: IPPrefix("10.0.0.0/24")!))
        for name in ["network_id", "ip_version"] {
            var members = try #require(Self.body([:]).object)
            members[name] = nil
            #expect(
                throws: NeutronError.badRequest("Failed to parse request. Required attribute '\(name)' not specified")
            ) {
                try Sample.create(Subnet.self, .object(members))
            }
        }
    }

    @Test func `host bits are cleared and addresses are canonical`() throws {
        let request = try Sample.create(
            Subnet.self,
            Self.body([
                "cidr": "2001:DB8:0::7/64", "ip_version": "6", "gateway_ip": "2001:db8:0:0::1", "ipv6_ra_mode": "slaac",
                "ipv6_address_mode": "slaac", "dns_nameservers": ["2001:4860:4860::8888"],
                "host_routes": [["destination": "2001:db8:1::/48", "nexthop": "2001:db8::9"]],
                "allocation_pools": [["start": "2001:db8::2", "end": "2001:db8::ff"]],
            ]))
        #expect(request.cidr?.description == "2001:db8::/64")
        #expect(request.gatewayIP.value?.description == "2001:db8::1")
        #expect(request.ipv6RAMode == .slaac)
        #expect(request.allocationPools?.first?.last.description == "2001:db8::ff")
        #expect(request.hostRoutes.first?.nexthop.description == "2001:db8::9")
    }

    @Test(arguments: [
        (#"{"cidr": null}"#, "Bad subnets request: a subnetpool must be specified in the absence of a cidr."),
        (#"{"cidr": "10.0.0.0/33"}"#, "Invalid input for operation: 10.0.0.0/33 is not in a CIDR format."),
        (
            #"{"cidr": "10.0.0.1"}"#,
            "Invalid input for operation: Subnet has a prefix length that is incompatible with DHCP service enabled."
        ),
        (#"{"cidr": "0.0.0.0/0"}"#, "Invalid input for operation: 0 is not allowed as CIDR prefix length."),
        (
            #"{"cidr": "127.0.0.0/16"}"#,
            "Invalid input for operation: Loopback IP subnet is not supported if enable_dhcp is True."
        ),
        (
            #"{"cidr": "224.0.0.0/16"}"#,
            "Invalid input for operation: Multicast IP subnet is not supported if enable_dhcp is True."
        ),
        (
            #"{"cidr": "0.0.0.0/8"}"#,
            "Invalid input for operation: First IP '0.0.0.0' of network is not supported if enable_dhcp is True.."
        ),
        (#"{"ip_version": 5}"#, "Invalid input for ip_version. Reason: 5 is not in [4, 6]."),
        (#"{"ip_version": null}"#, "Invalid input for operation: 'None' is not an integer."),
        (#"{"ip_version": 6}"#, "Invalid input for operation: cidr '10.0.0.0/24' does not match the ip_version '6'."),
        (#"{"network_id": "blue"}"#, "Invalid input for network_id. Reason: 'blue' is not a valid UUID."),
        (#"{"gateway_ip": "10.0.0.0"}"#, "Invalid input for operation: Gateway is not valid on subnet."),
        (#"{"gateway_ip": "10.0.0.255"}"#, "Invalid input for operation: Gateway is not valid on subnet."),
        (#"{"gateway_ip": "::1"}"#, "Invalid input for operation: gateway_ip '::1' does not match the ip_version '4'."),
        (#"{"gateway_ip": "10.0.0"}"#, "Invalid input for gateway_ip. Reason: '10.0.0' is not a valid IP address."),
        (#"{"allocation_pools": "x"}"#, "Invalid input for operation: Invalid data format for allocation pools."),
        (
            #"{"allocation_pools": [{"start": "10.0.0.9", "end": "10.0.0.2"}]}"#,
            "The allocation pool {'end': '10.0.0.2', 'start': '10.0.0.9'} is not valid."
        ),
        (
            #"{"allocation_pools": [{"start": "10.0.0.9", "end": "x"}]}"#,
            "Invalid input for allocation_pools. Reason: 'x' is not a valid IP address."
        ),
        (
            #"{"dns_nameservers": ["8.8.8.8", "8.8.8.8"]}"#,
            "Invalid input for dns_nameservers. Reason: Duplicate nameserver '8.8.8.8'."
        ),
        (
            #"{"dns_nameservers": ["dns"]}"#,
            "Invalid input for dns_nameservers. Reason: 'dns' is not a valid nameserver. 'dns' is not a valid IP address."
        ),
        (
            #"{"dns_nameservers": ["::1"]}"#,
            "Invalid input for operation: dns_nameserver '::1' does not match the ip_version '4'."
        ),
        (
            #"{"dns_nameservers": ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5", "1.1.1.6"]}"#,
            "Unable to complete operation for new subnet. The number of DNS nameservers exceeds the limit 5."
        ),
        (
            #"{"host_routes": [{"destination": "10.1.0.1/24", "nexthop": "10.0.0.9"}]}"#,
            "Invalid input for host_routes. Reason: '10.1.0.1/24' is not a valid CIDR."
        ),
        (#"{"ipv6_ra_mode": "slaac"}"#, "Invalid input for operation: ipv6_ra_mode is not valid when ip_version is 4."),
        (#"{"subnetpool_id": "p"}"#, "Invalid input for subnetpool_id. Reason: 'p' is not a valid UUID."),
        (
            #"{"subnetpool_id": "prefix_delegation"}"#,
            "Invalid input for operation: IPv6 prefix delegation is not supported by this server."
        ),
        (#"{"prefixlen": 24}"#, "Bad subnets request: cidr and prefixlen must not be supplied together."),
        (#"{"prefixlen": -1}"#, "Invalid input for prefixlen. Reason: '-1' should be non-negative."),
        (
            #"{"cidr": null, "prefixlen": 24}"#,
            "Bad subnets request: a subnetpool must be specified in the absence of a cidr."
        ),
        (
            #"{"subnetpool_id": "5f08eb2a-4b66-4f37-a67f-0a1e7a9b9c3d", "use_default_subnetpool": true}"#,
            "Bad subnets request: subnetpool_id and use_default_subnetpool cannot both be specified."
        ),
        (
            #"{"cidr": null, "use_default_subnetpool": true, "allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.3"}]}"#,
            "Bad subnets request: allocation_pools allowed only for specific subnet requests.."
        ),
    ])
    func `a subnet's request is refused`(_ members: String, _ message: String) throws {
        let members = try #require(try JSON(parsing: members.utf8).object)
        let error = #expect(throws: NeutronError.self) { try Sample.create(Subnet.self, Self.body(members)) }
        #expect(error?.message == message)
    }

    @Test(arguments: [
        (#"{"ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful"}"#, "they must be the same value"),
        (#"{"ipv6_ra_mode": "slaac", "cidr": "2001:db8::/48"}"#, "requires the prefix to be /64"),
        (#"{"ipv6_ra_mode": "slaac", "enable_dhcp": false}"#, "cannot be set when enable_dhcp is set to False"),
        (#"{"ipv6_ra_mode": "x"}"#, "x is not in ['slaac', 'dhcpv6-stateful', 'dhcpv6-stateless']"),
        (#"{"cidr": "::/64"}"#, "IPv6 subnet '::' is not supported"),
    ])
    func `an IPv6 subnet's request is refused`(_ members: String, _ part: String) throws {
        let members = try #require(try JSON(parsing: members.utf8).object)
        let base: [String: JSON] = ["ip_version": 6, "cidr": "2001:db8::/64"]
        let error = #expect(throws: NeutronError.self) {
            try Sample.create(Subnet.self, Self.body(base.merging(members) { $1 }))
        }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("127.0.0.0/8", "127.0.0.0/8 (loopback)"), ("127.1.2.0/24", "127.0.0.0/8 (loopback)"),
        ("126.0.0.0/7", "127.0.0.0/8 (loopback)"), ("127.0.0.1", "127.0.0.0/8 (loopback)"),
        ("224.0.0.0/24", "224.0.0.0/4 (multicast)"), ("192.0.0.0/2", "224.0.0.0/4 (multicast)"),
        ("0.0.0.0/8", "0.0.0.0/32 (the unspecified address)"),
        ("255.255.255.0/24", "255.255.255.255/32 (the broadcast address)"),
        ("::1/128", "::1/128 (loopback)"), ("ff02::/16", "ff00::/8 (multicast)"),
        ("::ffff:10.0.0.0/120", "::ffff:0.0.0.0/96 (addresses of IPv4)"),
    ])
    func `a subnet that no host can be in is refused, with DHCP or without`(_ cidr: String, _ block: String) throws {
        let version: JSON = cidr.contains(":") ? 6 : 4
        let base: [String: JSON] = ["cidr": .string(cidr), "ip_version": version]
        let error = #expect(throws: NeutronError.self) {
            try Sample.create(Subnet.self, Self.body(base.merging(["enable_dhcp": false]) { $1 }))
        }
        #expect(error?.status == 400)
        #expect(error?.message.hasSuffix("no host can have an address of \(block).") == true, "\(error?.message ?? "")")
        #expect(throws: NeutronError.self) { try Sample.create(Subnet.self, Self.body(base)) }
    }

    @Test(arguments: ["169.254.0.0/16", "240.0.0.0/8", "10.0.0.0/8", "1.0.0.0/8", "223.255.255.0/24"])
    func `what is only unusual is left to its owner`(_ cidr: String) throws {
        #expect(try Sample.create(Subnet.self, Self.body(["cidr": .string(cidr)])).cidr?.description == cidr)
    }

    @Test func `a gateway may lie outside`() throws {
        #expect(try Sample.create(Subnet.self, Self.body(["gateway_ip": "192.0.2.1"])).gatewayIP.value != nil)
        #expect(try Sample.create(Subnet.self, Self.body(["gateway_ip": nil])).gatewayIP == .null)
    }

    @Test func `a subnet is written as Neutron writes it`() throws {
        let subnet = Subnet(
            id: Sample.subnetID, networkID: Sample.networkID, name: "s", standard: Sample.standard(),
            cidr: IPPrefix("10.0.0.0/24")!, gatewayIP: nil,
            allocationPools: [IPRange(IPAddress("10.0.0.2")!, IPAddress("10.0.0.9")!)!],
            dnsNameservers: [IPAddress("1.1.1.1")!],
            hostRoutes: [HostRoute(destination: IPPrefix("10.1.0.0/16")!, nexthop: IPAddress("10.0.0.9")!)])
        #expect(
            try Sample.json(subnet) == [
                "id": .string(Sample.subnetID.description), "name": "s", "project_id": "admin", "tenant_id": "admin",
                "network_id": .string(Sample.networkID.description), "ip_version": 4, "cidr": "10.0.0.0/24",
                "gateway_ip": nil,
                "allocation_pools": [["start": "10.0.0.2", "end": "10.0.0.9"]], "dns_nameservers": ["1.1.1.1"],
                "host_routes": [["destination": "10.1.0.0/16", "nexthop": "10.0.0.9"]], "enable_dhcp": true,
                "ipv6_ra_mode": nil, "ipv6_address_mode": nil, "subnetpool_id": nil, "service_types": [],
                "description": "d", "tags": [],
                "created_at": "1970-01-01T00:00:00Z", "updated_at": "1970-01-01T00:01:00Z", "revision_number": 3,
            ])
    }
}
