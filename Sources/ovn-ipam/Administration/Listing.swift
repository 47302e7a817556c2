import ArgumentParser
import Discretion
import JSONCoding

/// How lists are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

/// Rows of texts under headings, or the same as a JSON array of objects, whose names and order stay.
struct Listing {
    let headings: [String]
    var rows: [[JSON]] = []

    func print(_ format: OutputFormat) {
        switch format {
        case .json:
            let objects = rows.map { row in JSON.object(Dictionary(zip(headings, row), uniquingKeysWith: { $1 })) }
            Swift.print(JSON.array(objects).description)
        case .table:
            let cells = [headings.map { $0.uppercased() }] + rows.map { $0.map(Self.shown) }
            let widths = headings.indices.map { place in cells.map { $0[place].count }.max() ?? 0 }
            for row in cells {
                let line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
                Swift.print(line.trimmingTrailingSpaces)
            }
        }
    }

    private static func shown(_ value: JSON) -> String {
        switch value {
        case .string(let text): text.isEmpty ? "-" : text.plain()
        case .boolean(let value): value ? "yes" : "no"
        case .array(let values): values.isEmpty ? "-" : values.map(shown).joined(separator: ",")
        case .null: "-"
        default: value.description
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
