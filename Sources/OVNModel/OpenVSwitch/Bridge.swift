// Written by ovsdb-modelgen from vswitch.ovsschema, Open_vSwitch 8.3.1: do not edit.

package import OVSDB

extension OpenVSwitch {
    /// A row of table `Bridge`.
    package struct Bridge: Row {
        package let id: RowID
        /// `auto_attach`: strong reference to AutoAttach
        package var autoAttach: RowID?
        /// `controller`: strong reference to Controller
        package var controller: [RowID] = []
        /// `datapath_id`
        package var datapathID: String?
        /// `datapath_type`
        package var datapathType: String = ""
        /// `datapath_version`
        package var datapathVersion: String = ""
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `fail_mode`: one of standalone, secure
        package var failMode: String?
        /// `flood_vlans`: 0 to 4095
        package var floodVlans: [Int] = []
        /// `flow_tables`: strong reference to Flow_Table, 0 to 254
        package var flowTables: [Int: RowID] = [:]
        /// `ipfix`: strong reference to IPFIX
        package var ipfix: RowID?
        /// `mcast_snooping_enable`
        package var mcastSnoopingEnable: Bool = false
        /// `mirrors`: strong reference to Mirror
        package var mirrors: [RowID] = []
        /// `name`
        package var name: String = ""
        /// `netflow`: strong reference to NetFlow
        package var netflow: RowID?
        /// `other_config`
        package var otherConfig: StringMap = StringMap()
        /// `ports`: strong reference to Port
        package var ports: [RowID] = []
        /// `protocols`: one of OpenFlow10, OpenFlow11, OpenFlow12, OpenFlow13, OpenFlow14, OpenFlow15
        package var protocols: [String] = []
        /// `rstp_enable`
        package var rstpEnable: Bool = false
        /// `rstp_status`
        package var rstpStatus: StringMap = StringMap()
        /// `sflow`: strong reference to sFlow
        package var sflow: RowID?
        /// `status`
        package var status: StringMap = StringMap()
        /// `stp_enable`
        package var stpEnable: Bool = false

        package init(id: RowID) { self.id = id }
    }
}

extension OpenVSwitch.Bridge {
    package static let tableName = "Bridge"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("auto_attach", .optional(.uuid)),
        ColumnDescription("controller", .set(.uuid)),
        ColumnDescription("datapath_id", .optional(.string)),
        ColumnDescription("datapath_type", .scalar(.string)),
        ColumnDescription("datapath_version", .scalar(.string)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("fail_mode", .optional(.string)),
        ColumnDescription("flood_vlans", .set(.integer, minimum: 0, maximum: 4096)),
        ColumnDescription("flow_tables", .map(.integer, .uuid)),
        ColumnDescription("ipfix", .optional(.uuid)),
        ColumnDescription("mcast_snooping_enable", .scalar(.boolean)),
        ColumnDescription("mirrors", .set(.uuid)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("netflow", .optional(.uuid)),
        ColumnDescription("other_config", .map(.string, .string)),
        ColumnDescription("ports", .set(.uuid)),
        ColumnDescription("protocols", .set(.string)),
        ColumnDescription("rstp_enable", .scalar(.boolean)),
        ColumnDescription("rstp_status", .map(.string, .string)),
        ColumnDescription("sflow", .optional(.uuid)),
        ColumnDescription("status", .map(.string, .string)),
        ColumnDescription("stp_enable", .scalar(.boolean)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&autoAttach)
        case 1: try visitor.visit(&controller)
        case 2: try visitor.visit(&datapathID)
        case 3: try visitor.visit(&datapathType)
        case 4: try visitor.visit(&datapathVersion)
        case 5: try visitor.visit(&externalIDs)
        case 6: try visitor.visit(&failMode)
        case 7: try visitor.visit(&floodVlans)
        case 8: try visitor.visit(&flowTables)
        case 9: try visitor.visit(&ipfix)
        case 10: try visitor.visit(&mcastSnoopingEnable)
        case 11: try visitor.visit(&mirrors)
        case 12: try visitor.visit(&name)
        case 13: try visitor.visit(&netflow)
        case 14: try visitor.visit(&otherConfig)
        case 15: try visitor.visit(&ports)
        case 16: try visitor.visit(&protocols)
        case 17: try visitor.visit(&rstpEnable)
        case 18: try visitor.visit(&rstpStatus)
        case 19: try visitor.visit(&sflow)
        case 20: try visitor.visit(&status)
        case 21: try visitor.visit(&stpEnable)
        default: preconditionFailure("Bridge has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(autoAttach)
        case 1: visitor.visit(controller)
        case 2: visitor.visit(datapathID)
        case 3: visitor.visit(datapathType)
        case 4: visitor.visit(datapathVersion)
        case 5: visitor.visit(externalIDs)
        case 6: visitor.visit(failMode)
        case 7: visitor.visit(floodVlans)
        case 8: visitor.visit(flowTables)
        case 9: visitor.visit(ipfix)
        case 10: visitor.visit(mcastSnoopingEnable)
        case 11: visitor.visit(mirrors)
        case 12: visitor.visit(name)
        case 13: visitor.visit(netflow)
        case 14: visitor.visit(otherConfig)
        case 15: visitor.visit(ports)
        case 16: visitor.visit(protocols)
        case 17: visitor.visit(rstpEnable)
        case 18: visitor.visit(rstpStatus)
        case 19: visitor.visit(sflow)
        case 20: visitor.visit(status)
        case 21: visitor.visit(stpEnable)
        default: preconditionFailure("Bridge has no column \(position)")
        }
    }
}

extension AnyColumn where R == OpenVSwitch.Bridge {
    package static var autoAttach: Self { Self(position: 0) }
    package static var controller: Self { Self(position: 1) }
    package static var datapathID: Self { Self(position: 2) }
    package static var datapathType: Self { Self(position: 3) }
    package static var datapathVersion: Self { Self(position: 4) }
    package static var externalIDs: Self { Self(position: 5) }
    package static var failMode: Self { Self(position: 6) }
    package static var floodVlans: Self { Self(position: 7) }
    package static var flowTables: Self { Self(position: 8) }
    package static var ipfix: Self { Self(position: 9) }
    package static var mcastSnoopingEnable: Self { Self(position: 10) }
    package static var mirrors: Self { Self(position: 11) }
    package static var name: Self { Self(position: 12) }
    package static var netflow: Self { Self(position: 13) }
    package static var otherConfig: Self { Self(position: 14) }
    package static var ports: Self { Self(position: 15) }
    package static var protocols: Self { Self(position: 16) }
    package static var rstpEnable: Self { Self(position: 17) }
    package static var rstpStatus: Self { Self(position: 18) }
    package static var sflow: Self { Self(position: 19) }
    package static var status: Self { Self(position: 20) }
    package static var stpEnable: Self { Self(position: 21) }
}

extension Column where R == OpenVSwitch.Bridge, V == Bool {
    package static var mcastSnoopingEnable: Self { Self(position: 10) }
    package static var rstpEnable: Self { Self(position: 17) }
    package static var stpEnable: Self { Self(position: 21) }
}

extension Column where R == OpenVSwitch.Bridge, V == RowID? {
    package static var autoAttach: Self { Self(position: 0) }
    package static var ipfix: Self { Self(position: 9) }
    package static var netflow: Self { Self(position: 13) }
    package static var sflow: Self { Self(position: 19) }
}

extension Column where R == OpenVSwitch.Bridge, V == String {
    package static var datapathType: Self { Self(position: 3) }
    package static var datapathVersion: Self { Self(position: 4) }
    package static var name: Self { Self(position: 12) }
}

extension Column where R == OpenVSwitch.Bridge, V == String? {
    package static var datapathID: Self { Self(position: 2) }
    package static var failMode: Self { Self(position: 6) }
}

extension Column where R == OpenVSwitch.Bridge, V == StringMap {
    package static var externalIDs: Self { Self(position: 5) }
    package static var otherConfig: Self { Self(position: 14) }
    package static var rstpStatus: Self { Self(position: 18) }
    package static var status: Self { Self(position: 20) }
}

extension Column where R == OpenVSwitch.Bridge, V == [Int: RowID] {
    package static var flowTables: Self { Self(position: 8) }
}

extension Column where R == OpenVSwitch.Bridge, V == [Int] {
    package static var floodVlans: Self { Self(position: 7) }
}

extension Column where R == OpenVSwitch.Bridge, V == [RowID] {
    package static var controller: Self { Self(position: 1) }
    package static var mirrors: Self { Self(position: 11) }
    package static var ports: Self { Self(position: 15) }
}

extension Column where R == OpenVSwitch.Bridge, V == [String] {
    package static var protocols: Self { Self(position: 16) }
}
