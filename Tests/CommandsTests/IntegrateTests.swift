import HostAttachment
import HostNetwork
import NICBridging
import NetAddress
import OVNModel
import OVSDB
import Testing

@testable import Commands
@testable import HostSetup

struct IntegrateTests {
    /// Open vSwitch's database with one row of table Open_vSwitch.
    static func database(
        _ ids: StringMap = [:], types: [String] = ["geneve", "stt", "vxlan"], more: [OVSDB.Operation] = []
    ) throws -> Replica {
        var row = OpenVSwitch.Configuration(id: .random())
        row.externalIDs = ids
        row.ovsVersion = "3.1.0"
        row.ifaceTypes = types
        return try Replica(of: HostAttachment.tables).applying([.insert(row)] + more)
    }

    static func configuration(_ replica: Replica) throws -> OpenVSwitch.Configuration {
        try #require(replica[OpenVSwitch.Configuration.self].only)
    }

    static func bridge(datapath: String = "netdev", failMode: String? = "secure") -> OpenVSwitch.Bridge {
        var bridge = OpenVSwitch.Bridge(id: .random())
        bridge.name = "br-int"
        bridge.datapathType = datapath
        bridge.failMode = failMode
        bridge.externalIDs = ["bridge-id": "br-int"]
        bridge.otherConfig = ["disable-in-band": "true"]
        return bridge
    }

    // MARK: The bridge

    @Test func `a new bridge is as the original tools made it`() throws {
        let before = try Self.database()
        let plan = IntegrationBridge(name: "br-int", wanted: nil, existing: nil, kernelHasDatapath: true)
        let after = try before.applying(plan.operations(try Self.configuration(before)))
        let bridge = try #require(after[OpenVSwitch.Bridge.self].only)
        #expect(bridge.name == "br-int" && bridge.failMode == "secure" && bridge.datapathType == "system")
        #expect(bridge.externalIDs == ["bridge-id": "br-int"])
        #expect(bridge.otherConfig == ["disable-in-band": "true"])
        #expect(try Self.configuration(after).bridges == [bridge.id])
        #expect(try Self.configuration(after).externalIDs["ovn-bridge-datapath-type"] == "system")
        let interface = try #require(after[OpenVSwitch.Interface.self].only)
        #expect(interface.name == "br-int" && interface.type == "internal")

        let again = IntegrationBridge(name: "br-int", wanted: nil, existing: bridge, kernelHasDatapath: true)
        #expect(again.operations(try Self.configuration(after)).isEmpty)
    }

    @Test(arguments: [
        (nil, nil, true, "system"), (nil, nil, false, "netdev"), ("netdev", nil, true, "netdev"),
        (nil, "netdev", true, "netdev"), ("system", "netdev", true, "system"), (nil, "", false, "netdev"),
        (nil, "system", false, "system"),
    ])
    func `the datapath is what the user says, else what the bridge has, else the kernel's`(
        wanted: String?, existing: String?, kernel: Bool, expected: String
    ) {
        let plan = IntegrationBridge(
            name: "br-int", wanted: wanted.flatMap { .init(rawValue: $0) },
            existing: existing.map { Self.bridge(datapath: $0) }, kernelHasDatapath: kernel)
        #expect(plan.datapath.rawValue == expected)
    }

    @Test func `a bridge that somebody made otherwise is put right`() throws {
        var wrong = Self.bridge(datapath: "", failMode: nil)
        wrong.externalIDs = ["mine": "stays"]
        wrong.otherConfig = [:]
        let before = try Self.database(more: [.insert(wrong)])
        let plan = IntegrationBridge(name: "br-int", wanted: nil, existing: wrong, kernelHasDatapath: false)
        let after = try before.applying(plan.operations(try Self.configuration(before)))
        let bridge = try #require(after[OpenVSwitch.Bridge.self].only)
        #expect(bridge.failMode == "secure" && bridge.datapathType == "netdev")
        #expect(bridge.externalIDs == ["bridge-id": "br-int", "mine": "stays"])
        #expect(bridge.otherConfig["disable-in-band"] == "true")
    }

    // MARK: Settings

    @Test func `the central point's addresses and URLs`() {
        #expect(CentralPoint("192.0.2.1")?.southbound == "tcp:192.0.2.1:6642")
        #expect(CentralPoint("192.0.2.1")?.api == "http://192.0.2.1:9696")
        #expect(CentralPoint("2001:db8::1")?.southbound == "tcp:[2001:db8::1]:6642")
        #expect(CentralPoint("2001:db8::1")?.api == "http://[2001:db8::1]:9696")
        #expect(CentralPoint("ipam.example.org")?.api == "http://ipam.example.org:9696")
        for nonsense in ["", " ", "10.0.0.256", "a..b", "-a", "a-", "a/b", "a:1", String(repeating: "a", count: 64)] {
            #expect(CentralPoint(nonsense) == nil, "\(nonsense)")
        }
    }

    @Test func `an encapsulation that Open vSwitch cannot do is named`() throws {
        let row = try Self.configuration(try Self.database())
        #expect(EncapsulationType.geneve.unavailable(in: row, kernelHasSTT: false) == nil)
        #expect(EncapsulationType.vxlan.unavailable(in: row, kernelHasSTT: false) == nil)
        #expect(EncapsulationType.stt.unavailable(in: row, kernelHasSTT: true) == nil)
        #expect(
            EncapsulationType.stt.unavailable(in: row, kernelHasSTT: false)?.contains(
                "3.1.0 cannot carry packets by STT") == true)
        let newer = try Self.configuration(try Self.database(types: ["geneve"]))
        #expect(EncapsulationType.vxlan.unavailable(in: newer, kernelHasSTT: false)?.contains("by vxlan") == true)
        let fresh = try Self.configuration(try Self.database(types: []))
        #expect(EncapsulationType.vxlan.unavailable(in: fresh, kernelHasSTT: false) == nil)
    }

    @Test func `a NIC under its bridge is told, and what is wrong with it`() throws {
        let well = NICBridge.State(
            nic: "eth0", bridge: "breth0", addresses: [try #require(InterfaceAddress("10.0.0.2/24"))], problem: nil)
        let ill = NICBridge.State(nic: "eth1", bridge: "breth1", addresses: [], problem: "run 'ovn-integrate restore'")
        let status = IntegrationStatus(
            try Self.database(), .init(controller: .connected, addresses: [], movedNICs: [well, ill]))
        let checks = status.checks.suffix(2)
        #expect(checks.map(\.key) == ["nic_eth0", "nic_eth1"])
        #expect(checks.map(\.value) == ["under breth0, 10.0.0.2/24", "under breth1"])
        #expect(checks.map(\.state) == [.ok, .failed])
    }

    static let complete: StringMap = [
        "ipam": "192.0.2.1", "ovn-remote": "tcp:192.0.2.1:6642", "ovn-encap-ip": "192.0.2.11",
        "ovn-encap-type": "geneve", "ovn-mode": "overlay", "ovn-bridge": "br-int", "system-id": "h1",
        "hostname": "host1",
    ]

    @Test func `settings of a complete host`() throws {
        let settings = try HostSettings(try Self.configuration(try Self.database(Self.complete))) { $0 == "br-int" }
        #expect(settings.bridge == "br-int" && settings.hostID == "host1")
        #expect(settings.central == CentralPoint("192.0.2.1"))
    }

    @Test func `without a host name in the database the machine's own counts, as for ovn-controller`() throws {
        var ids = Self.complete
        ids["hostname"] = nil
        let row = try Self.configuration(try Self.database(ids))
        #expect(try HostSettings(row, hasBridge: { _ in true }, hostName: "machine").hostID == "machine")
    }

    @Test func `in the underlay mode a host needs the NIC's bridge and its own port, and no central point`() throws {
        let vif = "5f3f7a7c-9a35-4a0e-8b61-21f43bd0f1a3"
        var ids: StringMap = ["ovn-mode": "underlay", "ovn-underlay-bridge": "breth0", "ovn-vif-id": vif]
        let settings = try HostSettings(try Self.configuration(try Self.database(ids))) { $0 == "breth0" }
        #expect(settings.bridge == "breth0" && settings.vif.map { "\($0)" } == vif && settings.central == nil)
        try settings.check(["OS_VIF_ID": vif])
        try settings.check([:])
        #expect(throws: HostError.self) { try settings.check(["OS_VIF_ID": "another"]) }
        let gone = #expect(throws: HostError.self) {
            try HostSettings(try Self.configuration(try Self.database(ids))) { _ in false }
        }
        #expect(gone?.message.contains("nics-to-bridge") == true)
        ids["ovn-vif-id"] = nil
        let nobody = #expect(throws: HostError.self) {
            try HostSettings(try Self.configuration(try Self.database(ids))) { _ in true }
        }
        #expect(nobody?.message.contains("OS_VIF_ID") == true)
    }

    @Test(arguments: [
        ("ovn-mode", nil, "ovn-container init"), ("ovn-bridge", nil, "ovn-container init"),
        ("ovn-mode", "underlay", "ovn-container init"), ("ovn-mode", "other", "the other mode"),
        ("ipam", nil, "ovn-integrate set-ipam"),
        ("ipam", "???", "ovn-integrate set-ipam"), ("ovn-bridge", "br-gone", "br-gone does not exist"),
    ])
    func `a host that is not complete is told which command is missing`(key: String, value: String?, word: String)
        throws
    {
        var ids = Self.complete
        ids[key] = value
        let row = try Self.configuration(try Self.database(ids))
        let error = #expect(throws: HostError.self) { try HostSettings(row) { $0 == "br-int" } }
        #expect(error?.code == .refused)
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }
}
