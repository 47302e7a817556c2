import Certificates
import ContainerFirewall
import Deadlines
import HostAttachment
import HostMembership
import HostSetup
import NICBridging
import NetAddress
import OVNModel
import OVSDB
import TestSamples
import Testing

@testable import HostDiagnosis

struct StatusTests {
    static func surroundings(
        _ controller: OVNController.Connection = .connected, api: String? = nil
    ) throws -> IntegrationStatus.Surroundings {
        IntegrationStatus.Surroundings(
            controller: controller, apiProblem: api, addresses: [try #require(IPAddress("192.0.2.11"))])
    }

    func status(
        _ ids: StringMap = HostRows.complete, bridge: OpenVSwitch.Bridge? = HostRows.bridge(),
        more: [OVSDB.Operation] = [], seen surroundings: IntegrationStatus.Surroundings? = nil
    ) throws -> IntegrationStatus {
        let replica = try HostRows.database(ids, more: (bridge.map { [.insert($0)] } ?? []) + more)
        return IntegrationStatus(replica, try surroundings ?? Self.surroundings())
    }

    @Test func `a host that works has no cause`() throws {
        let status = try status(more: HostRows.tunnel())
        #expect(status.cause == nil)
        #expect(status.checks.allSatisfy { $0.state == .ok && $0.remedy == nil })
        #expect(status.tunnels.map(\.chassis) == ["h2"])
        #expect(status.tunnels.map(\.remote) == ["192.0.2.12"])
    }

    @Test(arguments: [
        ("system-id", "system id"), ("ipam", "set-ipam"), ("ovn-remote", "set-ipam"), ("ovn-encap-ip", "set-tep"),
        ("ovn-encap-type", "set-encap-type"), ("ovn-mode", "ovn-container init"),
    ])
    func `a setting that is missing is the cause, with the command that sets it`(key: String, word: String) throws {
        var ids = HostRows.complete
        ids[key] = nil
        let status = try status(ids)
        #expect(status.cause?.contains(word) == true, "\(status.cause ?? "")")
        #expect(status.checks.contains { $0.state == .missing })
    }

    @Test func `what is set and does not work is named`() throws {
        var elsewhere = HostRows.complete
        elsewhere["ovn-encap-ip"] = "192.0.2.99"
        var stt = HostRows.complete
        stt["ovn-encap-type"] = "stt"
        let cases: [(IntegrationStatus, String)] = [
            (try status(bridge: nil), "create-integration-bridge"),
            (try status(bridge: HostRows.bridge(failMode: nil)), "secure"),
            (try status(elsewhere), "192.0.2.99"),
            (try status(stt), "STT"),
            (try status(seen: try Self.surroundings(.notConnected)), "tcp:192.0.2.1:6642"),
            (try status(seen: try Self.surroundings(.notRunning("no pid file"))), "ovn-controller --pidfile"),
            (try status(seen: try Self.surroundings(api: "port 9696 is shut")), "port 9696 is shut"),
            (try status(more: HostRows.tunnel(error: "no such device")), "no such device"),
        ]
        for (status, word) in cases {
            #expect(status.cause?.contains(word) == true, "\(status.cause ?? "no cause") lacks \(word)")
        }
    }

    @Test func `the certificate of a host that has joined is shown, with what is wrong, and an open central warned of`()
        throws
    {
        let open = try status()
        #expect(open.cause == nil && open.warnings.count == 1)
        #expect(open.warnings.first?.contains("tcp:192.0.2.1:6642") == true)
        var ids = HostRows.complete
        ids["ovn-remote"] = "ssl:192.0.2.1:6642"
        ids[HostSettings.centralTLSKey] = "true"
        let (authority, key) = (try Authority(making: SigningKey(), at: .now), SigningKey())
        let name = try #require(CertificateName("h1"))
        let certificate = try authority.certifyHost(
            try HostRequest(pem: try key.request(for: name)), name: name, at: .now, lifetime: .seconds(100))
        var seen = try Self.surroundings()
        seen.certificate = CertificateState(certificate: certificate, authorities: [authority.certificate])
        let works = try status(ids, seen: seen)
        #expect(works.cause == nil && works.warnings.isEmpty)
        #expect(works.checks.first { $0.key == "certificate" }?.value == "until \(certificate.end)")
        #expect(works.checks.first { $0.key == "networking_api" }?.value == "https://192.0.2.1:9696")
        seen.now = Timestamp(seconds: certificate.end.seconds - 10)
        #expect(try status(ids, seen: seen).warnings.first?.contains("not renewed in time") == true)
        seen.now = certificate.end
        #expect(try status(ids, seen: seen).cause?.contains("it ended at") == true)
        seen.certificate = CertificateState(certificate: nil)
        #expect(try status(ids, seen: seen).cause?.contains("ovn-integrate join TOKEN") == true)
    }

    @Test func `a firewall that is not there, altered or left is the cause, and how many packets it dropped is told`()
        throws
    {
        let cases: [(HostFirewall.State, String)] = [
            (.missing, "firewall: not installed: run 'ovn-integrate restore'"),
            (.altered(["chain input is missing"]), "chain input is missing: run 'ovn-integrate restore'"),
            (.left, "its table is left"), (.unneeded, "create-integration-bridge"),
            (.unknown(HostError(.refused, "there is no nft")), "there is no nft"),
        ]
        for (state, words) in cases {
            var seen = try Self.surroundings()
            seen.firewall = state
            #expect(try status(seen: seen).cause?.contains(words) == true, "\(state)")
            #expect(HostAudit.items(state).isEmpty == (state == .unneeded))
        }
        for (state, value) in [
            (HostFirewall.State.installed(dropped: 5), "installed, 5 packets dropped"), (.off, "off"),
        ] {
            var seen = try Self.surroundings()
            seen.firewall = state
            #expect(try status(seen: seen).cause == nil)
            #expect(try status(seen: seen).checks.first { $0.key == "firewall" }?.value == value)
            #expect(HostAudit.items(state).isEmpty)
        }
    }

    @Test func `tunnels that take packets from anybody are named`() throws {
        for key in ["ovn-enable-flow-based-tunnels", "ovn-enable-flow-based-tunnels-h1"] {
            var ids = HostRows.complete
            ids[key] = "true"
            #expect(try status(ids).cause?.contains("remove Open_vSwitch . external_ids \(key)") == true)
            ids[key] = "false"
            #expect(try status(ids).cause == nil)
        }
    }

    @Test func `a machine in a cloud needs its NIC's bridge, its own port and the cloud, and nothing of OVN`() throws {
        var ids: StringMap = [
            "ovn-mode": "underlay", "ovn-underlay-bridge": "br-int",
            "ovn-vif-id": "5f3f7a7c-9a35-4a0e-8b61-21f43bd0f1a3",
        ]
        var seen = try Self.surroundings(.notRunning("no pid file"))
        #expect(try status(ids, seen: seen).cause?.contains("OS_AUTH_URL") == true)
        seen.apiEndpoint = "http://192.0.2.1:9696"
        #expect(try status(ids, seen: seen).cause == nil)
        #expect(try status(ids, bridge: nil, seen: seen).cause?.contains("nics-to-bridge") == true)
        ids["ovn-vif-id"] = nil
        #expect(try status(ids, seen: seen).cause?.contains("OS_VIF_ID") == true)
    }

    @Test func `a database that was never set up is the cause`() throws {
        let status = IntegrationStatus(Replica(of: HostAttachment.tables), try Self.surroundings())
        #expect(status.cause?.contains("start Open vSwitch") == true)
    }

    @Test func `a NIC under its bridge is told, and what is wrong with it`() throws {
        let well = NICBridge.State(
            nic: "eth0", bridge: "breth0", addresses: [try #require(InterfaceAddress("10.0.0.2/24"))], problem: nil)
        let ill = NICBridge.State(nic: "eth1", bridge: "breth1", addresses: [], problem: "run 'ovn-integrate restore'")
        let status = IntegrationStatus(
            try HostRows.database(), .init(controller: .connected, addresses: [], movedNICs: [well, ill]))
        let checks = status.checks.suffix(2)
        #expect(checks.map(\.key) == ["nic_eth0", "nic_eth1"])
        #expect(checks.map(\.value) == ["under breth0, 10.0.0.2/24", "under breth1"])
        #expect(checks.map(\.state) == [.ok, .failed])
    }
}
