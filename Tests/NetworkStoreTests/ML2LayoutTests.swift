import DHCPOptions
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import Testing

@testable import NetworkStore

/// The rows of a few requests beside those that Neutron 21 with ML2/OVN wrote for the same ones: every column and key
/// is equal, and what we add is listed.
@Suite struct ML2LayoutTests {
    /// Keys that ML2/OVN keeps in its SQL database.
    private let ownKeys: Set<String> = [
        "neutron:created_at", "neutron:updated_at", "neutron:project_id", "neutron:network_id",
        "neutron:subnet_name", "neutron:dns_nameservers", "neutron:host_routes", "neutron:ipv6_ra_mode",
        "neutron:ipv6_address_mode", "neutron:allowed_address_pairs", "neutron:extra_dhcp_opts",
    ]
    private let project = "722a777a77eb4818880edd61157a2d4d"

    /// A network with an IPv4 and an IPv6 subnet, and its ledger.
    private func network(_ ledger: inout Ledger) throws -> (Network, Subnet, Subnet) {
        ledger.configuration.dnsDomain = DomainName("example.org.")
        let network = try ledger.network(NetworkCreate(projectID: project, name: "nb-net"))
        let four = try ledger.subnet(network, "10.80.0.0/24") {
            $0.name = "nb-sub4"
            $0.dnsNameservers = [IPAddress(literal: "192.0.2.53")]
            $0.hostRoutes = [
                HostRoute(
                    destination: IPPrefix(literal: "10.99.0.0/16"), nexthop: IPAddress(literal: "10.80.0.9"))
            ]
        }
        let six = try ledger.subnet(network, "fd00:80::/64") {
            $0.name = "nb-sub6"
            $0.ipv6RAMode = .dhcpv6Stateless
            $0.ipv6AddressMode = .dhcpv6Stateless
        }
        return (network, four, six)
    }

    @Test func `a network is a switch`() throws {
        var ledger = Ledger()
        let (network, _, _) = try network(&ledger)
        let row = ledger.row(network)
        #expect(
            theirs(row.externalIDs) == [
                "neutron:availability_zone_hints": "", "neutron:mtu": "1442", "neutron:network_name": "nb-net",
                // One for the network, and one for each of its subnets.
                "neutron:revision_number": "3",
            ])
        #expect(
            row.otherConfig.dictionary == [
                "mcast_flood_unregistered": "false", "mcast_snoop": "false", "vlan-passthru": "false",
            ])
        #expect(row.name.hasPrefix("neutron-"))
    }

    @Test func `a subnet is a row of DHCP options`() throws {
        var ledger = Ledger()
        let (_, four, six) = try network(&ledger)
        let (row4, row6) = (ledger.row(four), ledger.row(six))
        #expect(row4.cidr == "10.80.0.0/24")
        #expect(theirs(row4.externalIDs) == ["neutron:revision_number": "0", "subnet_id": four.id.description])
        let mac = try #require(row4.options["server_mac"])
        #expect(mac.hasPrefix("fa:16:3e:"))
        #expect(
            row4.options.dictionary == [
                "classless_static_route": "{10.99.0.0/16,10.80.0.9, 0.0.0.0/0,10.80.0.1}", "dns_server": "{192.0.2.53}",
                "domain_name": "\"example.org.\"", "lease_time": "43200", "mtu": "1442", "router": "10.80.0.1",
                "server_id": "10.80.0.1", "server_mac": mac,
            ])
        #expect(row6.cidr == "fd00:80::/64")
        let id = try #require(row6.options["server_id"])
        #expect(id.hasPrefix("fa:16:3e:"))
        #expect(row6.options.dictionary == ["dhcpv6_stateless": "true", "server_id": id])
        #expect(theirs(row6.externalIDs) == ["neutron:revision_number": "0", "subnet_id": six.id.description])
    }

    @Test func `a port is a switch port`() throws {
        var ledger = Ledger()
        let (network, four, six) = try network(&ledger)
        let port = try ledger.port(network) {
            $0.projectID = project
            $0.name = "nb-port"
            $0.macAddress = MACAddress("fa:16:3e:88:84:0d")
            $0.fixedIPs = [.address("10.80.0.20", four), .any(six)]
            $0.allowedAddressPairs = [AllowedAddressPair(address: IPAddress("10.80.0.99")!)]
            $0.extraDHCPOptions = [ExtraDHCPOption(name: "tftp-server", value: "192.0.2.69")]
        }
        let row = ledger.row(port)
        var expected = Northbound.LogicalSwitchPort(id: row.id)
        expected.addresses = ["fa:16:3e:88:84:0d 10.80.0.20 fd00:80::f816:3eff:fe88:840d"]
        expected.dhcpv4Options = ledger.replica.first(NorthboundIndexes.portOptions, port.id)?.id
        expected.dhcpv6Options = ledger.row(six).id
        expected.enabled = true
        expected.name = port.id.description
        expected.options = ["mcast_flood_reports": "true", "requested-chassis": ""]
        expected.portSecurity = ["fa:16:3e:88:84:0d 10.80.0.20 fd00:80::f816:3eff:fe88:840d 10.80.0.99"]
        expected.externalIDs = row.externalIDs
        #expect(row == expected)
        #expect(
            row.externalIDs.dictionary.filter { !ownKeys.subtracting(["neutron:project_id"]).contains($0.key) } == [
                "neutron:cidrs": "10.80.0.20/24 fd00:80::f816:3eff:fe88:840d/64", "neutron:device_id": "",
                "neutron:device_owner": "", "neutron:network_name": "neutron-\(network.id)",
                "neutron:port_name": "nb-port",
                "neutron:project_id": project, "neutron:revision_number": "1", "neutron:security_group_ids": "",
            ])
        let own = try #require(ledger.replica.first(NorthboundIndexes.portOptions, port.id))
        #expect(
            own.externalIDs.dictionary == [
                "neutron:revision_number": "0", "port_id": port.id.description, "subnet_id": four.id.description,
            ])
        #expect(own.options["tftp_server"] == "\"192.0.2.69\"")
        #expect(own.options["server_mac"] == ledger.row(four).options["server_mac"])
    }

    @Test func `a bound port names its chassis, one without port security accepts unknown addresses`() throws {
        var ledger = Ledger()
        let (network, four, six) = try network(&ledger)
        let bound = try ledger.port(network) {
            $0.macAddress = MACAddress("fa:16:3e:46:5b:c0")
            $0.fixedIPs = [.address("10.80.0.4", four), .any(six)]
            $0.deviceOwner = "compute:nova"
            $0.deviceID = "vm-1"
            $0.hostID = "chassis-1"
        }
        let row = ledger.row(bound)
        #expect(row.options.dictionary == ["mcast_flood_reports": "true", "requested-chassis": "chassis-1"])
        #expect(row.dhcpv4Options == ledger.row(four).id)
        #expect(row.portSecurity == ["fa:16:3e:46:5b:c0 10.80.0.4 fd00:80::f816:3eff:fe46:5bc0"])
        let open = try ledger.port(network) {
            $0.macAddress = MACAddress("fa:16:3e:40:31:37")
            $0.fixedIPs = [.address("10.80.0.180", four), .any(six)]
            $0.portSecurityEnabled = false
        }
        #expect(
            ledger.row(open).addresses == ["fa:16:3e:40:31:37 10.80.0.180 fd00:80::f816:3eff:fe40:3137", "unknown"])
        #expect(ledger.row(open).portSecurity.isEmpty)
    }

    private func theirs(_ keys: StringMap) -> [String: String] { keys.dictionary.filter { !ownKeys.contains($0.key) } }
}
