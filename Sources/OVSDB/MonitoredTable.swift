/// Which part of a table a client replicates.
public struct MonitoredTable: Sendable {
    let type: any Row.Type
    /// Positions in the row's `columns`.
    let columns: [Int]
    let indexes: any TableIndexing
    /// Rows for which any of these holds; nil: every row.
    let conditions: [Condition]?

    var name: String { type.tableName }

    /// Replicates `columns`, nil for all, without those of `excluding`, of the rows for which any of `conditions` holds
    /// (ovsdb-server(7) §4.1.12), nil for all. Other columns keep the schema's default; writes to them still work.
    public init<R: Row>(
        _ type: R.Type, columns: [AnyColumn<R>]? = nil, excluding: [AnyColumn<R>] = [],
        where conditions: [Condition]? = nil
    ) {
        self.type = type
        let excluded = Set(excluding.map(\.position))
        self.columns = (columns ?? AnyColumn<R>.all).map(\.position).filter { !excluded.contains($0) }.sorted()
        indexes = TableIndexes<R>()
        self.conditions = conditions
    }

    private init(_ type: any Row.Type, _ columns: [Int], _ indexes: any TableIndexing, _ conditions: [Condition]?) {
        self.type = type
        self.columns = columns
        self.indexes = indexes
        self.conditions = conditions
    }

    /// The same with a secondary index.
    public func indexed<R: Row, K>(by index: Index<R, K>) -> MonitoredTable {
        var indexes = indexes(of: R.self)
        precondition(!indexes.names.contains(index.name), "two indexes of \(name) called \(index.name)")
        indexes.append(index)
        return MonitoredTable(type, columns, indexes, conditions)
    }

    /// The same with an index that has an order.
    public func indexed<R: Row, K>(by index: OrderedIndex<R, K>) -> MonitoredTable {
        var indexes = indexes(of: R.self)
        precondition(!indexes.orderedNames.contains(index.name), "two indexes of \(name) called \(index.name)")
        indexes.append(index)
        return MonitoredTable(type, columns, indexes, conditions)
    }

    private func indexes<R: Row>(of type: R.Type) -> TableIndexes<R> {
        guard let indexes = indexes as? TableIndexes<R> else {
            preconditionFailure("an index of \(R.tableName) on table \(name)")
        }
        return indexes
    }

    func limited(to columns: [Int]) -> MonitoredTable { MonitoredTable(type, columns, indexes, conditions) }
    func limited(by conditions: [Condition]?) -> MonitoredTable { MonitoredTable(type, columns, indexes, conditions) }
}
