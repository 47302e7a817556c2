/// What the server says about one operation that went well (RFC 7047 §5.2).
public struct OperationResult: Hashable, Sendable {
    /// Rows that matched: `update`, `mutate`, `delete`.
    public var count: Int?
    /// The `_uuid` that `insert` gave.
    public var id: RowID?
    /// What `select` found, by column name.
    public var rows: [[String: Value]]

    /// Without arguments, the result of `wait`, `comment` and the like.
    public init(count: Int? = nil, id: RowID? = nil, rows: [[String: Value]] = []) {
        self.count = count
        self.id = id
        self.rows = rows
    }
}
