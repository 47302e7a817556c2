// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `NB_Global`.
    package struct NBGlobal: Row {
        package let id: RowID
        /// `connections`: strong reference to Connection
        package var connections: [RowID] = []
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `hv_cfg`
        package var hvCfg: Int = 0
        /// `hv_cfg_timestamp`
        package var hvCfgTimestamp: Int = 0
        /// `ipsec`
        package var ipsec: Bool = false
        /// `name`
        package var name: String = ""
        /// `nb_cfg`
        package var nbCfg: Int = 0
        /// `nb_cfg_timestamp`
        package var nbCfgTimestamp: Int = 0
        /// `options`
        package var options: StringMap = StringMap()
        /// `sb_cfg`
        package var sbCfg: Int = 0
        /// `sb_cfg_timestamp`
        package var sbCfgTimestamp: Int = 0
        /// `ssl`: strong reference to SSL
        package var ssl: RowID?

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.NBGlobal {
    package static let tableName = "NB_Global"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("connections", .set(.uuid)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("hv_cfg", .scalar(.integer)),
        ColumnDescription("hv_cfg_timestamp", .scalar(.integer)),
        ColumnDescription("ipsec", .scalar(.boolean)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("nb_cfg", .scalar(.integer)),
        ColumnDescription("nb_cfg_timestamp", .scalar(.integer)),
        ColumnDescription("options", .map(.string, .string)),
        ColumnDescription("sb_cfg", .scalar(.integer)),
        ColumnDescription("sb_cfg_timestamp", .scalar(.integer)),
        ColumnDescription("ssl", .optional(.uuid)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&connections)
        case 1: try visitor.visit(&externalIDs)
        case 2: try visitor.visit(&hvCfg)
        case 3: try visitor.visit(&hvCfgTimestamp)
        case 4: try visitor.visit(&ipsec)
        case 5: try visitor.visit(&name)
        case 6: try visitor.visit(&nbCfg)
        case 7: try visitor.visit(&nbCfgTimestamp)
        case 8: try visitor.visit(&options)
        case 9: try visitor.visit(&sbCfg)
        case 10: try visitor.visit(&sbCfgTimestamp)
        case 11: try visitor.visit(&ssl)
        default: preconditionFailure("NB_Global has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(connections)
        case 1: visitor.visit(externalIDs)
        case 2: visitor.visit(hvCfg)
        case 3: visitor.visit(hvCfgTimestamp)
        case 4: visitor.visit(ipsec)
        case 5: visitor.visit(name)
        case 6: visitor.visit(nbCfg)
        case 7: visitor.visit(nbCfgTimestamp)
        case 8: visitor.visit(options)
        case 9: visitor.visit(sbCfg)
        case 10: visitor.visit(sbCfgTimestamp)
        case 11: visitor.visit(ssl)
        default: preconditionFailure("NB_Global has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.NBGlobal {
    package static var connections: Self { Self(position: 0) }
    package static var externalIDs: Self { Self(position: 1) }
    package static var hvCfg: Self { Self(position: 2) }
    package static var hvCfgTimestamp: Self { Self(position: 3) }
    package static var ipsec: Self { Self(position: 4) }
    package static var name: Self { Self(position: 5) }
    package static var nbCfg: Self { Self(position: 6) }
    package static var nbCfgTimestamp: Self { Self(position: 7) }
    package static var options: Self { Self(position: 8) }
    package static var sbCfg: Self { Self(position: 9) }
    package static var sbCfgTimestamp: Self { Self(position: 10) }
    package static var ssl: Self { Self(position: 11) }
}

extension Column where R == Northbound.NBGlobal, V == Bool {
    package static var ipsec: Self { Self(position: 4) }
}

extension Column where R == Northbound.NBGlobal, V == Int {
    package static var hvCfg: Self { Self(position: 2) }
    package static var hvCfgTimestamp: Self { Self(position: 3) }
    package static var nbCfg: Self { Self(position: 6) }
    package static var nbCfgTimestamp: Self { Self(position: 7) }
    package static var sbCfg: Self { Self(position: 9) }
    package static var sbCfgTimestamp: Self { Self(position: 10) }
}

extension Column where R == Northbound.NBGlobal, V == RowID? {
    package static var ssl: Self { Self(position: 11) }
}

extension Column where R == Northbound.NBGlobal, V == String {
    package static var name: Self { Self(position: 5) }
}

extension Column where R == Northbound.NBGlobal, V == StringMap {
    package static var externalIDs: Self { Self(position: 1) }
    package static var options: Self { Self(position: 8) }
}

extension Column where R == Northbound.NBGlobal, V == [RowID] {
    package static var connections: Self { Self(position: 0) }
}
