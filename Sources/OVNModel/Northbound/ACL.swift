// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `ACL`.
    package struct ACL: Row {
        package let id: RowID
        /// `action`: one of allow, allow-related, allow-stateless, drop, reject
        package var action: String = ""
        /// `direction`: one of from-lport, to-lport
        package var direction: String = ""
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `label`: 0 to 4294967295
        package var label: Int = 0
        /// `log`
        package var log: Bool = false
        /// `match`
        package var match: String = ""
        /// `meter`
        package var meter: String?
        /// `name`: at most 63 characters
        package var name: String?
        /// `options`
        package var options: StringMap = StringMap()
        /// `priority`: 0 to 32767
        package var priority: Int = 0
        /// `severity`: one of alert, warning, notice, info, debug
        package var severity: String?

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.ACL {
    package static let tableName = "ACL"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("action", .scalar(.string)),
        ColumnDescription("direction", .scalar(.string)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("label", .scalar(.integer)),
        ColumnDescription("log", .scalar(.boolean)),
        ColumnDescription("match", .scalar(.string)),
        ColumnDescription("meter", .optional(.string)),
        ColumnDescription("name", .optional(.string)),
        ColumnDescription("options", .map(.string, .string)),
        ColumnDescription("priority", .scalar(.integer)),
        ColumnDescription("severity", .optional(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&action)
        case 1: try visitor.visit(&direction)
        case 2: try visitor.visit(&externalIDs)
        case 3: try visitor.visit(&label)
        case 4: try visitor.visit(&log)
        case 5: try visitor.visit(&match)
        case 6: try visitor.visit(&meter)
        case 7: try visitor.visit(&name)
        case 8: try visitor.visit(&options)
        case 9: try visitor.visit(&priority)
        case 10: try visitor.visit(&severity)
        default: preconditionFailure("ACL has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(action)
        case 1: visitor.visit(direction)
        case 2: visitor.visit(externalIDs)
        case 3: visitor.visit(label)
        case 4: visitor.visit(log)
        case 5: visitor.visit(match)
        case 6: visitor.visit(meter)
        case 7: visitor.visit(name)
        case 8: visitor.visit(options)
        case 9: visitor.visit(priority)
        case 10: visitor.visit(severity)
        default: preconditionFailure("ACL has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.ACL {
    package static var action: Self { Self(position: 0) }
    package static var direction: Self { Self(position: 1) }
    package static var externalIDs: Self { Self(position: 2) }
    package static var label: Self { Self(position: 3) }
    package static var log: Self { Self(position: 4) }
    package static var match: Self { Self(position: 5) }
    package static var meter: Self { Self(position: 6) }
    package static var name: Self { Self(position: 7) }
    package static var options: Self { Self(position: 8) }
    package static var priority: Self { Self(position: 9) }
    package static var severity: Self { Self(position: 10) }
}

extension Column where R == Northbound.ACL, V == Bool {
    package static var log: Self { Self(position: 4) }
}

extension Column where R == Northbound.ACL, V == Int {
    package static var label: Self { Self(position: 3) }
    package static var priority: Self { Self(position: 9) }
}

extension Column where R == Northbound.ACL, V == String {
    package static var action: Self { Self(position: 0) }
    package static var direction: Self { Self(position: 1) }
    package static var match: Self { Self(position: 5) }
}

extension Column where R == Northbound.ACL, V == String? {
    package static var meter: Self { Self(position: 6) }
    package static var name: Self { Self(position: 7) }
    package static var severity: Self { Self(position: 10) }
}

extension Column where R == Northbound.ACL, V == StringMap {
    package static var externalIDs: Self { Self(position: 2) }
    package static var options: Self { Self(position: 8) }
}
