// Written by ovsdb-modelgen from vswitch.ovsschema, Open_vSwitch 8.3.1: do not edit.

package import OVSDB

extension OpenVSwitch {
    /// A row of table `Interface`.
    package struct Interface: Row {
        package let id: RowID
        /// `admin_state`: one of up, down
        package var adminState: String?
        /// `bfd`
        package var bfd: StringMap = StringMap()
        /// `bfd_status`
        package var bfdStatus: StringMap = StringMap()
        /// `cfm_fault`
        package var cfmFault: Bool?
        /// `cfm_fault_status`
        package var cfmFaultStatus: [String] = []
        /// `cfm_flap_count`
        package var cfmFlapCount: Int?
        /// `cfm_health`: 0 to 100
        package var cfmHealth: Int?
        /// `cfm_mpid`
        package var cfmMpid: Int?
        /// `cfm_remote_mpids`
        package var cfmRemoteMpids: [Int] = []
        /// `cfm_remote_opstate`: one of up, down
        package var cfmRemoteOpstate: String?
        /// `duplex`: one of half, full
        package var duplex: String?
        /// `error`
        package var error: String?
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `ifindex`: 0 to 4294967295
        package var ifindex: Int?
        /// `ingress_policing_burst`: at least 0
        package var ingressPolicingBurst: Int = 0
        /// `ingress_policing_kpkts_burst`: at least 0
        package var ingressPolicingKpktsBurst: Int = 0
        /// `ingress_policing_kpkts_rate`: at least 0
        package var ingressPolicingKpktsRate: Int = 0
        /// `ingress_policing_rate`: at least 0
        package var ingressPolicingRate: Int = 0
        /// `lacp_current`
        package var lacpCurrent: Bool?
        /// `link_resets`
        package var linkResets: Int?
        /// `link_speed`
        package var linkSpeed: Int?
        /// `link_state`: one of up, down
        package var linkState: String?
        /// `lldp`
        package var lldp: StringMap = StringMap()
        /// `mac`
        package var mac: String?
        /// `mac_in_use`
        package var macInUse: String?
        /// `mtu`
        package var mtu: Int?
        /// `mtu_request`: at least 1
        package var mtuRequest: Int?
        /// `name`
        package var name: String = ""
        /// `ofport`
        package var ofport: Int?
        /// `ofport_request`: 1 to 65279
        package var ofportRequest: Int?
        /// `options`
        package var options: StringMap = StringMap()
        /// `other_config`
        package var otherConfig: StringMap = StringMap()
        /// `statistics`
        package var statistics: [String: Int] = [:]
        /// `status`
        package var status: StringMap = StringMap()
        /// `type`
        package var type: String = ""

        package init(id: RowID) { self.id = id }
    }
}

extension OpenVSwitch.Interface {
    package static let tableName = "Interface"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("admin_state", .optional(.string)),
        ColumnDescription("bfd", .map(.string, .string)),
        ColumnDescription("bfd_status", .map(.string, .string)),
        ColumnDescription("cfm_fault", .optional(.boolean)),
        ColumnDescription("cfm_fault_status", .set(.string)),
        ColumnDescription("cfm_flap_count", .optional(.integer)),
        ColumnDescription("cfm_health", .optional(.integer)),
        ColumnDescription("cfm_mpid", .optional(.integer)),
        ColumnDescription("cfm_remote_mpids", .set(.integer)),
        ColumnDescription("cfm_remote_opstate", .optional(.string)),
        ColumnDescription("duplex", .optional(.string)),
        ColumnDescription("error", .optional(.string)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("ifindex", .optional(.integer)),
        ColumnDescription("ingress_policing_burst", .scalar(.integer)),
        ColumnDescription("ingress_policing_kpkts_burst", .scalar(.integer)),
        ColumnDescription("ingress_policing_kpkts_rate", .scalar(.integer)),
        ColumnDescription("ingress_policing_rate", .scalar(.integer)),
        ColumnDescription("lacp_current", .optional(.boolean)),
        ColumnDescription("link_resets", .optional(.integer)),
        ColumnDescription("link_speed", .optional(.integer)),
        ColumnDescription("link_state", .optional(.string)),
        ColumnDescription("lldp", .map(.string, .string)),
        ColumnDescription("mac", .optional(.string)),
        ColumnDescription("mac_in_use", .optional(.string)),
        ColumnDescription("mtu", .optional(.integer)),
        ColumnDescription("mtu_request", .optional(.integer)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("ofport", .optional(.integer)),
        ColumnDescription("ofport_request", .optional(.integer)),
        ColumnDescription("options", .map(.string, .string)),
        ColumnDescription("other_config", .map(.string, .string)),
        ColumnDescription("statistics", .map(.string, .integer)),
        ColumnDescription("status", .map(.string, .string)),
        ColumnDescription("type", .scalar(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&adminState)
        case 1: try visitor.visit(&bfd)
        case 2: try visitor.visit(&bfdStatus)
        case 3: try visitor.visit(&cfmFault)
        case 4: try visitor.visit(&cfmFaultStatus)
        case 5: try visitor.visit(&cfmFlapCount)
        case 6: try visitor.visit(&cfmHealth)
        case 7: try visitor.visit(&cfmMpid)
        case 8: try visitor.visit(&cfmRemoteMpids)
        case 9: try visitor.visit(&cfmRemoteOpstate)
        case 10: try visitor.visit(&duplex)
        case 11: try visitor.visit(&error)
        case 12: try visitor.visit(&externalIDs)
        case 13: try visitor.visit(&ifindex)
        case 14: try visitor.visit(&ingressPolicingBurst)
        case 15: try visitor.visit(&ingressPolicingKpktsBurst)
        case 16: try visitor.visit(&ingressPolicingKpktsRate)
        case 17: try visitor.visit(&ingressPolicingRate)
        case 18: try visitor.visit(&lacpCurrent)
        case 19: try visitor.visit(&linkResets)
        case 20: try visitor.visit(&linkSpeed)
        case 21: try visitor.visit(&linkState)
        case 22: try visitor.visit(&lldp)
        case 23: try visitor.visit(&mac)
        case 24: try visitor.visit(&macInUse)
        case 25: try visitor.visit(&mtu)
        case 26: try visitor.visit(&mtuRequest)
        case 27: try visitor.visit(&name)
        case 28: try visitor.visit(&ofport)
        case 29: try visitor.visit(&ofportRequest)
        case 30: try visitor.visit(&options)
        case 31: try visitor.visit(&otherConfig)
        case 32: try visitor.visit(&statistics)
        case 33: try visitor.visit(&status)
        case 34: try visitor.visit(&type)
        default: preconditionFailure("Interface has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(adminState)
        case 1: visitor.visit(bfd)
        case 2: visitor.visit(bfdStatus)
        case 3: visitor.visit(cfmFault)
        case 4: visitor.visit(cfmFaultStatus)
        case 5: visitor.visit(cfmFlapCount)
        case 6: visitor.visit(cfmHealth)
        case 7: visitor.visit(cfmMpid)
        case 8: visitor.visit(cfmRemoteMpids)
        case 9: visitor.visit(cfmRemoteOpstate)
        case 10: visitor.visit(duplex)
        case 11: visitor.visit(error)
        case 12: visitor.visit(externalIDs)
        case 13: visitor.visit(ifindex)
        case 14: visitor.visit(ingressPolicingBurst)
        case 15: visitor.visit(ingressPolicingKpktsBurst)
        case 16: visitor.visit(ingressPolicingKpktsRate)
        case 17: visitor.visit(ingressPolicingRate)
        case 18: visitor.visit(lacpCurrent)
        case 19: visitor.visit(linkResets)
        case 20: visitor.visit(linkSpeed)
        case 21: visitor.visit(linkState)
        case 22: visitor.visit(lldp)
        case 23: visitor.visit(mac)
        case 24: visitor.visit(macInUse)
        case 25: visitor.visit(mtu)
        case 26: visitor.visit(mtuRequest)
        case 27: visitor.visit(name)
        case 28: visitor.visit(ofport)
        case 29: visitor.visit(ofportRequest)
        case 30: visitor.visit(options)
        case 31: visitor.visit(otherConfig)
        case 32: visitor.visit(statistics)
        case 33: visitor.visit(status)
        case 34: visitor.visit(type)
        default: preconditionFailure("Interface has no column \(position)")
        }
    }
}

extension AnyColumn where R == OpenVSwitch.Interface {
    package static var adminState: Self { Self(position: 0) }
    package static var bfd: Self { Self(position: 1) }
    package static var bfdStatus: Self { Self(position: 2) }
    package static var cfmFault: Self { Self(position: 3) }
    package static var cfmFaultStatus: Self { Self(position: 4) }
    package static var cfmFlapCount: Self { Self(position: 5) }
    package static var cfmHealth: Self { Self(position: 6) }
    package static var cfmMpid: Self { Self(position: 7) }
    package static var cfmRemoteMpids: Self { Self(position: 8) }
    package static var cfmRemoteOpstate: Self { Self(position: 9) }
    package static var duplex: Self { Self(position: 10) }
    package static var error: Self { Self(position: 11) }
    package static var externalIDs: Self { Self(position: 12) }
    package static var ifindex: Self { Self(position: 13) }
    package static var ingressPolicingBurst: Self { Self(position: 14) }
    package static var ingressPolicingKpktsBurst: Self { Self(position: 15) }
    package static var ingressPolicingKpktsRate: Self { Self(position: 16) }
    package static var ingressPolicingRate: Self { Self(position: 17) }
    package static var lacpCurrent: Self { Self(position: 18) }
    package static var linkResets: Self { Self(position: 19) }
    package static var linkSpeed: Self { Self(position: 20) }
    package static var linkState: Self { Self(position: 21) }
    package static var lldp: Self { Self(position: 22) }
    package static var mac: Self { Self(position: 23) }
    package static var macInUse: Self { Self(position: 24) }
    package static var mtu: Self { Self(position: 25) }
    package static var mtuRequest: Self { Self(position: 26) }
    package static var name: Self { Self(position: 27) }
    package static var ofport: Self { Self(position: 28) }
    package static var ofportRequest: Self { Self(position: 29) }
    package static var options: Self { Self(position: 30) }
    package static var otherConfig: Self { Self(position: 31) }
    package static var statistics: Self { Self(position: 32) }
    package static var status: Self { Self(position: 33) }
    package static var type: Self { Self(position: 34) }
}

extension Column where R == OpenVSwitch.Interface, V == Bool? {
    package static var cfmFault: Self { Self(position: 3) }
    package static var lacpCurrent: Self { Self(position: 18) }
}

extension Column where R == OpenVSwitch.Interface, V == Int {
    package static var ingressPolicingBurst: Self { Self(position: 14) }
    package static var ingressPolicingKpktsBurst: Self { Self(position: 15) }
    package static var ingressPolicingKpktsRate: Self { Self(position: 16) }
    package static var ingressPolicingRate: Self { Self(position: 17) }
}

extension Column where R == OpenVSwitch.Interface, V == Int? {
    package static var cfmFlapCount: Self { Self(position: 5) }
    package static var cfmHealth: Self { Self(position: 6) }
    package static var cfmMpid: Self { Self(position: 7) }
    package static var ifindex: Self { Self(position: 13) }
    package static var linkResets: Self { Self(position: 19) }
    package static var linkSpeed: Self { Self(position: 20) }
    package static var mtu: Self { Self(position: 25) }
    package static var mtuRequest: Self { Self(position: 26) }
    package static var ofport: Self { Self(position: 28) }
    package static var ofportRequest: Self { Self(position: 29) }
}

extension Column where R == OpenVSwitch.Interface, V == String {
    package static var name: Self { Self(position: 27) }
    package static var type: Self { Self(position: 34) }
}

extension Column where R == OpenVSwitch.Interface, V == String? {
    package static var adminState: Self { Self(position: 0) }
    package static var cfmRemoteOpstate: Self { Self(position: 9) }
    package static var duplex: Self { Self(position: 10) }
    package static var error: Self { Self(position: 11) }
    package static var linkState: Self { Self(position: 21) }
    package static var mac: Self { Self(position: 23) }
    package static var macInUse: Self { Self(position: 24) }
}

extension Column where R == OpenVSwitch.Interface, V == StringMap {
    package static var bfd: Self { Self(position: 1) }
    package static var bfdStatus: Self { Self(position: 2) }
    package static var externalIDs: Self { Self(position: 12) }
    package static var lldp: Self { Self(position: 22) }
    package static var options: Self { Self(position: 30) }
    package static var otherConfig: Self { Self(position: 31) }
    package static var status: Self { Self(position: 33) }
}

extension Column where R == OpenVSwitch.Interface, V == [Int] {
    package static var cfmRemoteMpids: Self { Self(position: 8) }
}

extension Column where R == OpenVSwitch.Interface, V == [String: Int] {
    package static var statistics: Self { Self(position: 32) }
}

extension Column where R == OpenVSwitch.Interface, V == [String] {
    package static var cfmFaultStatus: Self { Self(position: 4) }
}
