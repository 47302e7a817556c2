// Written by ovsdb-modelgen from vswitch.ovsschema, Open_vSwitch 8.3.1: do not edit.

package import OVSDB

extension OpenVSwitch {
    /// A row of table `Open_vSwitch`.
    package struct Configuration: Row {
        package let id: RowID
        /// `bridges`: strong reference to Bridge
        package var bridges: [RowID] = []
        /// `cur_cfg`
        package var curCfg: Int = 0
        /// `datapath_types`
        package var datapathTypes: [String] = []
        /// `datapaths`: strong reference to Datapath
        package var datapaths: [String: RowID] = [:]
        /// `db_version`
        package var dbVersion: String?
        /// `dpdk_initialized`
        package var dpdkInitialized: Bool = false
        /// `dpdk_version`
        package var dpdkVersion: String?
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `iface_types`
        package var ifaceTypes: [String] = []
        /// `manager_options`: strong reference to Manager
        package var managerOptions: [RowID] = []
        /// `next_cfg`
        package var nextCfg: Int = 0
        /// `other_config`
        package var otherConfig: StringMap = StringMap()
        /// `ovs_version`
        package var ovsVersion: String?
        /// `ssl`: strong reference to SSL
        package var ssl: RowID?
        /// `statistics`
        package var statistics: StringMap = StringMap()
        /// `system_type`
        package var systemType: String?
        /// `system_version`
        package var systemVersion: String?

        package init(id: RowID) { self.id = id }
    }
}

extension OpenVSwitch.Configuration {
    package static let tableName = "Open_vSwitch"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("bridges", .set(.uuid)),
        ColumnDescription("cur_cfg", .scalar(.integer)),
        ColumnDescription("datapath_types", .set(.string)),
        ColumnDescription("datapaths", .map(.string, .uuid)),
        ColumnDescription("db_version", .optional(.string)),
        ColumnDescription("dpdk_initialized", .scalar(.boolean)),
        ColumnDescription("dpdk_version", .optional(.string)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("iface_types", .set(.string)),
        ColumnDescription("manager_options", .set(.uuid)),
        ColumnDescription("next_cfg", .scalar(.integer)),
        ColumnDescription("other_config", .map(.string, .string)),
        ColumnDescription("ovs_version", .optional(.string)),
        ColumnDescription("ssl", .optional(.uuid)),
        ColumnDescription("statistics", .map(.string, .string)),
        ColumnDescription("system_type", .optional(.string)),
        ColumnDescription("system_version", .optional(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&bridges)
        case 1: try visitor.visit(&curCfg)
        case 2: try visitor.visit(&datapathTypes)
        case 3: try visitor.visit(&datapaths)
        case 4: try visitor.visit(&dbVersion)
        case 5: try visitor.visit(&dpdkInitialized)
        case 6: try visitor.visit(&dpdkVersion)
        case 7: try visitor.visit(&externalIDs)
        case 8: try visitor.visit(&ifaceTypes)
        case 9: try visitor.visit(&managerOptions)
        case 10: try visitor.visit(&nextCfg)
        case 11: try visitor.visit(&otherConfig)
        case 12: try visitor.visit(&ovsVersion)
        case 13: try visitor.visit(&ssl)
        case 14: try visitor.visit(&statistics)
        case 15: try visitor.visit(&systemType)
        case 16: try visitor.visit(&systemVersion)
        default: preconditionFailure("Open_vSwitch has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(bridges)
        case 1: visitor.visit(curCfg)
        case 2: visitor.visit(datapathTypes)
        case 3: visitor.visit(datapaths)
        case 4: visitor.visit(dbVersion)
        case 5: visitor.visit(dpdkInitialized)
        case 6: visitor.visit(dpdkVersion)
        case 7: visitor.visit(externalIDs)
        case 8: visitor.visit(ifaceTypes)
        case 9: visitor.visit(managerOptions)
        case 10: visitor.visit(nextCfg)
        case 11: visitor.visit(otherConfig)
        case 12: visitor.visit(ovsVersion)
        case 13: visitor.visit(ssl)
        case 14: visitor.visit(statistics)
        case 15: visitor.visit(systemType)
        case 16: visitor.visit(systemVersion)
        default: preconditionFailure("Open_vSwitch has no column \(position)")
        }
    }
}

extension AnyColumn where R == OpenVSwitch.Configuration {
    package static var bridges: Self { Self(position: 0) }
    package static var curCfg: Self { Self(position: 1) }
    package static var datapathTypes: Self { Self(position: 2) }
    package static var datapaths: Self { Self(position: 3) }
    package static var dbVersion: Self { Self(position: 4) }
    package static var dpdkInitialized: Self { Self(position: 5) }
    package static var dpdkVersion: Self { Self(position: 6) }
    package static var externalIDs: Self { Self(position: 7) }
    package static var ifaceTypes: Self { Self(position: 8) }
    package static var managerOptions: Self { Self(position: 9) }
    package static var nextCfg: Self { Self(position: 10) }
    package static var otherConfig: Self { Self(position: 11) }
    package static var ovsVersion: Self { Self(position: 12) }
    package static var ssl: Self { Self(position: 13) }
    package static var statistics: Self { Self(position: 14) }
    package static var systemType: Self { Self(position: 15) }
    package static var systemVersion: Self { Self(position: 16) }
}

extension Column where R == OpenVSwitch.Configuration, V == Bool {
    package static var dpdkInitialized: Self { Self(position: 5) }
}

extension Column where R == OpenVSwitch.Configuration, V == Int {
    package static var curCfg: Self { Self(position: 1) }
    package static var nextCfg: Self { Self(position: 10) }
}

extension Column where R == OpenVSwitch.Configuration, V == RowID? {
    package static var ssl: Self { Self(position: 13) }
}

extension Column where R == OpenVSwitch.Configuration, V == String? {
    package static var dbVersion: Self { Self(position: 4) }
    package static var dpdkVersion: Self { Self(position: 6) }
    package static var ovsVersion: Self { Self(position: 12) }
    package static var systemType: Self { Self(position: 15) }
    package static var systemVersion: Self { Self(position: 16) }
}

extension Column where R == OpenVSwitch.Configuration, V == StringMap {
    package static var externalIDs: Self { Self(position: 7) }
    package static var otherConfig: Self { Self(position: 11) }
    package static var statistics: Self { Self(position: 14) }
}

extension Column where R == OpenVSwitch.Configuration, V == [RowID] {
    package static var bridges: Self { Self(position: 0) }
    package static var managerOptions: Self { Self(position: 9) }
}

extension Column where R == OpenVSwitch.Configuration, V == [String: RowID] {
    package static var datapaths: Self { Self(position: 3) }
}

extension Column where R == OpenVSwitch.Configuration, V == [String] {
    package static var datapathTypes: Self { Self(position: 2) }
    package static var ifaceTypes: Self { Self(position: 8) }
}
