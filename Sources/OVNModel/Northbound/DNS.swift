// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `DNS`.
    package struct DNS: Row {
        package let id: RowID
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `records`
        package var records: StringMap = StringMap()

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.DNS {
    package static let tableName = "DNS"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("records", .map(.string, .string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&externalIDs)
        case 1: try visitor.visit(&records)
        default: preconditionFailure("DNS has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(externalIDs)
        case 1: visitor.visit(records)
        default: preconditionFailure("DNS has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.DNS {
    package static var externalIDs: Self { Self(position: 0) }
    package static var records: Self { Self(position: 1) }
}

extension Column where R == Northbound.DNS, V == StringMap {
    package static var externalIDs: Self { Self(position: 0) }
    package static var records: Self { Self(position: 1) }
}
