// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `Encap`.
    package struct Encap: Row {
        package let id: RowID
        /// `chassis_name`
        package var chassisName: String = ""
        /// `ip`
        package var ip: String = ""
        /// `options`
        package var options: StringMap = StringMap()
        /// `type`: one of geneve, stt, vxlan
        package var type: String = ""

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.Encap {
    package static let tableName = "Encap"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("chassis_name", .scalar(.string)),
        ColumnDescription("ip", .scalar(.string)),
        ColumnDescription("options", .map(.string, .string)),
        ColumnDescription("type", .scalar(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&chassisName)
        case 1: try visitor.visit(&ip)
        case 2: try visitor.visit(&options)
        case 3: try visitor.visit(&type)
        default: preconditionFailure("Encap has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(chassisName)
        case 1: visitor.visit(ip)
        case 2: visitor.visit(options)
        case 3: visitor.visit(type)
        default: preconditionFailure("Encap has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.Encap {
    package static var chassisName: Self { Self(position: 0) }
    package static var ip: Self { Self(position: 1) }
    package static var options: Self { Self(position: 2) }
    package static var type: Self { Self(position: 3) }
}

extension Column where R == Southbound.Encap, V == String {
    package static var chassisName: Self { Self(position: 0) }
    package static var ip: Self { Self(position: 1) }
    package static var type: Self { Self(position: 3) }
}

extension Column where R == Southbound.Encap, V == StringMap {
    package static var options: Self { Self(position: 2) }
}
