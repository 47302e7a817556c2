import OVNModel
import OVSDB
import TestSamples
import Testing

@testable import HostSetup

struct HostSettingsTests {
    @Test func `settings of a complete host`() throws {
        let settings = try HostSettings(try HostRows.configuration(try HostRows.database(HostRows.complete))) {
            $0 == "br-int"
        }
        #expect(settings.bridge == "br-int" && settings.hostID == "host1")
        #expect(settings.central == CentralPoint("192.0.2.1"))
    }

    @Test func `without a host name in the database the machine's own counts, as for ovn-controller`() throws {
        var ids = HostRows.complete
        ids["hostname"] = nil
        let row = try HostRows.configuration(try HostRows.database(ids))
        #expect(try HostSettings(row, hasBridge: { _ in true }, hostName: "machine").hostID == "machine")
    }

    @Test func `in the underlay mode a host needs the NIC's bridge and its own port, and no central point`() throws {
        let vif = "5f3f7a7c-9a35-4a0e-8b61-21f43bd0f1a3"
        var ids: StringMap = ["ovn-mode": "underlay", "ovn-underlay-bridge": "breth0", "ovn-vif-id": vif]
        let settings = try HostSettings(try HostRows.configuration(try HostRows.database(ids))) { $0 == "breth0" }
        #expect(settings.bridge == "breth0" && settings.vif.map { "\($0)" } == vif && settings.central == nil)
        try settings.check(["OS_VIF_ID": vif])
        try settings.check([:])
        #expect(throws: HostError.self) { try settings.check(["OS_VIF_ID": "another"]) }
        let gone = #expect(throws: HostError.self) {
            try HostSettings(try HostRows.configuration(try HostRows.database(ids))) { _ in false }
        }
        #expect(gone?.message.contains("nics-to-bridge") == true)
        ids["ovn-vif-id"] = nil
        let nobody = #expect(throws: HostError.self) {
            try HostSettings(try HostRows.configuration(try HostRows.database(ids))) { _ in true }
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
        var ids = HostRows.complete
        ids[key] = value
        let row = try HostRows.configuration(try HostRows.database(ids))
        let error = #expect(throws: HostError.self) { try HostSettings(row) { $0 == "br-int" } }
        #expect(error?.code == .refused)
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }
}
