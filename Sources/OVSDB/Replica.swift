internal import HashTreeCollections

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

    /// The rows that `index`, which must be named in the `MonitoredTable`, has under `key`.
    public func rows<R, K>(_ index: Index<R, K>, _ key: K) -> [R] {
        var found: [R] = []
        tables[layout.slot(of: R.self)].forEach(in: index.name, hash: key.hashValue) { row in
            if let row = row as? R, index.keys(row).contains(key) { found.append(row) }
        }
        return found
    }

    /// One of those rows.
    public func first<R, K>(_ index: Index<R, K>, _ key: K) -> R? {
        rows(index, key).first
    }

    /// The number of those rows, told without looking at them: two keys whose 64-bit hashes are equal are counted together.
    public func count<R, K>(_ index: Index<R, K>, _ key: K) -> Int {
        tables[layout.slot(of: R.self)].count(in: index.name, hash: key.hashValue)
    }
}

/// The rows of one table and their indexes.
struct TableContents: Sendable {
    var rows: TreeDictionary<RowID, any Row> = [:]
    private var places: [TreeDictionary<Int, RowIDs>]
    private let indexes: [AnyIndex]

    init(indexes: [AnyIndex]) {
        self.indexes = indexes
        places = indexes.map { _ in [:] }
    }

    /// Puts a row in, or in place of the one with its id, which is answered.
    @discardableResult
    mutating func put(_ row: any Row) -> (any Row)? {
        let id = row.id
        let old = rows.updateValue(row, forKey: id)
        for position in indexes.indices {
            reindex(position, id, old: old, new: row)
        }
        return old
    }

    @discardableResult
    mutating func remove(_ id: RowID) -> (any Row)? {
        guard let old = rows.removeValue(forKey: id) else { return nil }
        for position in indexes.indices { reindex(position, id, old: old, new: nil) }
        return old
    }

    private mutating func reindex(_ position: Int, _ id: RowID, old: (any Row)?, new: (any Row)?) {
        let hashes = indexes[position].hashes
        guard let old else {
            if let new { hashes(new) { places[position][$0, default: .one(id)].insert(id) } }
            return
        }
        var before: [Int] = []
        hashes(old) { before.append($0) }
        var after: [Int] = []
        if let new { hashes(new) { after.append($0) } }
        if before == after { return }
        for hash in before where !after.contains(hash) {
            if places[position][hash]?.remove(id) == true { places[position].removeValue(forKey: hash) }
        }
        for hash in after where !before.contains(hash) {
            places[position][hash, default: .one(id)].insert(id)
        }
    }

    func count(in name: String, hash: Int) -> Int {
        guard let position = indexes.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("index \(name) is not among those of the client's monitored table")
        }
        return places[position][hash]?.count ?? 0
    }

    func forEach(in name: String, hash: Int, _ body: (any Row) -> Void) {
        guard let position = indexes.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("index \(name) is not among those of the client's monitored table")
        }
        places[position][hash]?.forEach { id in
            if let row = rows[id] { body(row) }
        }
    }
}
