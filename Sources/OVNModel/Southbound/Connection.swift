// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `Connection`.
    package struct Connection: Row {
        package let id: RowID
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `inactivity_probe`
        package var inactivityProbe: Int?
        /// `is_connected`
        package var isConnected: Bool = false
        /// `max_backoff`: at least 1000
        package var maxBackoff: Int?
        /// `other_config`
        package var otherConfig: StringMap = StringMap()
        /// `read_only`
        package var readOnly: Bool = false
        /// `role`
        package var role: String = ""
        /// `status`
        package var status: StringMap = StringMap()
        /// `target`
        package var target: String = ""

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.Connection {
    package static let tableName = "Connection"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("inactivity_probe", .optional(.integer)),
        ColumnDescription("is_connected", .scalar(.boolean)),
        ColumnDescription("max_backoff", .optional(.integer)),
        ColumnDescription("other_config", .map(.string, .string)),
        ColumnDescription("read_only", .scalar(.boolean)),
        ColumnDescription("role", .scalar(.string)),
        ColumnDescription("status", .map(.string, .string)),
        ColumnDescription("target", .scalar(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&externalIDs)
        case 1: try visitor.visit(&inactivityProbe)
        case 2: try visitor.visit(&isConnected)
        case 3: try visitor.visit(&maxBackoff)
        case 4: try visitor.visit(&otherConfig)
        case 5: try visitor.visit(&readOnly)
        case 6: try visitor.visit(&role)
        case 7: try visitor.visit(&status)
        case 8: try visitor.visit(&target)
        default: preconditionFailure("Connection has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(externalIDs)
        case 1: visitor.visit(inactivityProbe)
        case 2: visitor.visit(isConnected)
        case 3: visitor.visit(maxBackoff)
        case 4: visitor.visit(otherConfig)
        case 5: visitor.visit(readOnly)
        case 6: visitor.visit(role)
        case 7: visitor.visit(status)
        case 8: visitor.visit(target)
        default: preconditionFailure("Connection has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.Connection {
    package static var externalIDs: Self { Self(position: 0) }
    package static var inactivityProbe: Self { Self(position: 1) }
    package static var isConnected: Self { Self(position: 2) }
    package static var maxBackoff: Self { Self(position: 3) }
    package static var otherConfig: Self { Self(position: 4) }
    package static var readOnly: Self { Self(position: 5) }
    package static var role: Self { Self(position: 6) }
    package static var status: Self { Self(position: 7) }
    package static var target: Self { Self(position: 8) }
}

extension Column where R == Southbound.Connection, V == Bool {
    package static var isConnected: Self { Self(position: 2) }
    package static var readOnly: Self { Self(position: 5) }
}

extension Column where R == Southbound.Connection, V == Int? {
    package static var inactivityProbe: Self { Self(position: 1) }
    package static var maxBackoff: Self { Self(position: 3) }
}

extension Column where R == Southbound.Connection, V == String {
    package static var role: Self { Self(position: 6) }
    package static var target: Self { Self(position: 8) }
}

extension Column where R == Southbound.Connection, V == StringMap {
    package static var externalIDs: Self { Self(position: 0) }
    package static var otherConfig: Self { Self(position: 4) }
    package static var status: Self { Self(position: 7) }
}
