// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `DHCPv6_Options`.
    package struct DHCPv6Options: Row {
        package let id: RowID
        /// `code`: 0 to 254
        package var code: Int = 0
        /// `name`
        package var name: String = ""
        /// `type`: one of ipv6, str, mac
        package var type: String = ""

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.DHCPv6Options {
    package static let tableName = "DHCPv6_Options"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("code", .scalar(.integer)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("type", .scalar(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&code)
        case 1: try visitor.visit(&name)
        case 2: try visitor.visit(&type)
        default: preconditionFailure("DHCPv6_Options has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(code)
        case 1: visitor.visit(name)
        case 2: visitor.visit(type)
        default: preconditionFailure("DHCPv6_Options has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.DHCPv6Options {
    package static var code: Self { Self(position: 0) }
    package static var name: Self { Self(position: 1) }
    package static var type: Self { Self(position: 2) }
}

extension Column where R == Southbound.DHCPv6Options, V == Int {
    package static var code: Self { Self(position: 0) }
}

extension Column where R == Southbound.DHCPv6Options, V == String {
    package static var name: Self { Self(position: 1) }
    package static var type: Self { Self(position: 2) }
}
