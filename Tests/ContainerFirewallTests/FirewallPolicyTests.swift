import HostAttachment
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import Testing

@testable import ContainerFirewall

struct FirewallPolicyTests {
    static let complete: StringMap = [
        "ipam": "192.0.2.1", "ovn-remote": "tcp:192.0.2.1:6642", "ovn-encap-ip": "192.0.2.11",
        "ovn-encap-type": "geneve", "ovn-mode": "overlay", "ovn-bridge": "br-int", "system-id": "h1",
    ]

    /// Open vSwitch's database with these settings, and with NICs that nics-to-bridge has moved.
    static func database(_ ids: StringMap = complete, nics: [String] = []) throws -> Replica {
        var row = OpenVSwitch.Configuration(id: .random())
        row.externalIDs = ids
        let bridges = nics.map { nic in
            var bridge = OpenVSwitch.Bridge(id: .random())
            bridge.name = "br" + nic
            bridge.externalIDs = ["ovn-containers:nic": nic]
            return bridge
        }
        return try Replica(of: HostAttachment.tables).applying([.insert(row)] + bridges.map { .insert($0) })
    }

    /// The database of a complete host with some settings changed.
    static func database(changing changes: [String: String?], nics: [String] = []) throws -> Replica {
        var ids = complete
        for (key, value) in changes { ids[key] = value }
        return try database(ids, nics: nics)
    }

    static func policy(_ changes: [String: String?], nics: [String] = []) throws -> FirewallPolicy? {
        FirewallPolicy(try database(changing: changes, nics: nics))
    }

    @Test func `a host of the overlay keeps geneve and the databases to itself`() throws {
        let policy = try #require(try Self.policy([:]))
        #expect(policy.tunnels.udp == [6081] && policy.tunnels.tcp.isEmpty)
        #expect(policy.databases == [6640, 6641, 6642, 6643, 6644])
        #expect(policy.addresses == [try #require(IPAddress("192.0.2.1")), try #require(IPAddress("192.0.2.11"))])
        #expect(policy.underlays.isEmpty)
    }

    @Test(
        arguments: [
            ("vxlan", [4789], []), ("geneve,vxlan", [4789, 6081], []), ("geneve, vxlan", [4789, 6081], []),
            ("stt", [], [7471]), ("", [6081], []), (nil, [6081], []),
        ] as [(String?, Set<UInt16>, Set<UInt16>)])
    func `ports of tunnels are those of the types that the host has`(
        types: String?, udp: Set<UInt16>, tcp: Set<UInt16>
    ) throws {
        let tunnels = try Self.policy(["ovn-encap-type": types])?.tunnels
        #expect(tunnels?.udp == udp && tunnels?.tcp == tcp)
    }

    @Test func `ports and addresses of the central point are what ovn-remote says, in both versions of IP`() throws {
        let remotes =
            "ssl:[2001:db8::1]:16642, tcp:192.0.2.2:26642,tcp:central.example.org:36642,unix:/run/sb.sock,nonsense"
        let policy = try #require(try Self.policy(["ovn-remote": remotes, "ovn-encap-ip": "192.0.2.11,2001:db8::11"]))
        #expect(policy.databases.isSuperset(of: [6641, 6642, 16642, 26642, 36642]))
        let expected = try ["2001:db8::1", "192.0.2.1", "192.0.2.2", "192.0.2.11", "2001:db8::11"].map {
            try #require(IPAddress($0))
        }
        #expect(policy.addresses == Set(expected))
    }

    @Test func `what a chassis of its own system-id is set to counts too`() throws {
        let policy = try #require(
            try Self.policy([
                "ovn-encap-type-h2": "vxlan", "ovn-encap-ip-h2": "192.0.2.12", "ovn-remote-probe-interval": "60000",
            ]))
        #expect(policy.tunnels.udp == [4789, 6081])
        #expect(policy.addresses.contains(try #require(IPAddress("192.0.2.12"))))
    }

    @Test func `bridges of NICs and interfaces that the administrator names count as NICs`() throws {
        let names = "br-ex, virbr0,eth*,a name that is too long,../up"
        let policy = try #require(
            try Self.policy([FirewallPolicy.underlaysKey: names], nics: ["eth0"]))
        #expect(policy.underlays == ["breth0", "br-ex", "virbr0"])
    }

    @Test func `in a cloud's VM only the databases are kept, and its NIC's bridge is a NIC`() throws {
        let policy = try #require(
            FirewallPolicy(
                try Self.database(["ovn-mode": "underlay", "ovn-underlay-bridge": "breth0"], nics: ["eth0"])))
        #expect(policy.tunnels == FirewallPolicy.Ports() && policy.addresses.isEmpty)
        #expect(policy.databases == FirewallPolicy.databasePorts && policy.underlays == ["breth0"])
    }

    @Test func `a host without a part in logical networks has none, nor one where it is switched off`() throws {
        #expect(FirewallPolicy(try Self.database(["system-id": "h1", "hostname": "host1"])) == nil)
        #expect(FirewallPolicy(Replica(of: HostAttachment.tables)) == nil)
        #expect(try Self.policy([FirewallPolicy.switchKey: "off"]) == nil)
        #expect(try Self.policy([FirewallPolicy.switchKey: "on"]) != nil)
        // As soon as the bridge is made.
        #expect(FirewallPolicy(try Self.database(["ovn-bridge-datapath-type": "system"])) != nil)
    }
}
