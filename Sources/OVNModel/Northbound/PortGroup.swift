// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `Port_Group`.
    package struct PortGroup: Row {
        package let id: RowID
        /// `acls`: strong reference to ACL
        package var acls: [RowID] = []
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `name`
        package var name: String = ""
        /// `ports`: weak reference to Logical_Switch_Port
        package var ports: [RowID] = []

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.PortGroup {
    package static let tableName = "Port_Group"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("acls", .set(.uuid)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("ports", .set(.uuid)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&acls)
        case 1: try visitor.visit(&externalIDs)
        case 2: try visitor.visit(&name)
        case 3: try visitor.visit(&ports)
        default: preconditionFailure("Port_Group has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(acls)
        case 1: visitor.visit(externalIDs)
        case 2: visitor.visit(name)
        case 3: visitor.visit(ports)
        default: preconditionFailure("Port_Group has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.PortGroup {
    package static var acls: Self { Self(position: 0) }
    package static var externalIDs: Self { Self(position: 1) }
    package static var name: Self { Self(position: 2) }
    package static var ports: Self { Self(position: 3) }
}

extension Column where R == Northbound.PortGroup, V == String {
    package static var name: Self { Self(position: 2) }
}

extension Column where R == Northbound.PortGroup, V == StringMap {
    package static var externalIDs: Self { Self(position: 1) }
}

extension Column where R == Northbound.PortGroup, V == [RowID] {
    package static var acls: Self { Self(position: 0) }
    package static var ports: Self { Self(position: 3) }
}
