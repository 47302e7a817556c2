/// An immutable copy of the replicated tables at one moment; copying and keeping it is cheap.
///
/// Also the speculative copy on which a transaction is planned: `applying(_:)`.
public struct Replica: Sendable {
    let layout: Layout
    var tables: [TableContents]

    /// What the tables are called and how they are indexed; the same for all replicas of a client.
    final class Layout: Sendable {
        let tables: [MonitoredTable]
        let slots: [String: Int]
        private let types: [ObjectIdentifier: Int]
        let columns: [ColumnNames]

        init(_ tables: [MonitoredTable]) {
            self.tables = tables
            slots = Dictionary(uniqueKeysWithValues: tables.enumerated().map { ($1.name, $0) })
            types = Dictionary(uniqueKeysWithValues: tables.enumerated().map { (ObjectIdentifier($1.type), $0) })
            columns = tables.map { ColumnNames($0) }
        }

        func slot(of type: any Row.Type) -> Int {
            guard let slot = types[ObjectIdentifier(type)] else {
                preconditionFailure("table \(type.tableName) is not among the client's monitored tables")
            }
            return slot
        }
    }

    /// An empty replica of `tables`.
    public init(of tables: [MonitoredTable]) { self.init(Layout(tables)) }

    init(_ layout: Layout) {
        self.layout = layout
        tables = layout.tables.map { TableContents(indexes: $0.indexes) }
    }

    /// The rows of one table, which must be among the monitored ones.
    public subscript<R: Row>(_ type: R.Type) -> TableView<R> {
        TableView(rows: tables[layout.slot(of: type)].rows)
    }

    // Inlinable, so that rows become of their type by code that knows it.

    /// The rows that `index`, which must be named in the `MonitoredTable`, has under `key`.
    @inlinable
    public func rows<R, K>(_ index: Index<R, K>, _ key: K) -> [R] {
        var found: [R] = []
        forEach(index, key) { found.append($0) }
        return found
    }

    /// Passes those rows to `body`, one by one.
    @inlinable
    public func forEach<R, K>(_ index: Index<R, K>, _ key: K, _ body: (R) -> Void) {
        forEachRow(of: R.self, index.name, hash: key.hashValue) { row in
            if let row = row as? R, index.holds(row, key) { body(row) }
        }
    }

    /// One of those rows.
    @inlinable
    public func first<R, K>(_ index: Index<R, K>, _ key: K) -> R? {
        var found: R?
        forEach(index, key) { if found == nil { found = $0 } }
        return found
    }

    @usableFromInline
    func forEachRow(of type: any Row.Type, _ index: String, hash: Int, _ body: (any Row) -> Void) {
        tables[layout.slot(of: type)].forEach(in: index, hash: hash, body)
    }

    /// The number of those rows, told without looking at them: two keys whose 64-bit hashes are equal are counted together.
    public func count<R, K>(_ index: Index<R, K>, _ key: K) -> Int {
        tables[layout.slot(of: R.self)].count(in: index.name, hash: key.hashValue)
    }

    /// The numbers that rows have in `index`, which must be named in the `MonitoredTable`, under `key`: those that follow `mark`, each
    /// once, in the order that is asked for, `limit` at most. Costs as much as there are in the answer.
    public func numbers<R, K>(
        _ index: OrderedIndex<R, K>, _ key: K, after mark: UInt128? = nil, upwards: Bool = true, limit: Int = .max
    ) -> [UInt128] {
        order(index).numbers(key.hashValue, after: mark, upwards: upwards, limit: limit)
    }

    /// How many rows `index` has under `key`.
    public func count<R, K>(_ index: OrderedIndex<R, K>, _ key: K) -> Int { order(index).count(key.hashValue) }

    private func order<R, K>(_ index: OrderedIndex<R, K>) -> OrderedContents {
        tables[layout.slot(of: R.self)].order(index.name)
    }
}
