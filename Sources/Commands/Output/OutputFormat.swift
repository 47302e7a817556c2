import ArgumentParser
import JSONCoding
import NeutronAPI

/// How a result is written to stdout.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// A table for people; its looks may change.
    case table
    /// One JSON value; keys are stable, more may come.
    case json
    /// One row a line, columns apart by a tab, lists by commas; no heading. For shell scripts.
    case value
}

/// The options of commands that show something.
package struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How to print: table, json or value.")
    var format: OutputFormat = .table

    package init() {}

    func print(_ listing: Listing, on console: Console) {
        switch format {
        case .table: console.output(Table(listing, width: console.width).text)
        case .json: console.output(listing.json)
        case .value:
            for row in listing.rows { console.output(row.map(\.bare).joined(separator: "\t")) }
        }
    }

    func print(_ description: Description, on console: Console) {
        switch format {
        case .table: console.output(Table(description, width: console.width).text)
        case .json: console.output(description.json)
        case .value:
            for field in description.fields { console.output("\(field.key)\t\(field.value.bare)") }
        }
    }
}

extension Listing {
    /// An array of objects.
    var json: String {
        var writer = JSONWriter()
        writer.array(rows) { writer, row in
            writer.object { writer in
                for (column, cell) in zip(columns, row) { writer.member(column.key, cell) }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Description {
    /// One object.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            for field in fields { writer.member(field.key, field.value) }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ cell: Cell) {
        self.name(name)
        switch cell {
        case .text(let text): value(text)
        case .number(let number): value(number)
        case .flag(let flag): value(flag)
        case .list(let parts): array(parts) { $0.value($1) }
        case .none: null()
        }
    }
}
