import DHCPOptions
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// The flows that ovn-northd builds of each DHCP option's limit values.
@Suite(.timeLimit(.minutes(3)))
struct DHCPFlowTests {
    /// Alias, the client's value, and the flow's text.
    static let edges4: [(String, String, String)] = [
        ("router", "10.0.0.1,10.0.0.2", "{10.0.0.1, 10.0.0.2}"), ("dns-server", "0.0.0.0", "{0.0.0.0}"),
        ("server-id", "10.0.0.254", "10.0.0.254"), ("domain-name", "a_b-c.example.", #""a_b-c.example.""#),
        ("mtu", "68", "68"), ("mtu", "65535", "65535"), ("lease-time", "1", "1"),
        ("lease-time", "4294967295", "4294967295"),
        (
            "classless-static-route", "0.0.0.0/0,10.0.0.9,192.0.2.1,10.0.0.9",
            "{0.0.0.0/0,10.0.0.9, 192.0.2.1/32,10.0.0.9}"
        ),
        ("ms-classless-static-route", "10.0.0.0/8,10.0.0.9", "{10.0.0.0/8,10.0.0.9}"),
        ("log-server", addresses(63), "{\(addresses(63, ", "))}"), ("lpr-server", "255.255.255.255", "255.255.255.255"),
        ("hostname", String(repeating: "a", count: 63), "\"\(String(repeating: "a", count: 63))\""),
        ("swap-server", "10.0.0.9", "10.0.0.9"), ("ip-forward-enable", "1", "1"), ("ip-forward-enable", "false", "0"),
        ("policy-filter", "10.0.0.0,255.0.0.0", "{10.0.0.0, 255.0.0.0}"), ("default-ttl", "1", "1"),
        ("default-ttl", "255", "255"), ("broadcast", "10.0.0.255", "10.0.0.255"), ("router-discovery", "0", "0"),
        ("router-solicitation", "224.0.0.2", "224.0.0.2"), ("arp-timeout", "0", "0"),
        ("arp-timeout", "4294967295", "4294967295"), ("ethernet-encap", "1", "1"), ("tcp-ttl", "255", "255"),
        ("tcp-keepalive", "0", "0"), ("nis-server", "10.0.0.9", "10.0.0.9"), ("ntp-server", "10.0.0.9", "10.0.0.9"),
        ("netbios-ns", "10.0.0.9", "10.0.0.9"), ("netbios-nodetype", "8", "8"), ("T1", "0", "0"),
        ("T2", "4294967295", "4294967295"), ("tftp-server", "10.0.0.9", #""10.0.0.9""#),
        ("bootfile-name", #"\"; next; ^x $y @z {} // /* "#, #""\\\"; next; \u005ex $y @z {} // /*""#),
        ("bootfile-name-alt", String(repeating: "\\", count: 255), "\"\(String(repeating: "\\\\", count: 255))\""),
        ("domain-search", "a.example,b.example", #""a.example,b.example""#),
        ("tftp-server-address", "10.0.0.8,10.0.0.9", "{10.0.0.8, 10.0.0.9}"), ("path-prefix", "/", #""/""#),
        ("wpad", #"""#, #""\"""#), ("server-ip-address", "10.0.0.9", "10.0.0.9"),
    ]

    static let edges6: [(String, String, String)] = [
        ("server-id", "02:00:00:00:00:01", "02:00:00:00:00:01"), ("dns-server", "::", "{::}"),
        ("dns-server", "fe80::1,2001:db8::53", "{fe80::1, 2001:db8::53}"),
        ("domain-search", "a.example", #""a.example""#),
    ]

    private static func addresses(_ count: Int, _ separator: String = ",") -> String {
        (1...count).map { "10.0.0.\($0)" }.joined(separator: separator)
    }

    @Test func `limit values are tested for every option of the API`() {
        #expect(
            Set(Self.edges4.map { DHCPOption.called($0.0, .v4)?.name })
                == Set(DHCPOption.all4.filter { !$0.aliases.isEmpty && $0.name != "netmask" }.map(\.name)))
        #expect(
            Set(Self.edges6.map { DHCPOption.called($0.0, .v6)?.name })
                == Set(
                    DHCPOption.all6.filter { !$0.aliases.isEmpty && $0.isInEveryRelease && $0.name != "ia_addr" }.map(
                        \.name)))
    }

    @Test func `each option's limit values give exactly the intended flow`() async throws {
        try await withOVNCentral { central in
            try await withStore(central.northbound, southbound: central.southbound) { store in
                let network = try await store.network("n", "10.0.0.0/16")
                _ = try await store.create(
                    Subnet.self,
                    [
                        SubnetCreate(
                            projectID: "p", networkID: network.id, cidr: IPPrefix("fd00::/64")!,
                            ipv6RAMode: .dhcpv6Stateful, ipv6AddressMode: .dhcpv6Stateful)
                    ])
                let wishes =
                    Self.edges4.map { (IPVersion.v4, $0) } + Self.edges6.map { (IPVersion.v6, $0) }
                let ports = try await store.create(
                    Port.self,
                    wishes.map { version, wish in
                        PortCreate(
                            projectID: "p", networkID: network.id,
                            extraDHCPOptions: [ExtraDHCPOption(name: wish.0, value: wish.1, ipVersion: version)])
                    })
                try await central.synchronize()
                let flows = try await central.logicalFlows()
                for (port, (version, wish)) in zip(ports, wishes) {
                    let option = try #require(DHCPOption.called(wish.0, version))
                    let row = try #require(
                        store.snapshot().northbound.rows(NorthboundIndexes.portOptions, port.id).first)
                    #expect(row.options[option.name] == wish.2, "\(wish.0)")
                    let expected = Self.actions(row.options, port, version)
                    let own = flows.filter {
                        $0.match.contains(port.macAddress.description) && $0.actions.contains("put_dhcp")
                            && $0.actions.contains("dhcpv6") == (version == .v6)
                    }
                    #expect(Set(own.map(\.actions)) == [expected], "\(wish.0)")
                }
                #expect(try central.warnings() == [])
                // It parses every flow, as ovn-controller does, and reports what it cannot parse.
                let complaints = try await central.traceComplaints(
                    switch: "neutron-\(network.id)", port: "\(ports[0].id)")
                #expect(complaints == [])
            }
        }
    }

    /// The action that ovn-northd builds of valid options.
    private static func actions(_ options: StringMap, _ port: Port, _ version: IPVersion) -> String {
        var options = options.dictionary
        let address = port.fixedIPs.first { $0.ipAddress.version == version }.map(\.ipAddress.description) ?? ""
        if version == .v4 {
            options["server_mac"] = nil
            options["netmask"] = "255.255.0.0"
        }
        let list = options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        return version == .v4
            ? "reg0[3] = put_dhcp_opts(offerip = \(address), \(list)); next;"
            : "reg0[3] = put_dhcpv6_opts(ia_addr = \(address), \(list)); next;"
    }

    @Test func `unchecked options of an earlier release never reach a flow again`() async throws {
        try await withOVNCentral { central in
            try await withStore(central.northbound, southbound: central.southbound) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                let subnet = try #require(store.snapshot().subnets(of: network.id).first)
                let port = try await store.port(network) {
                    $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1200")]
                }
                // As earlier releases wrote them.
                let evil = "1.1.1.1); next; reg0[5]=put_dhcp_opts(offerip=1.1.1.1"
                let row = try #require(store.snapshot().northbound.rows(NorthboundIndexes.portOptions, port.id).first)
                try await central.northbound.control(
                    "ovn-nbctl", "set", "Logical_Switch_Port", "\(port.id)",
                    #"external_ids:"neutron:extra_dhcp_opts"="[{\"ip_version\":4,\"opt_name\":\"router\",\"opt_value\":\"\#(evil)\"},{\"ip_version\":4,\"opt_name\":\"unheard-of\",\"opt_value\":\"x\"},{\"ip_version\":4,\"opt_name\":\"mtu\",\"opt_value\":\"1200\"}]""#
                )
                try await central.northbound.control(
                    "ovn-nbctl", "set", "DHCP_Options", "\(row.id)", #"options:router="\#(evil)""#)
                try await central.northbound.control(
                    "ovn-nbctl", "set", "DHCP_Options", "\(RowID(of: subnet.id))", #"options:ntp_server="\#(evil)""#)
                try await store.lookAgain()
                #expect(try await store.find(port.id).extraDHCPOptions.map(\.value) == [evil, "x", "1200"])

                // Every way to rewrite the row: by the port, the subnet, the network.
                for round in 0..<3 {
                    switch round {
                    case 0: _ = try await store.update(port.id, PortUpdate(name: "other"))
                    case 1:
                        _ = try await store.update(
                            subnet.id, SubnetUpdate(dnsNameservers: [IPAddress("10.0.0.9")!]))
                    default: _ = try await store.update(network.id, NetworkUpdate(mtu: 1_300))
                    }
                    let own = try #require(
                        store.snapshot().northbound.rows(NorthboundIndexes.portOptions, port.id).first)
                    #expect(own.options["router"] == "10.0.0.1")
                    #expect(own.options["mtu"] == "1200")
                    #expect(own.options["ntp_server"] == nil)
                }
                try await central.synchronize()
                #expect(!(try await central.logicalFlows()).contains { $0.actions.contains("reg0[5]") })
                // Invalid options can be removed under any name.
                let less = try await store.update(
                    port.id,
                    PortUpdate(extraDHCPOptions: [
                        ExtraDHCPOption(name: "router", value: nil), ExtraDHCPOption(name: "unheard-of", value: nil),
                    ]))
                #expect(less.extraDHCPOptions == [ExtraDHCPOption(name: "mtu", value: "1200")])
            }
        }
    }
}
