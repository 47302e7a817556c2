internal import HashTreeCollections

/// A row as the replica keeps it: one reference, so that copying a node of the tree is cheap.
final class StoredRow: Sendable {
    let row: any Row

    init(_ row: any Row) { self.row = row }
}

/// The rows of one table and their indexes.
struct TableContents: Sendable {
    private(set) var rows: TreeDictionary<RowID, StoredRow> = [:]
    private var places: [IndexContents]
    private var orders: [OrderedContents]
    private let indexes: any TableIndexing

    init(indexes: any TableIndexing) {
        self.indexes = indexes
        places = indexes.names.map { _ in IndexContents() }
        orders = indexes.orderedNames.map { _ in OrderedContents() }
    }

    subscript(_ id: RowID) -> (any Row)? { rows[id]?.row }

    /// Puts a row in, or in place of the one with its id, which is answered.
    @discardableResult
    mutating func put(_ row: any Row) -> (any Row)? {
        let id = row.id
        guard let old = rows.updateValue(StoredRow(row), forKey: id)?.row else {
            indexes.hashes(of: row) { places[$0].insert(id, $1) }
            indexes.entries(of: row) { orders[$0].insert($1) }
            return nil
        }
        reindex(id, old, row)
        return old
    }

    @discardableResult
    mutating func remove(_ id: RowID) -> (any Row)? {
        guard let old = rows.removeValue(forKey: id)?.row else { return nil }
        indexes.hashes(of: old) { places[$0].remove(id, $1) }
        indexes.entries(of: old) { orders[$0].remove($1) }
        return old
    }

    private mutating func reindex(_ id: RowID, _ old: any Row, _ new: any Row) {
        var before: [(index: Int, hash: Int)] = []
        indexes.hashes(of: old) { before.append(($0, $1)) }
        indexes.hashes(of: new) { index, hash in
            if let same = before.firstIndex(where: { $0 == (index, hash) }) {
                before.remove(at: same)
            } else {
                places[index].insert(id, hash)
            }
        }
        for (index, hash) in before { places[index].remove(id, hash) }
        reorder(old, new)
    }

    private mutating func reorder(_ old: any Row, _ new: any Row) {
        guard !orders.isEmpty else { return }
        var before: [(index: Int, entry: OrderedContents.Entry)] = []
        indexes.entries(of: old) { before.append(($0, $1)) }
        indexes.entries(of: new) { index, entry in
            if let same = before.firstIndex(where: { $0 == (index, entry) }) {
                before.remove(at: same)
            } else {
                orders[index].insert(entry)
            }
        }
        for (index, entry) in before { orders[index].remove(entry) }
    }

    /// Fills the empty table with the rows that `next` answers until there are no more; the indexes are made at the end, all at once.
    mutating func load<R: Row>(_ type: R.Type, _ next: () throws -> R?) throws {
        var entries = [[IndexContents.Entry]](repeating: [], count: places.count)
        var ordered = [[OrderedContents.Entry]](repeating: [], count: orders.count)
        let typed = indexes as? TableIndexes<R>
        while let row = try next() {
            let id = row.id
            typed?.hashes(ofTyped: row) { entries[$0].append(IndexContents.Entry(hash: $1, id: id)) }
            typed?.entries(ofTyped: row) { ordered[$0].append($1) }
            guard rows.updateValue(StoredRow(row), forKey: id) == nil else {
                throw OVSDBError(.malformed, "row \(id) twice in the first copy of \(R.tableName)")
            }
        }
        for index in places.indices {
            places[index].load(entries[index])
            entries[index] = []
        }
        for index in orders.indices {
            orders[index].load(ordered[index])
            ordered[index] = []
        }
    }

    private func place(_ name: String) -> IndexContents {
        guard let position = indexes.names.firstIndex(of: name) else {
            preconditionFailure("index \(name) is not among those of the client's monitored table")
        }
        return places[position]
    }

    func count(in name: String, hash: Int) -> Int { place(name).count(hash) }

    func forEach(in name: String, hash: Int, _ body: (any Row) -> Void) {
        place(name).forEach(hash) { id in
            if let row = rows[id]?.row { body(row) }
        }
    }

    func order(_ name: String) -> OrderedContents {
        guard let position = indexes.orderedNames.firstIndex(of: name) else {
            preconditionFailure("ordered index \(name) is not among those of the client's monitored table")
        }
        return orders[position]
    }
}
