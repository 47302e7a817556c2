// Written by ovsdb-modelgen from vswitch.ovsschema, Open_vSwitch 8.3.1: do not edit.

package import OVSDB

extension OpenVSwitch {
    /// A row of table `Port`.
    package struct Port: Row {
        package let id: RowID
        /// `bond_active_slave`
        package var bondActiveSlave: String?
        /// `bond_downdelay`
        package var bondDowndelay: Int = 0
        /// `bond_fake_iface`
        package var bondFakeIface: Bool = false
        /// `bond_mode`: one of balance-tcp, balance-slb, active-backup
        package var bondMode: String?
        /// `bond_updelay`
        package var bondUpdelay: Int = 0
        /// `cvlans`: 0 to 4095
        package var cvlans: [Int] = []
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `fake_bridge`
        package var fakeBridge: Bool = false
        /// `interfaces`: strong reference to Interface, never empty
        package var interfaces: [RowID] = []
        /// `lacp`: one of active, passive, off
        package var lacp: String?
        /// `mac`
        package var mac: String?
        /// `name`
        package var name: String = ""
        /// `other_config`
        package var otherConfig: StringMap = StringMap()
        /// `protected`
        package var protected: Bool = false
        /// `qos`: strong reference to QoS
        package var qos: RowID?
        /// `rstp_statistics`
        package var rstpStatistics: [String: Int] = [:]
        /// `rstp_status`
        package var rstpStatus: StringMap = StringMap()
        /// `statistics`
        package var statistics: [String: Int] = [:]
        /// `status`
        package var status: StringMap = StringMap()
        /// `tag`: 0 to 4095
        package var tag: Int?
        /// `trunks`: 0 to 4095
        package var trunks: [Int] = []
        /// `vlan_mode`: one of trunk, access, native-tagged, native-untagged, dot1q-tunnel
        package var vlanMode: String?

        package init(id: RowID) { self.id = id }
    }
}

extension OpenVSwitch.Port {
    package static let tableName = "Port"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("bond_active_slave", .optional(.string)),
        ColumnDescription("bond_downdelay", .scalar(.integer)),
        ColumnDescription("bond_fake_iface", .scalar(.boolean)),
        ColumnDescription("bond_mode", .optional(.string)),
        ColumnDescription("bond_updelay", .scalar(.integer)),
        ColumnDescription("cvlans", .set(.integer, minimum: 0, maximum: 4096)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("fake_bridge", .scalar(.boolean)),
        ColumnDescription("interfaces", .set(.uuid, minimum: 1, maximum: .max)),
        ColumnDescription("lacp", .optional(.string)),
        ColumnDescription("mac", .optional(.string)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("other_config", .map(.string, .string)),
        ColumnDescription("protected", .scalar(.boolean)),
        ColumnDescription("qos", .optional(.uuid)),
        ColumnDescription("rstp_statistics", .map(.string, .integer)),
        ColumnDescription("rstp_status", .map(.string, .string)),
        ColumnDescription("statistics", .map(.string, .integer)),
        ColumnDescription("status", .map(.string, .string)),
        ColumnDescription("tag", .optional(.integer)),
        ColumnDescription("trunks", .set(.integer, minimum: 0, maximum: 4096)),
        ColumnDescription("vlan_mode", .optional(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&bondActiveSlave)
        case 1: try visitor.visit(&bondDowndelay)
        case 2: try visitor.visit(&bondFakeIface)
        case 3: try visitor.visit(&bondMode)
        case 4: try visitor.visit(&bondUpdelay)
        case 5: try visitor.visit(&cvlans)
        case 6: try visitor.visit(&externalIDs)
        case 7: try visitor.visit(&fakeBridge)
        case 8: try visitor.visit(&interfaces)
        case 9: try visitor.visit(&lacp)
        case 10: try visitor.visit(&mac)
        case 11: try visitor.visit(&name)
        case 12: try visitor.visit(&otherConfig)
        case 13: try visitor.visit(&protected)
        case 14: try visitor.visit(&qos)
        case 15: try visitor.visit(&rstpStatistics)
        case 16: try visitor.visit(&rstpStatus)
        case 17: try visitor.visit(&statistics)
        case 18: try visitor.visit(&status)
        case 19: try visitor.visit(&tag)
        case 20: try visitor.visit(&trunks)
        case 21: try visitor.visit(&vlanMode)
        default: preconditionFailure("Port has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(bondActiveSlave)
        case 1: visitor.visit(bondDowndelay)
        case 2: visitor.visit(bondFakeIface)
        case 3: visitor.visit(bondMode)
        case 4: visitor.visit(bondUpdelay)
        case 5: visitor.visit(cvlans)
        case 6: visitor.visit(externalIDs)
        case 7: visitor.visit(fakeBridge)
        case 8: visitor.visit(interfaces)
        case 9: visitor.visit(lacp)
        case 10: visitor.visit(mac)
        case 11: visitor.visit(name)
        case 12: visitor.visit(otherConfig)
        case 13: visitor.visit(protected)
        case 14: visitor.visit(qos)
        case 15: visitor.visit(rstpStatistics)
        case 16: visitor.visit(rstpStatus)
        case 17: visitor.visit(statistics)
        case 18: visitor.visit(status)
        case 19: visitor.visit(tag)
        case 20: visitor.visit(trunks)
        case 21: visitor.visit(vlanMode)
        default: preconditionFailure("Port has no column \(position)")
        }
    }
}

extension AnyColumn where R == OpenVSwitch.Port {
    package static var bondActiveSlave: Self { Self(position: 0) }
    package static var bondDowndelay: Self { Self(position: 1) }
    package static var bondFakeIface: Self { Self(position: 2) }
    package static var bondMode: Self { Self(position: 3) }
    package static var bondUpdelay: Self { Self(position: 4) }
    package static var cvlans: Self { Self(position: 5) }
    package static var externalIDs: Self { Self(position: 6) }
    package static var fakeBridge: Self { Self(position: 7) }
    package static var interfaces: Self { Self(position: 8) }
    package static var lacp: Self { Self(position: 9) }
    package static var mac: Self { Self(position: 10) }
    package static var name: Self { Self(position: 11) }
    package static var otherConfig: Self { Self(position: 12) }
    package static var protected: Self { Self(position: 13) }
    package static var qos: Self { Self(position: 14) }
    package static var rstpStatistics: Self { Self(position: 15) }
    package static var rstpStatus: Self { Self(position: 16) }
    package static var statistics: Self { Self(position: 17) }
    package static var status: Self { Self(position: 18) }
    package static var tag: Self { Self(position: 19) }
    package static var trunks: Self { Self(position: 20) }
    package static var vlanMode: Self { Self(position: 21) }
}

extension Column where R == OpenVSwitch.Port, V == Bool {
    package static var bondFakeIface: Self { Self(position: 2) }
    package static var fakeBridge: Self { Self(position: 7) }
    package static var protected: Self { Self(position: 13) }
}

extension Column where R == OpenVSwitch.Port, V == Int {
    package static var bondDowndelay: Self { Self(position: 1) }
    package static var bondUpdelay: Self { Self(position: 4) }
}

extension Column where R == OpenVSwitch.Port, V == Int? {
    package static var tag: Self { Self(position: 19) }
}

extension Column where R == OpenVSwitch.Port, V == RowID? {
    package static var qos: Self { Self(position: 14) }
}

extension Column where R == OpenVSwitch.Port, V == String {
    package static var name: Self { Self(position: 11) }
}

extension Column where R == OpenVSwitch.Port, V == String? {
    package static var bondActiveSlave: Self { Self(position: 0) }
    package static var bondMode: Self { Self(position: 3) }
    package static var lacp: Self { Self(position: 9) }
    package static var mac: Self { Self(position: 10) }
    package static var vlanMode: Self { Self(position: 21) }
}

extension Column where R == OpenVSwitch.Port, V == StringMap {
    package static var externalIDs: Self { Self(position: 6) }
    package static var otherConfig: Self { Self(position: 12) }
    package static var rstpStatus: Self { Self(position: 16) }
    package static var status: Self { Self(position: 18) }
}

extension Column where R == OpenVSwitch.Port, V == [Int] {
    package static var cvlans: Self { Self(position: 5) }
    package static var trunks: Self { Self(position: 20) }
}

extension Column where R == OpenVSwitch.Port, V == [RowID] {
    package static var interfaces: Self { Self(position: 8) }
}

extension Column where R == OpenVSwitch.Port, V == [String: Int] {
    package static var rstpStatistics: Self { Self(position: 15) }
    package static var statistics: Self { Self(position: 17) }
}
