internal import HashTreeCollections

/// The rows of one table of a `Replica`, in no particular order.
public struct TableView<R: Row>: Sendable, Sequence {
    private let contents: TreeDictionary<RowID, StoredRow>

    init(rows: TreeDictionary<RowID, StoredRow>) { contents = rows }

    /// The number of rows.
    public var count: Int { contents.count }
    /// Whether there is no row.
    public var isEmpty: Bool { contents.isEmpty }

    /// The row with this `_uuid`.
    public subscript(_ id: RowID) -> R? { contents[id]?.row as? R }

    /// The rows as a lazy sequence; same as iterating the view.
    public var rows: TableView<R> { self }

    /// The only row of a table that has at most one (`NB_Global`, `Open_vSwitch`).
    public var only: R? { first { _ in true } }

    /// The rows, in no particular order.
    public func makeIterator() -> AnyIterator<R> {
        var iterator = contents.values.makeIterator()
        return AnyIterator { iterator.next()?.row as? R }
    }
}
