extension Operation {
    /// Inserts `row` with its own id; columns at their default are not sent.
    public static func insert(_ row: some Row) -> Operation { .insertRow(row) }

    /// Sets the named columns of the row whose `_uuid` is `row.id`. A row that is gone is no error (RFC 7047 §5.2.3): the result's count
    /// tells.
    public static func update<R: Row>(_ row: R, columns: [AnyColumn<R>]) -> Operation {
        .updateRow(row, columns: columns.map { $0.position })
    }

    /// Changes columns of one row relative to their values, whatever else happened to them.
    public static func mutate<R: Row>(_ type: R.Type, _ id: RowID, _ mutations: RowMutation<R>...) -> Operation {
        .mutateRow(in: R.tableName, id: id, mutations: mutations.flatMap { $0.mutations })
    }

    /// The same with the mutations in an array.
    public static func mutate<R: Row>(_ type: R.Type, _ id: RowID, _ mutations: [RowMutation<R>]) -> Operation {
        .mutateRow(in: R.tableName, id: id, mutations: mutations.flatMap { $0.mutations })
    }

    /// Deletes one row. A row of a table that is not a root goes by itself with the last reference to it, yet only an explicit delete
    /// is seen by `Replica.applying`.
    public static func delete<R: Row>(_ type: R.Type, _ id: RowID) -> Operation {
        .deleteRow(from: R.tableName, id: id)
    }

    /// Fails the transaction at once unless the row is there and its named columns are as in `row`.
    public static func wait<R: Row>(_ row: R, columns: [AnyColumn<R>]) -> Operation {
        .waitRow(row, columns: columns.map { $0.position })
    }

    /// Fails the transaction at once unless the row is there and `external_ids` has `value` under `key` (nil: does not have the key).
    ///
    /// RFC 7047's `wait` compares whole columns; one key is compared by the condition `external_ids includes {key: value}` together with
    /// the row's own `_uuid`. Absence has no condition of its own: a mark is inserted under the key, which a key that is already there
    /// prevents (§5.1 `<mutator>`), the mark is waited for and taken out again.
    public static func wait<R: Row>(_ type: R.Type, _ id: RowID, externalID key: String, equals value: String?)
        -> Operation
    {
        .waitKey(
            in: R.tableName, id: id, column: "external_ids", key: key, value: value,
            marker: value == nil ? .random() : .zero)
    }
}
