// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `DHCP_Options`.
    package struct DHCPOptions: Row {
        package let id: RowID
        /// `cidr`
        package var cidr: String = ""
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `options`
        package var options: StringMap = StringMap()

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.DHCPOptions {
    package static let tableName = "DHCP_Options"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("cidr", .scalar(.string)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("options", .map(.string, .string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&cidr)
        case 1: try visitor.visit(&externalIDs)
        case 2: try visitor.visit(&options)
        default: preconditionFailure("DHCP_Options has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(cidr)
        case 1: visitor.visit(externalIDs)
        case 2: visitor.visit(options)
        default: preconditionFailure("DHCP_Options has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.DHCPOptions {
    package static var cidr: Self { Self(position: 0) }
    package static var externalIDs: Self { Self(position: 1) }
    package static var options: Self { Self(position: 2) }
}

extension Column where R == Northbound.DHCPOptions, V == String {
    package static var cidr: Self { Self(position: 0) }
}

extension Column where R == Northbound.DHCPOptions, V == StringMap {
    package static var externalIDs: Self { Self(position: 1) }
    package static var options: Self { Self(position: 2) }
}
