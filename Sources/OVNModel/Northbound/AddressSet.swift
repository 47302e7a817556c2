// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `Address_Set`.
    package struct AddressSet: Row {
        package let id: RowID
        /// `addresses`
        package var addresses: [String] = []
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `name`
        package var name: String = ""

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.AddressSet {
    package static let tableName = "Address_Set"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("addresses", .set(.string)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("name", .scalar(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&addresses)
        case 1: try visitor.visit(&externalIDs)
        case 2: try visitor.visit(&name)
        default: preconditionFailure("Address_Set has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(addresses)
        case 1: visitor.visit(externalIDs)
        case 2: visitor.visit(name)
        default: preconditionFailure("Address_Set has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.AddressSet {
    package static var addresses: Self { Self(position: 0) }
    package static var externalIDs: Self { Self(position: 1) }
    package static var name: Self { Self(position: 2) }
}

extension Column where R == Northbound.AddressSet, V == String {
    package static var name: Self { Self(position: 2) }
}

extension Column where R == Northbound.AddressSet, V == StringMap {
    package static var externalIDs: Self { Self(position: 1) }
}

extension Column where R == Northbound.AddressSet, V == [String] {
    package static var addresses: Self { Self(position: 0) }
}
