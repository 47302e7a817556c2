/// A secondary index over the rows of `R`: finds rows by anything that can be computed from them.
///
/// Define it once as a constant, name it in the `MonitoredTable`, and ask `Replica.rows(_:_:)`.
public struct Index<R: Row, K: Hashable & Sendable>: Sendable {
    /// Unique among the table's indexes.
    public let name: String
    /// The keys under which a row is found; a row without any is not in the index.
    public let keys: @Sendable (R) -> [K]

    /// Passes each key's hash to its second argument.
    @usableFromInline let hashes: @Sendable (R, (Int) -> Void) -> Void

    // Inlinable, so that the keys are computed and hashed by code that knows their type.

    @inlinable
    public init(_ name: String, keys: @escaping @Sendable (R) -> [K]) {
        self.name = name
        self.keys = keys
        hashes = { row, body in
            for key in keys(row) { body(key.hashValue) }
        }
    }

    /// At most one key a row.
    @inlinable
    public init(_ name: String, key: @escaping @Sendable (R) -> K?) {
        self.name = name
        keys = { row in key(row).map { [$0] } ?? [] }
        hashes = { row, body in
            if let key = key(row) { body(key.hashValue) }
        }
    }

    /// The rows by the value of one column.
    @inlinable
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

/// The indexes of one table without their types, as the replica keeps them.
protocol TableIndexing: Sendable {
    var names: [String] { get }
    /// Passes the number of the index and the hash of each key of `row` to `body`.
    func hashes(of row: any Row, _ body: (_ index: Int, _ hash: Int) -> Void)
}

struct TableIndexes<R: Row>: TableIndexing {
    /// Passes the hash of each key of the row to its second argument.
    private struct Function {
        let hashes: @Sendable (R, (Int) -> Void) -> Void
    }

    private(set) var names: [String] = []
    private var functions: [Function] = []

    mutating func append<K>(_ index: Index<R, K>) {
        names.append(index.name)
        functions.append(Function(hashes: index.hashes))
    }

    func hashes(of row: any Row, _ body: (Int, Int) -> Void) {
        guard !functions.isEmpty, let row = row as? R else { return }
        hashes(ofTyped: row, body)
    }

    func hashes(ofTyped row: R, _ body: (Int, Int) -> Void) {
        var number = 0
        while number < functions.count {
            functions[number].hashes(row) { body(number, $0) }
            number += 1
        }
    }
}
