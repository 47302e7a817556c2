import JSONCoding
import OVSDB

/// The Swift source of one table's row.
struct TableSource {
    let table: DatabaseSchema.Table
    /// The schema's own description of the columns.
    let details: JSON
    let namespace: String
    let database: String

    /// The single row of a database's root table is its configuration.
    var typeName: String {
        let name = SwiftName.type(table.name)
        return name == namespace ? "Configuration" : name
    }

    private struct Property {
        let position: Int
        let column: ColumnDescription
        let name: String
        let type: String
    }

    private var properties: [Property] {
        table.columns.enumerated().map { position, column in
            Property(
                position: position, column: column, name: SwiftName.property(column.name),
                type: column.type.swiftName)
        }
    }

    var text: String {
        """
        package import OVSDB

        extension \(namespace) {
            /// A row of table `\(table.name)`.
            package struct \(typeName): Row {
                package let id: RowID
        \(lines(properties, indent: 8) { documentation($0) + "package var \($0.name): \($0.type)\($0.column.type.initializer)" })

                package init(id: RowID) { self.id = id }
            }
        }

        extension \(namespace).\(typeName) {
            package static let tableName = "\(table.name)"

            package static let columns: [ColumnDescription] = [
        \(lines(properties, indent: 8) { "ColumnDescription(\"\($0.column.name)\", \($0.column.type.expression))," })
            ]

            package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
                switch position {
        \(lines(properties, indent: 8) { "case \($0.position): try visitor.visit(&\($0.name))" })
                default: preconditionFailure("\(table.name) has no column \\(position)")
                }
            }

            package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
                switch position {
        \(lines(properties, indent: 8) { "case \($0.position): visitor.visit(\($0.name))" })
                default: preconditionFailure("\(table.name) has no column \\(position)")
                }
            }
        }

        extension AnyColumn where R == \(namespace).\(typeName) {
        \(lines(properties, indent: 4) { "package static var \($0.name): Self { Self(position: \($0.position)) }" })
        }

        \(typedColumns)
        """
    }

    /// The columns again, grouped by type, since a `Column` has its value's type.
    private var typedColumns: String {
        var text = ""
        for type in Set(properties.map(\.type)).sorted() {
            text += """

                extension Column where R == \(namespace).\(typeName), V == \(type) {
                \(lines(properties.filter { $0.type == type }, indent: 4) {
                    "package static var \($0.name): Self { Self(position: \($0.position)) }"
                })
                }

                """
        }
        return String(text.dropFirst())
    }

    private func lines(_ properties: [Property], indent: Int, _ line: (Property) -> String) -> String {
        let margin = String(repeating: " ", count: indent)
        return properties.map { property in
            line(property).split(separator: "\n").map { margin + $0 }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// The schema's constraints on the column beyond its Swift type.
    private func documentation(_ property: Property) -> String {
        let key = details[property.column.name]?["type"]?["key"]
        var notes: [String] = []
        if let values = key?["enum"]?.array?.last?.array?.compactMap(\.string) {
            notes.append("one of \(values.joined(separator: ", "))")
        }
        if let target = (key?["refTable"] ?? details[property.column.name]?["type"]?["value"]?["refTable"])?.string {
            notes.append("\(key?["refType"]?.string ?? "strong") reference to \(target)")
        }
        switch (key?["minInteger"]?.integer, key?["maxInteger"]?.integer) {
        case (let low?, let high?): notes.append("\(low) to \(high)")
        case (let low?, nil): notes.append("at least \(low)")
        case (nil, let high?): notes.append("at most \(high)")
        case (nil, nil): break
        }
        if let length = key?["maxLength"]?.integer { notes.append("at most \(length) characters") }
        if property.column.type.minimum == 1, property.column.type.maximum > 1 { notes.append("never empty") }
        let name = "`\(property.column.name)`"
        return notes.isEmpty ? "/// \(name)\n" : "/// \(name): \(notes.joined(separator: ", "))\n"
    }
}
