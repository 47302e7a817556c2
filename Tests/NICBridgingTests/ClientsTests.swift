import Foundation
import NetAddress
import Netlink
import Synchronization
import Testing

@testable import HostNetwork
@testable import NICBridging

/// A folder that looks like the root of a machine, and what was run on it.
final class Fixture: Sendable {
    let root: URL
    let commands = Mutex<[String]>([])

    init(_ files: [String: String]) throws {
        root = FileManager.default.temporaryDirectory.appending(path: "ovn-clients-\(UUID().uuidString)")
        for (path, text) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    var clients: AddressClients {
        AddressClients(root: root.path, namespace: nil) { words in
            self.commands.withLock { $0.append(words.joined(separator: " ")) }
            return nil
        }
    }

    func text(_ path: String) -> String? { try? String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// Two interfaces as they would be found.
    static func links() async throws -> (nic: Link, bridge: Link) {
        let host = try HostLinks(in: .make())
        try await host.apply([.createVeth(VethPair(name: "eth0", peerName: "breth0"))])
        return (
            try #require(try await host.find(.name("eth0"))), try #require(try await host.find(.name("breth0")))
        )
    }
}

@Suite struct ClientsTests {
    @Test func `systemd-networkd configures the bridge as it did the NIC, under the same identity, and back`()
        async throws
    {
        let (nic, bridge) = try await Fixture.links()
        let fixture = try Fixture([
            "run/systemd/netif/links/\(nic.index)":
                "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/lan.network\n"
                + "NETWORK_FILE_DROPINS=\"/etc/systemd/network/lan.network.d/a.conf\"\n",
            "run/systemd/netif/leases/\(nic.index)": "ADDRESS=10.0.0.9\nCLIENTID=ff01020304000200aabb\n",
            "etc/systemd/network/lan.network":
                "[Match]\nName=eth*\nDriver=virtio\n\n[Network]\nDHCP=yes\n\n[Route]\nGateway=10.0.0.1\n",
            "etc/systemd/network/lan.network.d/a.conf": "[Network]\nDNS=10.0.0.53\n",
        ])
        let words = fixture.clients.follow(from: nic, to: bridge, isLeased: true)
        #expect(
            words == [
                "systemd-networkd configures breth0 as /etc/systemd/network/lan.network says of eth0"
            ])
        let made = try #require(fixture.text("etc/systemd/network/00-ovn-containers-breth0.network"))
        #expect(
            made == """
                # Made by ovn-integrate nics-to-bridge eth0; nics-from-bridge removes it.
                [Match]
                Name=breth0

                [Network]
                DHCP=yes

                [Route]
                Gateway=10.0.0.1

                [Network]
                DNS=10.0.0.53


                [Network]
                KeepConfiguration=yes

                [DHCPv4]
                IAID=16909060

                """)
        let silent = try #require(fixture.text("etc/systemd/network/00-ovn-containers-eth0.network"))
        #expect(silent.contains("Name=eth0\n") && silent.contains("DHCP=no\n"))
        #expect(fixture.commands.withLock { $0 } == ["networkctl reload"])

        _ = fixture.clients.followBack(from: "breth0", to: nic, isLeased: true)
        #expect(fixture.text("etc/systemd/network/00-ovn-containers-breth0.network") == nil)
        #expect(fixture.text("etc/systemd/network/00-ovn-containers-eth0.network") == nil)
        #expect(fixture.text("etc/systemd/network/lan.network") != nil)
        #expect(fixture.commands.withLock { $0.count } == 2)
    }

    @Test(arguments: ["ADMIN_STATE=unmanaged\nNETWORK_FILE=/a\n", "ADMIN_STATE=configured\n", ""])
    func `a NIC that systemd-networkd leaves alone is not its`(state: String) async throws {
        let (nic, bridge) = try await Fixture.links()
        let fixture = try Fixture(["run/systemd/netif/links/\(nic.index)": state, "a": "[Match]\nName=*\n"])
        #expect(fixture.clients.follow(from: nic, to: bridge, isLeased: false) == [])
        #expect(fixture.commands.withLock { $0 } == [])
    }

    @Test func `NetworkManager lets go of both, says what becomes of a lease, and takes the NIC back`() async throws {
        let (nic, bridge) = try await Fixture.links()
        let fixture = try Fixture([
            "run/NetworkManager/devices/\(nic.index)": "[device]\nmanaged=true\nconnection-uuid=a\n",
            "etc/NetworkManager/conf.d/x.conf": "",
        ])
        let words = fixture.clients.follow(from: nic, to: bridge, isLeased: true)
        #expect(words.count == 2)
        #expect(words[0] == "NetworkManager leaves eth0 and breth0 alone")
        #expect(words[1].contains("'dhclient -nw breth0'") && words[1].contains("iface breth0 inet dhcp"))
        #expect(
            fixture.text("etc/NetworkManager/conf.d/90-ovn-containers-eth0.conf") == """
                # Made by ovn-integrate nics-to-bridge eth0; nics-from-bridge removes it.
                [device-ovn-containers-eth0]
                match-device=interface-name:eth0;interface-name:breth0
                managed=0

                """)
        _ = fixture.clients.followBack(from: "breth0", to: nic, isLeased: false)
        #expect(fixture.text("etc/NetworkManager/conf.d/90-ovn-containers-eth0.conf") == nil)
        #expect(
            fixture.commands.withLock { $0 } == [
                "nmcli general reload conf", "nmcli device set eth0 managed no", "nmcli general reload conf",
                "nmcli device set eth0 managed yes",
            ])
    }

    @Test func `a dhclient's command line for another interface has files of its own`() {
        let client = Dhclient(
            process: 7, program: "/usr/sbin/dhclient",
            arguments: [
                "dhclient", "-4", "-v", "-pf", "/run/dhclient.eth0.pid", "-lf", "/var/lib/dhcp/dhclient.eth0.leases",
                "-cf", "/etc/eth0.conf", "eth0",
            ])
        #expect(client.interfaces == ["eth0"])
        #expect(client.leases == "/var/lib/dhcp/dhclient.eth0.leases")
        #expect(
            client.moved(from: "eth0", to: "breth0") == [
                "/usr/sbin/dhclient", "-nw", "-4", "-v", "-pf", "/run/dhclient.breth0.pid", "-lf",
                "/var/lib/dhcp/dhclient.breth0.leases", "-cf", "/etc/eth0.conf", "breth0",
            ])
        #expect("/run/dhclient.breth0.pid".replacingName("eth0", with: "x") == "/run/dhclient.breth0.pid")
    }

    @Test(arguments: [
        ["dhclient", "-d", "eth0"], ["dhclient", "eth0", "eth1"],
    ])
    func `a dhclient that serves more, or is supervised, is the user's to move`(arguments: [String]) async throws {
        let (nic, bridge) = try await Fixture.links()
        let fixture = try Fixture([
            "proc/99999999/comm": "dhclient\n",
            "proc/99999999/cmdline": arguments.joined(separator: "\0") + "\0", "proc/self/comm": "dhclient\n",
        ])
        let words = fixture.clients.follow(from: nic, to: bridge, isLeased: true)
        #expect(words.count == 1 && words[0].hasPrefix("stop dhclient (process 99999999) on eth0 and start "))
        #expect(fixture.commands.withLock { $0 } == [])
    }

    @Test func `the line of ifupdown's configuration that must change is named`() async throws {
        let (nic, bridge) = try await Fixture.links()
        let fixture = try Fixture([
            "etc/network/interfaces": "auto lo\niface lo inet loopback\n",
            "etc/network/interfaces.d/lan": "auto eth0\niface eth0 inet dhcp\n",
        ])
        let words = fixture.clients.follow(from: nic, to: bridge, isLeased: false)
        #expect(
            words == [
                "for the next boot, change line 2 of /etc/network/interfaces.d/lan to 'iface breth0 inet dhcp' "
                    + "with 'auto breth0', and add 'iface eth0 inet manual' with 'up ip link set eth0 up'"
            ])
    }

    @Test func `a lease that nobody known keeps is told`() async throws {
        let (nic, bridge) = try await Fixture.links()
        let words = try Fixture([:]).clients.follow(from: nic, to: bridge, isLeased: true)
        #expect(words.count == 1 && words[0].contains("stop the client on eth0, start one on breth0"))
    }
}
