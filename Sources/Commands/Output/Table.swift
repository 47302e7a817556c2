/// Draws a result as a table that fits the terminal.
///
/// Where it does not fit, the widest breakable columns are narrowed and their cells continue on the next line: nothing
/// is cut off, since what is not on the screen cannot be copied.
struct Table: Sendable {
    /// No breakable column gets narrower than this.
    private static let narrowest = 8

    private let headings: [String]
    private let rows: [[String]]
    private let widths: [Int]

    init(_ listing: Listing, width: Int?) {
        let shown = listing.columns.indices.filter { index in
            listing.columns[index].isShownEmpty || listing.rows.contains { !$0[index].shown.isEmpty }
        }
        let columns = shown.map { listing.columns[$0] }
        self.init(
            headings: columns.map(\.title), breakable: columns.map(\.isBreakable),
            rows: listing.rows.map { row in shown.map { row[$0].shown } }, width: width)
    }

    init(_ description: Description, width: Int?) {
        self.init(
            headings: ["Field", "Value"], breakable: [false, true],
            rows: description.fields.map { [$0.title, $0.value.shown] }, width: width)
    }

    private init(headings: [String], breakable: [Bool], rows: [[String]], width: Int?) {
        self.headings = headings
        self.rows = rows
        var widths = headings.indices.map { column in
            max(headings[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        if let width {
            while Self.total(widths) > width {
                let candidates = widths.indices.filter {
                    breakable[$0] && widths[$0] > max(Self.narrowest, headings[$0].count)
                }
                guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
                widths[widest] -= 1
            }
        }
        self.widths = widths
    }

    /// `| a | b |` has a bar and a blank on each side of each column.
    private static func total(_ widths: [Int]) -> Int { widths.reduce(1) { $0 + $1 + 3 } }

    var text: String {
        let line = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+"
        var lines = [line] + drawn(headings) + [line]
        for row in rows { lines += drawn(row) }
        return (lines + [line]).joined(separator: "\n")
    }

    private func drawn(_ row: [String]) -> [String] {
        let cells = zip(row, widths).map { Self.broken($0, $1) }
        return (0..<(cells.map(\.count).max() ?? 0)).map { index in
            let parts = zip(cells, widths).map { cell, width in
                let part = index < cell.count ? cell[index] : ""
                return " \(part)\(String(repeating: " ", count: width - part.count)) "
            }
            return "|" + parts.joined(separator: "|") + "|"
        }
    }

    /// A text in pieces of at most `width` characters, after a blank where there is one.
    static func broken(_ text: String, _ width: Int) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        while rest.count > width {
            let most = rest.prefix(width)
            let end = most.lastIndex(of: " ").map { rest.index(after: $0) } ?? most.endIndex
            var piece = rest[..<end]
            if piece.last == " " { piece.removeLast() }
            pieces.append(String(piece))
            rest = rest[end...]
        }
        return pieces + [String(rest)]
    }
}
