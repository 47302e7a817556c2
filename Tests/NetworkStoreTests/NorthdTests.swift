import DHCPOptions
import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// ovn-northd's results for our rows.
@Suite(.timeLimit(.minutes(2)))
struct NorthdTests {
    @Test func `ports become bindings and DHCP options become flows`() async throws {
        try await withOVNCentral { central in
            try await withStore(
                central.northbound, southbound: central.southbound, { $0.dnsDomain = DomainName("example.org.") }
            ) {
                store in
                let network = try await store.network("n")
                let four = try await store.create(
                    Subnet.self,
                    [
                        SubnetCreate(
                            projectID: "p", networkID: network.id, cidr: IPPrefix("10.80.0.0/24")!,
                            dnsNameservers: [IPAddress("192.0.2.53")!, IPAddress("192.0.2.54")!],
                            hostRoutes: [
                                HostRoute(destination: IPPrefix("10.99.0.0/16")!, nexthop: IPAddress("10.80.0.9")!)
                            ])
                    ])[0]
                _ = try await store.create(
                    Subnet.self,
                    [
                        SubnetCreate(
                            projectID: "p", networkID: network.id, cidr: IPPrefix("10.81.0.0/24")!, gatewayIP: .null),
                        SubnetCreate(
                            projectID: "p", networkID: network.id, cidr: IPPrefix("fd00:80::/64")!,
                            dnsNameservers: [IPAddress("2001:db8::53")!], ipv6RAMode: .dhcpv6Stateful,
                            ipv6AddressMode: .dhcpv6Stateful),
                    ])
                let port = try await store.port(network) {
                    $0.fixedIPs = [.address("10.80.0.20", four), .address("fd00:80::20")]
                    $0.extraDHCPOptions = [
                        ExtraDHCPOption(name: "tftp-server", value: "192.0.2.69"),
                        ExtraDHCPOption(name: "T1", value: "600"),
                    ]
                }
                let plain = try await store.port(network) { $0.fixedIPs = [.address("10.81.0.5")] }
                let parent = port.id.description
                let child = try await store.port(network) { $0.profile = ["parent_name": .string(parent), "tag": 0] }
                let holder = try await store.port(network) { $0.fixedIPs = [.address("10.80.0.99", four)] }
                _ = try await store.update(
                    plain.id, PortUpdate(allowedAddressPairs: [AllowedAddressPair(address: IPAddress("10.80.0.99")!)]))
                try await central.synchronize()

                let flows = try await central.southbound.control("ovn-sbctl", "dump-flows")
                let answers = flows.split(separator: "\n").filter { $0.contains("put_dhcp") }
                let own = try #require(
                    answers.first { $0.contains(port.macAddress.description) && $0.contains("put_dhcp_opts") })
                for option in [
                    "offerip = 10.80.0.20", "router = 10.80.0.1", "server_id = 10.80.0.1", "lease_time = 43200",
                    "mtu = 1442",
                    "dns_server = {192.0.2.53, 192.0.2.54}", "domain_name = \"example.org.\"",
                    "tftp_server = \"192.0.2.69\"",
                    "classless_static_route = {10.99.0.0/16,10.80.0.9, 0.0.0.0/0,10.80.0.1}", "T1 = 600",
                ] { #expect(own.contains(option)) }
                #expect(
                    answers.contains {
                        $0.contains(plain.macAddress.description) && $0.contains("server_id = 169.254.0.1")
                    })
                #expect(
                    answers.contains {
                        $0.contains("ia_addr = fd00:80::20") && $0.contains("dns_server = {2001:db8::53}")
                    })
                #expect(try central.warnings() == [])

                let bindings = try await central.southbound.control(
                    "ovn-sbctl", "--bare", "--columns=logical_port", "list", "Port_Binding")
                for id in [port.id, plain.id, child.id] { #expect(bindings.contains(id.description)) }
                let virtual = try await central.southbound.control(
                    "ovn-sbctl", "--bare", "--columns=logical_port", "find", "Port_Binding", "type=virtual")
                #expect(virtual.contains(holder.id.description))
                // The child's tag and parent have reached the hosts.
                let tag = try #require(try await store.find(child.id).binding.profile["tag"])
                let carried = try await central.southbound.control(
                    "ovn-sbctl", "--bare", "--columns=parent_port,tag", "find", "Port_Binding",
                    "logical_port=\(child.id)")
                #expect(carried.split(separator: "\n") == ["\(port.id)", "\(tag.description)"])
                #expect(try await store.find(port.id).status == .down)
            }
        }
    }

    @Test func `server messages of ports are dropped, OVN's own answers are sent`() async throws {
        try await withOVNCentral { central in
            try await withStore(central.northbound) { store in
                let network = try await store.network("n", "10.80.0.0/24")
                _ = try await store.create(
                    Subnet.self,
                    [
                        SubnetCreate(
                            projectID: "p", networkID: network.id, cidr: IPPrefix("fd00:80::/64")!,
                            ipv6RAMode: .dhcpv6Stateful, ipv6AddressMode: .dhcpv6Stateful)
                    ])
                let client = try await store.port(network) {
                    $0.fixedIPs = [.address("10.80.0.9"), .address("fd00:80::9")]
                }
                let usual = try await store.port(network) {
                    $0.fixedIPs = [.address("10.80.0.7"), .address("fd00:80::7")]
                }
                let open = try await store.port(network) {
                    $0.fixedIPs = [.address("10.80.0.8"), .address("fd00:80::8")]
                    $0.portSecurityEnabled = false
                }
                try await central.synchronize()

                /// Whether a packet of a port, unicast or broadcast, is delivered anywhere.
                func passes(_ port: Port, _ packet: String, to mac: MACAddress? = nil) async throws -> Bool {
                    let ethernet = "eth.src == \(port.macAddress) && eth.dst == \(mac ?? client.macAddress)"
                    let trace = try await run([
                        "ovn-trace", "--db=unix:\(central.southbound.socket)", "--minimal", "neutron-\(network.id)",
                        "inport == \"\(port.id)\" && \(ethernet) && ip.ttl == 255 && \(packet)",
                    ])
                    return trace.contains("output(")
                }
                func four(_ port: Port, _ rest: String) -> String {
                    "ip4.src == \(port.fixedIPs[0].ipAddress) && ip4.dst == 10.80.0.9 && \(rest)"
                }
                func six(_ port: Port, _ rest: String) -> String {
                    "ip6.src == \(port.fixedIPs[1].ipAddress) && ip6.dst == fd00:80::9 && \(rest)"
                }
                for (port, isExempt) in [(usual, false), (open, true)] {
                    for packet in [
                        four(port, "udp.src == 67 && udp.dst == 68"), four(port, "udp.src == 4000 && udp.dst == 68"),
                        four(port, "icmp4.type == 5"), four(port, "icmp4.type == 9"),
                        six(port, "udp.src == 547 && udp.dst == 546"), six(port, "icmp6.type == 137"),
                    ] { #expect(try await passes(port, packet) == isExempt, "\(packet)") }
                    for packet in [
                        four(port, "udp.src == 68 && udp.dst == 4000"), four(port, "icmp4.type == 8"),
                        six(port, "icmp6.type == 128"), six(port, "tcp.dst == 546"),
                    ] { #expect(try await passes(port, packet), "\(packet)") }
                }
                let everybody = try #require(MACAddress("ff:ff:ff:ff:ff:ff"))
                #expect(
                    try await passes(
                        usual, "ip4.src == 0.0.0.0 && ip4.dst == 255.255.255.255 && udp.src == 68 && udp.dst == 67",
                        to: everybody))
                let servers = try #require(MACAddress("33:33:00:01:00:02"))
                #expect(
                    try await passes(
                        usual, "ip6.src == fd00:80::7 && ip6.dst == ff02::1:2 && udp.src == 546 && udp.dst == 547",
                        to: servers))

                // The switch stays stateless: nothing sends its packets to connection tracking.
                let flows = try await central.southbound.control("ovn-sbctl", "dump-flows", "neutron-\(network.id)")
                #expect(!flows.contains("reg0[0] = 1"))
                #expect(try central.warnings() == [])
            }
        }
    }

    @Test func `a network's segmentation id is its tunnel key`() async throws {
        try await withOVNCentral { central in
            try await withStore(central.northbound, southbound: central.southbound) { store in
                let network = try await store.network("n")
                try await store.southbound?.wait(within: .seconds(10)) {
                    $0.first(SouthboundIndexes.datapath, network.id).map { _ in }
                }
                let key = try await central.southbound.control(
                    "ovn-sbctl", "--bare", "--columns=tunnel_key", "find", "Datapath_Binding",
                    "external_ids:name=neutron-\(network.id)")
                let shown = try #require(try await store.find(network.id).provider.segmentationID)
                #expect(key.split(separator: "\n") == ["\(shown)"])
                // Neither a change of another attribute nor a read counts as setting it.
                let renamed = try await store.update(network.id, NetworkUpdate(name: "m"))
                #expect(renamed.provider.segmentationID == shown)
                #expect(
                    store.snapshot().logicalSwitch(network.id)?.externalIDs[NetworkLayout.segmentationID.name] == nil)
            }
        }
    }

    @Test func `a port can be bound to the host of a chassis only`() async throws {
        try await withOVNCentral { central in
            try await withStore(central.northbound, southbound: central.southbound) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                let port = try await store.port(network) { $0.hostID = "host-1" }
                #expect(port.binding.vifType == "binding_failed")
                try await central.southbound.control("ovn-sbctl", "chassis-add", "system-1", "geneve", "192.0.2.1")
                try await central.southbound.control("ovn-sbctl", "set", "Chassis", "system-1", "hostname=host-1")
                try await store.southbound?.wait(within: .seconds(10)) {
                    $0.first(SouthboundIndexes.chassis, "host-1").map { _ in }
                }
                #expect(try await store.find(port.id).binding.vifType == "ovs")
                try await central.synchronize()
                try await central.southbound.control("ovn-sbctl", "lsp-bind", "\(port.id)", "system-1")
                let bound = try await store.northbound.wait(within: .seconds(10)) { replica in
                    replica.first(NorthboundIndexes.port, port.id)?.up == true ? true : nil
                }
                #expect(bound)
                #expect(try await store.find(port.id).status == .active)
            }
        }
    }
}
