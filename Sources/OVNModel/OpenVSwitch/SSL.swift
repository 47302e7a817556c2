// Written by ovsdb-modelgen from vswitch.ovsschema, Open_vSwitch 8.3.1: do not edit.

package import OVSDB

extension OpenVSwitch {
    /// A row of table `SSL`.
    package struct SSL: Row {
        package let id: RowID
        /// `bootstrap_ca_cert`
        package var bootstrapCaCert: Bool = false
        /// `ca_cert`
        package var caCert: String = ""
        /// `certificate`
        package var certificate: String = ""
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `private_key`
        package var privateKey: String = ""

        package init(id: RowID) { self.id = id }
    }
}

extension OpenVSwitch.SSL {
    package static let tableName = "SSL"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("bootstrap_ca_cert", .scalar(.boolean)),
        ColumnDescription("ca_cert", .scalar(.string)),
        ColumnDescription("certificate", .scalar(.string)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("private_key", .scalar(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&bootstrapCaCert)
        case 1: try visitor.visit(&caCert)
        case 2: try visitor.visit(&certificate)
        case 3: try visitor.visit(&externalIDs)
        case 4: try visitor.visit(&privateKey)
        default: preconditionFailure("SSL has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(bootstrapCaCert)
        case 1: visitor.visit(caCert)
        case 2: visitor.visit(certificate)
        case 3: visitor.visit(externalIDs)
        case 4: visitor.visit(privateKey)
        default: preconditionFailure("SSL has no column \(position)")
        }
    }
}

extension AnyColumn where R == OpenVSwitch.SSL {
    package static var bootstrapCaCert: Self { Self(position: 0) }
    package static var caCert: Self { Self(position: 1) }
    package static var certificate: Self { Self(position: 2) }
    package static var externalIDs: Self { Self(position: 3) }
    package static var privateKey: Self { Self(position: 4) }
}

extension Column where R == OpenVSwitch.SSL, V == Bool {
    package static var bootstrapCaCert: Self { Self(position: 0) }
}

extension Column where R == OpenVSwitch.SSL, V == String {
    package static var caCert: Self { Self(position: 1) }
    package static var certificate: Self { Self(position: 2) }
    package static var privateKey: Self { Self(position: 4) }
}

extension Column where R == OpenVSwitch.SSL, V == StringMap {
    package static var externalIDs: Self { Self(position: 3) }
}
