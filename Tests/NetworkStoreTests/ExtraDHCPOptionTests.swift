import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import Testing

@testable import NetworkStore

@Suite struct ExtraDHCPOptionTests {
    @Test func `a port with options of its own has a row of its own`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24") {
            $0.hostRoutes = [HostRoute(destination: IPPrefix("192.0.2.0/24")!, nexthop: IPAddress("10.0.0.5")!)]
        }
        let port = try ledger.port(network) {
            $0.extraDHCPOptions = [
                ExtraDHCPOption(name: "tftp-server", value: "192.0.2.69"),
                ExtraDHCPOption(name: "121", value: "198.51.100.0/24,10.0.0.7"),
                ExtraDHCPOption(name: "unheard-of", value: "x"),
                ExtraDHCPOption(name: "domain-search", value: "six.example", ipVersion: .v6),
            ]
        }
        let row = try #require(ownRow(port, ledger))
        #expect(ledger.row(port).dhcpv4Options == row.id)
        #expect(row.cidr == "10.0.0.0/24")
        #expect(row.externalIDs["subnet_id"] == subnet.id.description)
        var expected = ledger.row(subnet).options
        expected["tftp_server"] = "\"192.0.2.69\""
        expected["classless_static_route"] = "{192.0.2.0/24,10.0.0.5, 0.0.0.0/0,10.0.0.1, 198.51.100.0/24,10.0.0.7}"
        #expect(row.options == expected)
        #expect(ledger.snapshot.port(port.id) == port)
        #expect(Array(ledger.snapshot.subnets) == [subnet])
    }

    @Test func `a port's own options follow changes of the subnet and the port`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        let port = try ledger.port(network) { $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1200")] }
        try ledger.change {
            _ = try $0.update(subnet.id, SubnetUpdate(dnsNameservers: [IPAddress("192.0.2.53")!]), nil)
        }
        #expect(ownRow(port, ledger)?.options["dns_server"] == "{192.0.2.53}")
        #expect(ownRow(port, ledger)?.options["mtu"] == "1200")
        try ledger.change { _ = try $0.update(network.id, NetworkUpdate(mtu: 1_400), nil) }
        #expect(ownRow(port, ledger)?.options["mtu"] == "1200")
        let more = try ledger.update(
            port,
            PortUpdate(extraDHCPOptions: [
                ExtraDHCPOption(name: "mtu", value: nil), ExtraDHCPOption(name: "router", value: ""),
            ]))
        #expect(more.extraDHCPOptions == [ExtraDHCPOption(name: "router", value: "")])
        #expect(ownRow(port, ledger)?.options["mtu"] == "1400")
        #expect(ownRow(port, ledger)?.options["router"] == nil)
        _ = try ledger.update(port, PortUpdate(extraDHCPOptions: [ExtraDHCPOption(name: "router", value: nil)]))
        #expect(ownRow(port, ledger) == nil)
        #expect(ledger.row(port).dhcpv4Options == ledger.row(subnet).id)
    }

    @Test func `a port's own options are deleted with the port, DHCP or the address`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/24")
        let one = try ledger.port(network) { $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1200")] }
        try ledger.change { try $0.delete(one.id, nil) }
        #expect(ownRow(one, ledger) == nil)
        let other = try ledger.port(network) { $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1200")] }
        _ = try ledger.update(
            other, PortUpdate(extraDHCPOptions: [ExtraDHCPOption(name: "dhcp_disabled", value: "True")]))
        #expect(ownRow(other, ledger) == nil)
        #expect(ledger.row(other).dhcpv4Options == nil)
        let third = try ledger.port(network) { $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1200")] }
        _ = try ledger.update(third, PortUpdate(fixedIPs: []))
        #expect(ownRow(third, ledger) == nil)
    }

    @Test func `addresses of the other version are kept by a port that nobody asks for them, and never sent`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "fd00::/64")
        let strange = [
            ExtraDHCPOption(name: "server-ip-address", value: "2015::badd"),
            ExtraDHCPOption(name: "dns-server", value: "2015::1, 2015::2"),
            ExtraDHCPOption(name: "tftp-server", value: "2015::dead"),
        ]
        try ExtraDHCPOptions.check(strange)
        let port = try ledger.port(network) { $0.extraDHCPOptions = strange }
        #expect(port.extraDHCPOptions == strange)
        #expect(ledger.snapshot.port(port.id)?.extraDHCPOptions == strange)
        #expect(ledger.row(port).dhcpv4Options == nil)
        // An address that comes later brings what can be sent.
        _ = try ledger.subnet(network, "10.0.0.0/24")
        let both = try ledger.update(
            port, PortUpdate(fixedIPs: [FixedIPRequest(ipAddress: IPAddress("10.0.0.9")!)]))
        #expect(both.extraDHCPOptions == strange)
        let row = try #require(ownRow(port, ledger))
        #expect(row.options["tftp_server"] == "\"2015::dead\"")
        #expect(row.options["next_server"] == nil)
        #expect(row.options["dns_server"] == nil)
        #expect(throws: NeutronError.invalidDHCPOption(strange[0], "is not an IPv4 address")) {
            _ = try ledger.update(both, PortUpdate(extraDHCPOptions: [strange[0]]))
        }
        #expect(throws: NeutronError.invalidDHCPOption(strange[0], "is not an IPv4 address")) {
            _ = try ledger.port(network) { $0.extraDHCPOptions = [strange[0]] }
        }
    }

    @Test func `what is no list of addresses is refused of every port`() {
        for value in ["2015::badd; next", "2015::badd,10.0.0.1", "x", "2015::badd,", "{2015::badd"] {
            let option = ExtraDHCPOption(name: "server-ip-address", value: value)
            #expect(throws: NeutronError.self) { try ExtraDHCPOptions.check([option]) }
        }
        let many = Array(repeating: "2015::1", count: 64).joined(separator: ",")
        #expect(throws: NeutronError.self) {
            try ExtraDHCPOptions.check([ExtraDHCPOption(name: "dns-server", value: many)])
        }
    }

    @Test func `the network's own devices get no DHCP`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/24")
        let port = try ledger.port(network) { $0.deviceOwner = "network:dhcp" }
        #expect(ledger.row(port).dhcpv4Options == nil)
        #expect(port.addresses == ["10.0.0.2"])
    }

    private func ownRow(_ port: Port, _ ledger: Ledger) -> Northbound.DHCPOptions? {
        ledger.replica.first(NorthboundIndexes.portOptions, port.id)
    }
}
