/// One operation of a transaction (RFC 7047 §5.2).
///
/// The first ten cases are the protocol's own, by column name. The `row` cases carry generated rows and are encoded without a detour;
/// write them with the builders of `Operation+Rows.swift`.
public enum Operation: Sendable {
    /// `id` becomes the new row's `_uuid` (ovsdb-server(7) §4.1.1), `name` its name within the transaction.
    case insert(into: String, id: RowID? = nil, name: String? = nil, row: [String: Value])
    /// Every column where `columns` is nil.
    case select(from: String, where: [Condition], columns: [String]? = nil)
    case update(in: String, where: [Condition], row: [String: Value])
    case mutate(in: String, where: [Condition], mutations: [Mutation])
    case delete(from: String, where: [Condition])
    /// Fails the transaction unless the rows are, within `timeout`, as said; no timeout waits for ever.
    case wait(
        on: String, where: [Condition], columns: [String], until: WaitComparison, rows: [[String: Value]],
        timeout: Duration?)
    case commit(durable: Bool)
    case abort
    case comment(String)
    /// Fails the transaction unless this client owns the lock.
    case assert(lock: String)

    case insertRow(any Row)
    case updateRow(any Row, columns: [Int])
    case mutateRow(in: String, id: RowID, mutations: [Mutation])
    case deleteRow(from: String, id: RowID)
    case waitRow(any Row, columns: [Int])
    /// `value` nil: the key is absent. `marker` is a value that nobody else ever writes.
    case waitKey(in: String, id: RowID, column: String, key: String, value: String?, marker: RowID)

    /// RFC 7047 §5.2.6 `"until"`.
    public enum WaitComparison: String, Hashable, Sendable {
        case equal = "=="
        case notEqual = "!="
    }
}

extension Operation {
    /// How many operations of the protocol this one becomes.
    var wireCount: Int {
        if case .waitKey(_, _, _, _, nil, _) = self { 3 } else { 1 }
    }

    /// Whether it changes nothing.
    public var isWait: Bool {
        switch self {
        case .wait, .waitRow, .waitKey: true
        default: false
        }
    }
}
