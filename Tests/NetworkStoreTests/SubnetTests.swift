import DHCPOptions
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import Testing

@testable import NetworkStore

@Suite struct SubnetTests {
    @Test func `a subnet survives a round trip`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let four = try ledger.subnet(network, "10.0.0.0/16") {
            $0.name = "four"
            $0.description = "all of it"
            $0.gatewayIP = .value(IPAddress("10.0.9.9")!)
            $0.allocationPools = [
                IPRange(IPAddress("10.0.1.0")!, IPAddress("10.0.1.9")!)!,
                IPRange(IPAddress("10.0.0.1")!, IPAddress("10.0.0.9")!)!,
            ]
            $0.dnsNameservers = [IPAddress("192.0.2.1")!, IPAddress("192.0.2.2")!]
            $0.hostRoutes = [HostRoute(destination: IPPrefix("192.0.2.0/24")!, nexthop: IPAddress("10.0.0.5")!)]
        }
        let six = try ledger.subnet(network, "fd00::/64") {
            $0.gatewayIP = .null
            $0.ipv6RAMode = .dhcpv6Stateful
            $0.ipv6AddressMode = .dhcpv6Stateful
        }
        let plain = try ledger.subnet(network, "192.168.0.0/24") { $0.enableDHCP = false }
        for subnet in [four, six, plain] { #expect(ledger.snapshot.subnet(subnet.id) == subnet) }
        #expect(ledger.snapshot.subnets(of: network.id) == [four, six, plain])
        #expect(ledger.snapshot.network(network.id)?.subnets == [four.id, six.id, plain.id].sorted())
        #expect(plain.gatewayIP == IPAddress("192.168.0.1"))
        #expect(plain.allocationPools.map(\.description) == ["192.168.0.2-192.168.0.254"])
    }

    @Test func `a subnet may have no pools at all`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24") { $0.allocationPools = [] }
        #expect(ledger.snapshot.subnet(subnet.id)?.allocationPools == [])
        #expect(refusal { _ = try ledger.port(network) }?.type == "IpAddressGenerationFailure")
        #expect(try ledger.port(network) { $0.fixedIPs = [.address("10.0.0.77")] }.addresses == ["10.0.0.77"])
    }

    @Test(arguments: ["10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/8"])
    func `subnets of one network must not overlap, those of different networks may`(cidr: String) throws {
        var ledger = Ledger()
        let (one, other) = (try ledger.network(), try ledger.network())
        _ = try ledger.subnet(one, "10.0.0.0/24")
        let error = refusal { _ = try ledger.subnet(one, cidr) }
        #expect(error?.status == 400)
        #expect(
            error?.message
                == "Invalid input for operation: Requested subnet with cidr: \(cidr) for network: \(one.id) "
                + "overlaps with another subnet.")
        _ = try ledger.subnet(other, cidr)
        _ = try ledger.subnet(one, "10.0.1.0/24")
    }

    @Test func `members of a bulk request see each other`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let requests = ["10.0.0.0/24", "10.0.0.0/25"].map {
            SubnetCreate(projectID: "p", networkID: network.id, cidr: IPPrefix($0)!)
        }
        let error = refusal {
            try ledger.change { draft in for request in requests { _ = try draft.create(.random(), request) } }
        }
        #expect(error?.message.contains("overlaps") == true)
        #expect(ledger.snapshot.subnets(of: network.id).isEmpty)
    }

    @Test func `pools are checked against subnet, gateway and each other`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        func attempt(_ pools: [(String, String)], gateway: String = "10.0.0.1") -> String? {
            refusal {
                _ = try ledger.subnet(network, "10.0.0.0/24") {
                    $0.gatewayIP = .value(IPAddress(gateway)!)
                    $0.allocationPools = pools.map { IPRange(IPAddress($0)!, IPAddress($1)!)! }
                }
            }?.type
        }
        #expect(attempt([("10.0.0.0", "10.0.0.9")]) == "OutOfBoundsAllocationPool")
        #expect(attempt([("10.0.1.0", "10.0.1.9")]) == "OutOfBoundsAllocationPool")
        #expect(attempt([("10.0.0.2", "10.0.0.9"), ("10.0.0.9", "10.0.0.20")]) == "OverlappingAllocationPools")
        #expect(attempt([("10.0.0.2", "10.0.0.9")], gateway: "10.0.0.5") == "GatewayConflictWithAllocationPools")
        #expect(attempt([("fd00::2", "fd00::9")]) == "InvalidAllocationPool")
        #expect(attempt([("10.0.0.2", "10.0.0.9")]) == nil)
    }

    @Test func `a change is written to the row of DHCP options`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        let mac = try #require(ledger.row(subnet).options["server_mac"])
        let update = SubnetUpdate(
            gatewayIP: .value(IPAddress("10.0.0.254")!),
            allocationPools: [IPRange(IPAddress("10.0.0.10")!, IPAddress("10.0.0.20")!)!],
            dnsNameservers: [IPAddress("192.0.2.1")!, IPAddress("192.0.2.2")!],
            hostRoutes: [HostRoute(destination: IPPrefix("192.0.2.0/24")!, nexthop: IPAddress("10.0.0.5")!)])
        let changed = try ledger.change { try $0.update(subnet.id, update, nil) }
        #expect(changed.standard.revision == subnet.standard.revision + 1)
        #expect(ledger.snapshot.subnet(subnet.id) == changed)
        #expect(
            ledger.row(subnet).options == [
                "router": "10.0.0.254", "server_id": "10.0.0.254", "server_mac": mac, "lease_time": "43200",
                "mtu": "1442",
                "dns_server": "{192.0.2.1, 192.0.2.2}",
                "classless_static_route": "{192.0.2.0/24,10.0.0.5, 0.0.0.0/0,10.0.0.254}",
            ])
        try ledger.change { _ = try $0.update(network.id, NetworkUpdate(mtu: 1_300), nil) }
        #expect(ledger.row(subnet).options["mtu"] == "1300")
        #expect(ledger.row(subnet).options["server_mac"] == mac)
    }

    @Test func `a new gateway must fit the subnet and its pools`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        func attempt(_ gateway: Field<IPAddress>) -> String? {
            refusal { try ledger.change { _ = try $0.update(subnet.id, SubnetUpdate(gatewayIP: gateway), nil) } }?.type
        }
        #expect(attempt(.value(IPAddress("10.0.0.9")!)) == "GatewayConflictWithAllocationPools")
        #expect(attempt(.value(IPAddress("10.0.0.255")!)) == "InvalidInput")
        #expect(attempt(.value(IPAddress("fd00::1")!)) == "InvalidInput")
        #expect(attempt(.value(IPAddress("192.0.2.1")!)) == nil)
        #expect(attempt(.null) == nil)
        let row = ledger.row(subnet)
        #expect(row.options["router"] == nil)
        #expect(row.options["server_id"] == "169.254.0.1")
        #expect(ledger.snapshot.subnet(subnet.id)?.gatewayIP == nil)
        #expect(ledger.snapshot.subnet(subnet.id)?.allocationPools.map(\.description) == ["10.0.0.2-10.0.0.254"])
        #expect(attempt(.value(IPAddress("10.0.0.1")!)) == nil)
        _ = try ledger.port(network) {
            $0.deviceOwner = "network:router_interface"
            $0.fixedIPs = [.address("10.0.0.1")]
        }
        #expect(attempt(.null) == "GatewayIpInUse")
    }

    @Test func `switching DHCP updates the ports' references`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        let port = try ledger.port(network)
        #expect(ledger.row(port).dhcpv4Options == ledger.row(subnet).id)
        try ledger.change { _ = try $0.update(subnet.id, SubnetUpdate(enableDHCP: false), nil) }
        #expect(ledger.row(port).dhcpv4Options == nil)
        #expect(ledger.row(subnet).options.isEmpty)
        #expect(ledger.snapshot.port(port.id) == port)
        try ledger.change { _ = try $0.update(subnet.id, SubnetUpdate(enableDHCP: true), nil) }
        #expect(ledger.row(port).dhcpv4Options == ledger.row(subnet).id)
        #expect(ledger.row(subnet).options["server_id"] == "10.0.0.1")
    }

    @Test func `a subnet in use cannot be deleted`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        let port = try ledger.port(network)
        let server = try ledger.port(network) { $0.deviceOwner = "network:dhcp" }
        #expect(refusal { try ledger.change { try $0.delete(subnet.id, nil) } }?.type == "SubnetInUse")
        try ledger.change { try $0.delete(port.id, nil) }
        try ledger.change { try $0.delete(subnet.id, nil) }
        #expect(ledger.snapshot.subnet(subnet.id) == nil)
        #expect(ledger.snapshot.port(server.id)?.fixedIPs == [])
        #expect(refusal { try ledger.change { try $0.delete(subnet.id, nil) } }?.type == "SubnetNotFound")
    }

    @Test func `ports get a SLAAC address of a new subnet and lose it with the subnet`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/24")
        let port = try ledger.port(network) { $0.macAddress = MACAddress("fa:16:3e:40:31:37") }
        let router = try ledger.port(network) { $0.deviceOwner = "network:router_interface" }
        let slaac = try ledger.subnet(network, "fd00::/64") {
            $0.ipv6RAMode = .slaac
            $0.ipv6AddressMode = .slaac
        }
        let grown = try #require(ledger.snapshot.port(port.id))
        #expect(grown.addresses == [port.addresses[0], "fd00::f816:3eff:fe40:3137"])
        #expect(grown.standard.revision == 2)
        #expect(ledger.snapshot.port(router.id) == router)
        #expect(ledger.row(port).addresses == ["fa:16:3e:40:31:37 \(port.addresses[0]) fd00::f816:3eff:fe40:3137"])
        #expect(ledger.row(port).dhcpv6Options == nil)
        try ledger.change { try $0.delete(slaac.id, nil) }
        #expect(ledger.snapshot.port(port.id)?.addresses == port.addresses)
        #expect(ledger.snapshot.port(port.id)?.standard.revision == 3)
    }

    @Test func `DHCP cannot be disabled with IPv6 attributes set`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "fd00::/64") { $0.ipv6AddressMode = .dhcpv6Stateful }
        let off = SubnetUpdate(enableDHCP: false)
        #expect(
            refusal { try ledger.change { _ = try $0.update(subnet.id, off, nil) } }?.message
                == "Invalid input for operation: Cannot disable enable_dhcp with ipv6 attributes set.")
    }

    @Test func `name servers come from the subnet, else from the configuration, or are none`() throws {
        var ledger = Ledger()
        ledger.configuration.nameservers = [IPAddress("192.0.2.53")!, IPAddress("2001:db8::53")!]
        ledger.configuration.dnsDomain = DomainName("example.org.")
        let network = try ledger.network()
        func nameservers(_ cidr: String, _ servers: [String]) throws -> String? {
            let subnet = try ledger.subnet(network, cidr) { $0.dnsNameservers = servers.map { IPAddress($0)! } }
            return ledger.row(subnet).options["dns_server"]
        }
        #expect(try nameservers("10.0.0.0/24", []) == "{192.0.2.53}")
        #expect(try nameservers("10.0.1.0/24", ["10.0.1.5"]) == "{10.0.1.5}")
        #expect(try nameservers("10.0.2.0/24", ["0.0.0.0"]) == nil)
        #expect(try nameservers("fd00::/64", []) == "{2001:db8::53}")
        #expect(try nameservers("fd00:1::/64", ["::"]) == nil)
        let subnet = try ledger.subnet(network, "10.0.3.0/24")
        #expect(ledger.row(subnet).options["domain_name"] == "\"example.org.\"")
    }
}
