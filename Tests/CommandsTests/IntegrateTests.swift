import HostAttachment
import HostNetwork
import NICBridging
import NetAddress
import OVNModel
import OVSDB
import TestSamples
import Testing

@testable import Commands
@testable import HostSetup

struct IntegrateTests {
    @Test func `a new bridge is as the original tools made it`() throws {
        let before = try HostRows.database()
        let plan = IntegrationBridge(name: "br-int", wanted: nil, existing: nil, kernelHasDatapath: true)
        let after = try before.applying(plan.operations(try HostRows.configuration(before)))
        let bridge = try #require(after[OpenVSwitch.Bridge.self].only)
        #expect(bridge.name == "br-int" && bridge.failMode == "secure" && bridge.datapathType == "system")
        #expect(bridge.externalIDs == ["bridge-id": "br-int"])
        #expect(bridge.otherConfig == ["disable-in-band": "true"])
        #expect(try HostRows.configuration(after).bridges == [bridge.id])
        #expect(try HostRows.configuration(after).externalIDs["ovn-bridge-datapath-type"] == "system")
        let interface = try #require(after[OpenVSwitch.Interface.self].only)
        #expect(interface.name == "br-int" && interface.type == "internal")

        let again = IntegrationBridge(name: "br-int", wanted: nil, existing: bridge, kernelHasDatapath: true)
        #expect(again.operations(try HostRows.configuration(after)).isEmpty)
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
            existing: existing.map { HostRows.bridge(datapath: $0) }, kernelHasDatapath: kernel)
        #expect(plan.datapath.rawValue == expected)
    }

    @Test func `a bridge that somebody made otherwise is put right`() throws {
        var wrong = HostRows.bridge(datapath: "", failMode: nil)
        wrong.externalIDs = ["mine": "stays"]
        wrong.otherConfig = [:]
        let before = try HostRows.database(more: [.insert(wrong)])
        let plan = IntegrationBridge(name: "br-int", wanted: nil, existing: wrong, kernelHasDatapath: false)
        let after = try before.applying(plan.operations(try HostRows.configuration(before)))
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
        let row = try HostRows.configuration(try HostRows.database())
        #expect(EncapsulationType.geneve.unavailable(in: row, kernelHasSTT: false) == nil)
        #expect(EncapsulationType.vxlan.unavailable(in: row, kernelHasSTT: false) == nil)
        #expect(EncapsulationType.stt.unavailable(in: row, kernelHasSTT: true) == nil)
        #expect(
            EncapsulationType.stt.unavailable(in: row, kernelHasSTT: false)?.contains(
                "3.1.0 cannot carry packets by STT") == true)
        let newer = try HostRows.configuration(try HostRows.database(types: ["geneve"]))
        #expect(EncapsulationType.vxlan.unavailable(in: newer, kernelHasSTT: false)?.contains("by vxlan") == true)
        let fresh = try HostRows.configuration(try HostRows.database(types: []))
        #expect(EncapsulationType.vxlan.unavailable(in: fresh, kernelHasSTT: false) == nil)
    }
}
