/// A secondary index over the rows of `R`: finds rows by anything that can be computed from them.
///
/// Define it once as a constant, name it in the `MonitoredTable`, and ask `Replica.rows(_:_:)`.
public struct Index<R: Row, K: Hashable & Sendable>: Sendable {
    /// Unique among the table's indexes.
    public let name: String
    /// Passes each key's hash to its second argument.
    @usableFromInline let hashes: @Sendable (R, (Int) -> Void) -> Void
    /// Whether a row is found under a key.
    @usableFromInline let holds: @Sendable (R, K) -> Bool

    // Inlinable, so that the keys are computed, hashed and compared by code that knows their type.

    /// `keys` are those under which a row is found; a row without any is not in the index.
    @inlinable
    public init(_ name: String, keys: @escaping @Sendable (R) -> [K]) {
        self.name = name
        hashes = { row, body in
            for key in keys(row) { body(key.hashValue) }
        }
        holds = { row, key in keys(row).contains(key) }
    }

    /// At most one key a row.
    @inlinable
    public init(_ name: String, key: @escaping @Sendable (R) -> K?) {
        self.name = name
        hashes = { row, body in
            if let key = key(row) { body(key.hashValue) }
        }
        holds = { row, wanted in key(row) == wanted }
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

/// Keeps the rows of `R` under each key in the order of a number that every row has: a page of them is read without a look at the others.
///
/// Define it once as a constant, name it in the `MonitoredTable`, and ask `Replica.numbers(_:_:after:upwards:limit:)`.
public struct OrderedIndex<R: Row, K: Hashable & Sendable>: Sendable {
    /// Unique among the table's indexes.
    public let name: String

    /// Passes each key's hash, and the row's number, to its second argument.
    @usableFromInline let entries: @Sendable (R, (_ hash: Int, _ number: UInt128) -> Void) -> Void

    /// Rows are ordered by `number`; a row without one is not in the index.
    @inlinable
    public init(
        _ name: String, number: @escaping @Sendable (R) -> UInt128?, keys: @escaping @Sendable (R) -> [K]
    ) {
        self.name = name
        entries = { row, body in
            guard let number = number(row) else { return }
            for key in keys(row) { body(key.hashValue, number) }
        }
    }
}

/// The indexes of one table without their types, as the replica keeps them.
protocol TableIndexing: Sendable {
    var names: [String] { get }
    var orderedNames: [String] { get }
    /// Passes the number of the index and the hash of each key of `row` to `body`.
    func hashes(of row: any Row, _ body: (_ index: Int, _ hash: Int) -> Void)
    /// Passes the number of the ordered index and what that has of `row` to `body`.
    func entries(of row: any Row, _ body: (_ index: Int, OrderedContents.Entry) -> Void)
}

struct TableIndexes<R: Row>: TableIndexing {
    /// Passes the hash of each key of the row to its second argument.
    private struct Function {
        let hashes: @Sendable (R, (Int) -> Void) -> Void
    }

    /// Passes each key's hash, and the row's number, to its second argument.
    private struct OrderedFunction {
        let entries: @Sendable (R, (Int, UInt128) -> Void) -> Void
    }

    private(set) var names: [String] = []
    private(set) var orderedNames: [String] = []
    private var functions: [Function] = []
    private var orderedFunctions: [OrderedFunction] = []

    mutating func append<K>(_ index: Index<R, K>) {
        names.append(index.name)
        functions.append(Function(hashes: index.hashes))
    }

    mutating func append<K>(_ index: OrderedIndex<R, K>) {
        orderedNames.append(index.name)
        orderedFunctions.append(OrderedFunction(entries: index.entries))
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
    func entries(of row: any Row, _ body: (Int, OrderedContents.Entry) -> Void) {
        guard !orderedFunctions.isEmpty, let row = row as? R else { return }
        entries(ofTyped: row, body)
    }

    func entries(ofTyped row: R, _ body: (Int, OrderedContents.Entry) -> Void) {
        for (index, function) in orderedFunctions.enumerated() {
            function.entries(row) { body(index, OrderedContents.Entry(hash: $0, number: $1)) }
        }
    }
}
