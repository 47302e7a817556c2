import Certificates
import Deadlines
import Foundation
import HostSetup
import NetAddress
import OVNModel
import OVSDB
import TestSamples
import Testing

@testable import HostMembership

/// What Open vSwitch's database says of a host that has joined.
struct MembershipTests {
    static let folder = CredentialFolder("/nowhere/tls")

    static func membership(port: Int = 9696, southbound: Int = 6642) throws -> Membership {
        Membership(
            central: try #require(CentralPoint("192.0.2.1", port: port, isSecure: true)), southboundPort: southbound,
            folder: folder, systemID: "h1", tunnelAddress: try #require(IPAddress("192.0.2.11")), bridge: "br-int")
    }

    @Test func `one transaction sets the files and the remotes, and nothing again`() throws {
        let before = try HostRows.database(["hostname": "host1"])
        let membership = try Self.membership(port: 9443, southbound: 16642)
        let after = try before.applying(try membership.operations(before))
        let row = try HostRows.configuration(after)
        #expect(
            row.externalIDs == [
                "hostname": "host1", "ipam": "192.0.2.1", "ipam-port": "9443", "ipam-tls": "true",
                "ovn-remote": "ssl:192.0.2.1:16642", "ovn-encap-ip": "192.0.2.11", "ovn-encap-type": "geneve",
                "ovn-mode": "overlay", "ovn-bridge": "br-int", "system-id": "h1",
            ])
        let ssl = try #require(after[OpenVSwitch.SSL.self].only)
        #expect(row.ssl == ssl.id && ssl.privateKey == "/nowhere/tls/key.pem" && !ssl.bootstrapCaCert)
        #expect(ssl.certificate == "/nowhere/tls/certificate.pem" && ssl.caCert == "/nowhere/tls/authorities.pem")
        #expect(try membership.operations(after).isEmpty)
        #expect(Membership.southboundPort(row) == 16642)
        #expect(CentralPoint(row)?.api == "https://192.0.2.1:9443")
        // Back at the usual port.
        let moved = try after.applying(try Self.membership().operations(after))
        #expect(try HostRows.configuration(moved).externalIDs["ipam-port"] == nil)
        let removal = Membership.removal(of: Self.folder, moved)
        #expect(try HostRows.configuration(try moved.applying(removal)).ssl == nil)
        #expect(Membership.removal(of: CredentialFolder("/other"), moved).isEmpty)
    }

    @Test func `a host of the six commands changes over, and keeps its encapsulation`() throws {
        var ids = HostRows.complete
        ids["ovn-encap-type"] = "vxlan"
        let before = try HostRows.database(ids)
        #expect(Membership.southboundPort(try HostRows.configuration(before)) == nil)
        let after = try before.applying(try Self.membership().operations(before))
        let row = try HostRows.configuration(after)
        #expect(row.externalIDs["ovn-remote"] == "ssl:192.0.2.1:6642" && row.externalIDs["ovn-encap-type"] == "vxlan")
    }

    @Test func `TLS of somebody else's is not taken away`() throws {
        var ssl = OpenVSwitch.SSL(id: .random())
        ssl.privateKey = "/etc/theirs.pem"
        let empty = try HostRows.database()
        var row = try HostRows.configuration(empty)
        row.ssl = ssl.id
        let before = try empty.applying([.insert(ssl), .update(row, columns: [.ssl])])
        let error = #expect(throws: HostError.self) { try Self.membership().operations(before) }
        #expect(error?.message.contains("/etc/theirs.pem") == true)
    }

    @Test func `where central is, by a token`() {
        #expect(CentralPoint(invitedTo: "192.0.2.1:9696")?.api == "https://192.0.2.1:9696")
        #expect(CentralPoint(invitedTo: "[2001:db8::1]:443")?.southbound(port: 7) == "ssl:[2001:db8::1]:7")
        #expect(CentralPoint(invitedTo: "central.example.org:9696")?.southbound == "ssl:central.example.org:6642")
        for nonsense in ["", "192.0.2.1", "192.0.2.1:0", "192.0.2.1:65536", ":9696", "a b:1"] {
            #expect(CentralPoint(invitedTo: nonsense) == nil, "\(nonsense)")
        }
        #expect(CentralPoint("2001:db8::1")?.isAt("2001:DB8:0::1") == true)
        #expect(CentralPoint("Central")?.isAt("central") == true && CentralPoint("a")?.isAt("b") == false)
    }

    // MARK: The system id

    @Test func `the system id is the database's, else the file's, else new and kept`() throws {
        let folder = "/tmp/ovn-containers-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/system-id.conf"
        let none = try HostRows.configuration(try HostRows.database())
        let made = try SystemID.ensure(none, file: file)
        #expect(made.text.count == 36)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == made.text + "\n")
        #expect(try SystemID.ensure(none, file: file) == made)
        let named = try HostRows.configuration(try HostRows.database(["system-id": "h1"]))
        #expect(try SystemID.ensure(named, file: file).text == "h1")
        // Where Open vSwitch has no such folder, only the database will have it.
        #expect(try SystemID.ensure(none, file: "/nowhere/system-id.conf").text.count == 36)
        let blank = try HostRows.configuration(try HostRows.database(["system-id": "host 1"]))
        #expect(throws: HostError.self) { try SystemID.ensure(blank, file: file) }
    }

    // MARK: Daemons

    private func programs(_ heard: Heard, installed: [String]) -> HostDaemons.Run {
        { words, _ in
            guard words.starts(with: ["systemctl", "cat"]) else {
                heard.add(words.joined(separator: " "))
                return nil
            }
            return installed.contains(words[2]) ? nil : "there is none"
        }
    }

    @Test func `what is installed is enabled and started, and an ovn-controller that runs is left alone`() async throws
    {
        let deadline = Deadline(after: .seconds(5))
        let heard = Heard()
        let all = [HostDaemons.controllerUnit] + HostDaemons.ownUnits
        _ = try await HostDaemons(hasSystemd: true, run: programs(heard, installed: all))
            .start(controllerRuns: false, until: deadline)
        #expect(
            heard.all == [
                "systemctl enable --now ovn-host.service", "systemctl enable --now ovn-restore.service",
                "systemctl enable --now ovn-docker-plugin.socket", "systemctl enable --now ovn-docker-plugin.service",
            ])
        let second = Heard()
        _ = try await HostDaemons(hasSystemd: true, run: programs(second, installed: [HostDaemons.controllerUnit]))
            .start(controllerRuns: true, until: deadline)
        #expect(second.all == ["systemctl enable ovn-host.service"])
        let third = Heard()
        let plain = HostDaemons(hasSystemd: false, run: programs(third, installed: []))
        _ = try await plain.start(controllerRuns: true, until: deadline)
        #expect(third.all.isEmpty)
        _ = try await plain.start(controllerRuns: false, until: deadline)
        #expect(third.all == ["/usr/share/ovn/scripts/ovn-ctl start_controller"])
        let failing = HostDaemons(hasSystemd: true) { words, _ in words[1] == "cat" ? nil : "it is masked" }
        let error = await #expect(throws: HostError.self) {
            try await failing.start(controllerRuns: false, until: deadline)
        }
        #expect(error?.message == "'systemctl enable --now ovn-host.service' failed: it is masked")
    }
}
