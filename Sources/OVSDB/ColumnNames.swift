/// Finds a column's position by the bytes of its name, without making a string.
struct ColumnNames: Sendable {
    private let names: [[UInt8]]
    private let positions: [Int]

    /// The names of the replicated columns.
    init(_ table: MonitoredTable) {
        positions = table.columns
        names = positions.map { Array(table.type.columns[$0].name.utf8) }
    }

    /// Nil for a column that is not replicated. Columns come in the same order in every row, so `hint`, which is where the last one was
    /// found, is mostly right.
    func position(of name: UnsafeRawBufferPointer, hint: inout Int) -> Int? {
        for _ in names.indices {
            hint = hint + 1 < names.count ? hint + 1 : 0
            if names[hint].count == name.count, names[hint].elementsEqual(name) { return positions[hint] }
        }
        return nil
    }
}
