/// A row of one table as a Swift struct, one property a column. `ovsdb-modelgen` writes the conformances.
///
/// Columns are addressed by their position in `columns`; typed code uses `Column` and `AnyColumn` instead.
public protocol Row: Sendable, Hashable, Identifiable where ID == RowID {
    /// The table's name in the schema.
    static var tableName: String { get }
    /// The columns, in the order of the positions used below.
    static var columns: [ColumnDescription] { get }

    var id: RowID { get }

    /// A row whose columns all have the schema's default.
    init(id: RowID)

    /// Calls `visitor` with the property of the column at `position`, to be changed in place.
    mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws
    /// Calls `visitor` with the value of the column at `position`.
    func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V)
}

/// What is done to one column of a row, whatever its type.
public protocol ColumnModifier {
    mutating func visit<C: ColumnValue>(_ column: inout C) throws
}

/// What is read from one column of a row, whatever its type.
public protocol ColumnInspector {
    mutating func visit<C: ColumnValue>(_ column: C)
}

/// A column as the schema that the Swift code was generated from describes it.
public struct ColumnDescription: Hashable, Sendable {
    /// The column's name in the schema.
    public let name: String
    /// Its type there.
    public let type: ColumnType

    /// The constraints of RFC 7047 §3.2 on its elements are left out.
    public init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }
}

/// A column of `R` without its type: what `update` and `wait` list, and what a monitor selects.
public struct AnyColumn<R: Row>: Hashable, Sendable {
    /// The index in `R.columns`.
    public let position: Int

    /// Traps later where `R` has no such column.
    public init(position: Int) { self.position = position }

    /// The column's name in the schema.
    public var name: String { R.columns[position].name }

    /// Every column of the table.
    public static var all: [AnyColumn] { R.columns.indices.map { AnyColumn(position: $0) } }
}

/// A column of `R` whose value has type `V`.
public struct Column<R: Row, V: ColumnValue>: Sendable {
    /// The index in `R.columns`.
    public let position: Int

    /// Traps later where `R` has no such column.
    public init(position: Int) { self.position = position }

    /// The column's name in the schema.
    public var name: String { R.columns[position].name }

    /// The column's value in `row`.
    public func value(in row: R) -> V {
        var reader = ColumnReader<V>()
        row.inspect(position, with: &reader)
        return reader.value
    }
}

private struct ColumnReader<V: ColumnValue>: ColumnInspector {
    var value = V.defaultValue

    mutating func visit<C: ColumnValue>(_ column: C) {
        if let column = column as? V { value = column }
    }
}
