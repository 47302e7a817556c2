// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `Chassis_Private`.
    package struct ChassisPrivate: Row {
        package let id: RowID
        /// `chassis`: weak reference to Chassis
        package var chassis: RowID?
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `name`
        package var name: String = ""
        /// `nb_cfg`
        package var nbCfg: Int = 0
        /// `nb_cfg_timestamp`
        package var nbCfgTimestamp: Int = 0

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.ChassisPrivate {
    package static let tableName = "Chassis_Private"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("chassis", .optional(.uuid)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("nb_cfg", .scalar(.integer)),
        ColumnDescription("nb_cfg_timestamp", .scalar(.integer)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&chassis)
        case 1: try visitor.visit(&externalIDs)
        case 2: try visitor.visit(&name)
        case 3: try visitor.visit(&nbCfg)
        case 4: try visitor.visit(&nbCfgTimestamp)
        default: preconditionFailure("Chassis_Private has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(chassis)
        case 1: visitor.visit(externalIDs)
        case 2: visitor.visit(name)
        case 3: visitor.visit(nbCfg)
        case 4: visitor.visit(nbCfgTimestamp)
        default: preconditionFailure("Chassis_Private has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.ChassisPrivate {
    package static var chassis: Self { Self(position: 0) }
    package static var externalIDs: Self { Self(position: 1) }
    package static var name: Self { Self(position: 2) }
    package static var nbCfg: Self { Self(position: 3) }
    package static var nbCfgTimestamp: Self { Self(position: 4) }
}

extension Column where R == Southbound.ChassisPrivate, V == Int {
    package static var nbCfg: Self { Self(position: 3) }
    package static var nbCfgTimestamp: Self { Self(position: 4) }
}

extension Column where R == Southbound.ChassisPrivate, V == RowID? {
    package static var chassis: Self { Self(position: 0) }
}

extension Column where R == Southbound.ChassisPrivate, V == String {
    package static var name: Self { Self(position: 2) }
}

extension Column where R == Southbound.ChassisPrivate, V == StringMap {
    package static var externalIDs: Self { Self(position: 1) }
}
