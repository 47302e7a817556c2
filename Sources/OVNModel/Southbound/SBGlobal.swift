// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `SB_Global`.
    package struct SBGlobal: Row {
        package let id: RowID
        /// `connections`: strong reference to Connection
        package var connections: [RowID] = []
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `ipsec`
        package var ipsec: Bool = false
        /// `nb_cfg`
        package var nbCfg: Int = 0
        /// `options`
        package var options: StringMap = StringMap()
        /// `ssl`: strong reference to SSL
        package var ssl: RowID?

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.SBGlobal {
    package static let tableName = "SB_Global"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("connections", .set(.uuid)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("ipsec", .scalar(.boolean)),
        ColumnDescription("nb_cfg", .scalar(.integer)),
        ColumnDescription("options", .map(.string, .string)),
        ColumnDescription("ssl", .optional(.uuid)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&connections)
        case 1: try visitor.visit(&externalIDs)
        case 2: try visitor.visit(&ipsec)
        case 3: try visitor.visit(&nbCfg)
        case 4: try visitor.visit(&options)
        case 5: try visitor.visit(&ssl)
        default: preconditionFailure("SB_Global has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(connections)
        case 1: visitor.visit(externalIDs)
        case 2: visitor.visit(ipsec)
        case 3: visitor.visit(nbCfg)
        case 4: visitor.visit(options)
        case 5: visitor.visit(ssl)
        default: preconditionFailure("SB_Global has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.SBGlobal {
    package static var connections: Self { Self(position: 0) }
    package static var externalIDs: Self { Self(position: 1) }
    package static var ipsec: Self { Self(position: 2) }
    package static var nbCfg: Self { Self(position: 3) }
    package static var options: Self { Self(position: 4) }
    package static var ssl: Self { Self(position: 5) }
}

extension Column where R == Southbound.SBGlobal, V == Bool {
    package static var ipsec: Self { Self(position: 2) }
}

extension Column where R == Southbound.SBGlobal, V == Int {
    package static var nbCfg: Self { Self(position: 3) }
}

extension Column where R == Southbound.SBGlobal, V == RowID? {
    package static var ssl: Self { Self(position: 5) }
}

extension Column where R == Southbound.SBGlobal, V == StringMap {
    package static var externalIDs: Self { Self(position: 1) }
    package static var options: Self { Self(position: 4) }
}

extension Column where R == Southbound.SBGlobal, V == [RowID] {
    package static var connections: Self { Self(position: 0) }
}
