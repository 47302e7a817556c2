// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `Datapath_Binding`.
    package struct DatapathBinding: Row {
        package let id: RowID
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `load_balancers`
        package var loadBalancers: [RowID] = []
        /// `tunnel_key`: 1 to 16777215
        package var tunnelKey: Int = 0

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.DatapathBinding {
    package static let tableName = "Datapath_Binding"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("load_balancers", .set(.uuid)),
        ColumnDescription("tunnel_key", .scalar(.integer)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&externalIDs)
        case 1: try visitor.visit(&loadBalancers)
        case 2: try visitor.visit(&tunnelKey)
        default: preconditionFailure("Datapath_Binding has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(externalIDs)
        case 1: visitor.visit(loadBalancers)
        case 2: visitor.visit(tunnelKey)
        default: preconditionFailure("Datapath_Binding has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.DatapathBinding {
    package static var externalIDs: Self { Self(position: 0) }
    package static var loadBalancers: Self { Self(position: 1) }
    package static var tunnelKey: Self { Self(position: 2) }
}

extension Column where R == Southbound.DatapathBinding, V == Int {
    package static var tunnelKey: Self { Self(position: 2) }
}

extension Column where R == Southbound.DatapathBinding, V == StringMap {
    package static var externalIDs: Self { Self(position: 0) }
}

extension Column where R == Southbound.DatapathBinding, V == [RowID] {
    package static var loadBalancers: Self { Self(position: 1) }
}
