internal import HashTreeCollections

/// A secondary index over the rows of `R`: finds rows by anything that can be computed from them.
///
/// Define it once as a constant, name it in the `MonitoredTable`, and ask `Replica.rows(_:_:)`.
public struct Index<R: Row, K: Hashable & Sendable>: Sendable {
    /// Unique among the table's indexes.
    public let name: String
    /// The keys under which a row is found; a row without any is not in the index.
    public let keys: @Sendable (R) -> [K]

    /// Passes each key's hash to its second argument.
    let hashes: @Sendable (R, (Int) -> Void) -> Void

    public init(_ name: String, keys: @escaping @Sendable (R) -> [K]) {
        self.name = name
        self.keys = keys
        hashes = { row, body in
            for key in keys(row) { body(key.hashValue) }
        }
    }

    /// At most one key a row.
    public init(_ name: String, key: @escaping @Sendable (R) -> K?) {
        self.name = name
        keys = { row in key(row).map { [$0] } ?? [] }
        hashes = { row, body in
            if let key = key(row) { body(key.hashValue) }
        }
    }

    /// The rows by the value of one column.
    public static func column(_ path: any KeyPath<R, K> & Sendable, name: String) -> Index {
        Index(name) { (row: R) -> K? in row[keyPath: path] }
    }
}

extension Index where K == String {
    /// The rows by the value under one key of `external_ids`.
    public static func externalID(_ key: String, of path: any KeyPath<R, StringMap> & Sendable) -> Index {
        Index("external_ids:\(key)") { (row: R) -> String? in row[keyPath: path][key] }
    }
}

/// An index without its types, as the replica keeps it.
struct AnyIndex: Sendable {
    let name: String
    let hashes: @Sendable (any Row, (Int) -> Void) -> Void

    init<R: Row, K>(_ index: Index<R, K>) {
        name = index.name
        let hashes = index.hashes
        self.hashes = { row, body in
            if let row = row as? R { hashes(row, body) }
        }
    }
}

/// The rows under one hash of an index. Nearly always one; hundreds of ports of one network stay cheap to change.
enum RowIDs: Sendable {
    case one(RowID)
    case many(TreeSet<RowID>)

    mutating func insert(_ id: RowID) {
        switch self {
        case .one(let first): if first != id { self = .many([first, id]) }
        case .many(var ids):
            self = .many([])  // so that the set is changed in place
            ids.insert(id)
            self = .many(ids)
        }
    }

    /// Answers whether none is left, in which case nothing changes.
    mutating func remove(_ id: RowID) -> Bool {
        switch self {
        case .one(let first): return first == id
        case .many(var ids):
            self = .many([])
            ids.remove(id)
            self = .many(ids)
            return ids.isEmpty
        }
    }

    var count: Int {
        switch self {
        case .one: 1
        case .many(let ids): ids.count
        }
    }

    func forEach(_ body: (RowID) -> Void) {
        switch self {
        case .one(let id): body(id)
        case .many(let ids): for id in ids { body(id) }
        }
    }
}
