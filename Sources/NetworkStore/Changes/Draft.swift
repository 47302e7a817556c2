import Deadlines
import NeutronAPI
import OVNModel
import OVSDB

/// The changes of one request, planned on a snapshot and not yet sent.
///
/// `snapshot` has the changes made so far, so that the members of a bulk request see each other.
package struct Draft {
    private var base: Snapshot
    /// The database without the requests that share the transaction.
    private let committed: Replica
    /// The number of `operations` already in `base`.
    private var applied = 0
    private(set) var operations: [OVSDB.Operation] = []
    private var claimed: Set<RowID> = []
    private var expected: Set<RowID> = []
    let configuration: NetworkStoreConfiguration
    /// The moment of the request.
    let time: Timestamp
    /// Whether an earlier try may have been committed: an existing resource is then the result, not an error.
    let isRepetition: Bool

    init(
        _ snapshot: Snapshot, committed: Replica, configuration: NetworkStoreConfiguration, time: Timestamp,
        isRepetition: Bool = false
    ) {
        base = snapshot
        self.committed = committed
        self.configuration = configuration
        self.time = time
        self.isRepetition = isRepetition
    }

    /// The database with the changes so far.
    mutating func snapshot() throws -> Snapshot {
        if applied < operations.count {
            // If it throws, the request has failed, and the draft with it.
            try base.northbound.apply(operations[applied...])
            applied = operations.count
        }
        return base
    }

    // MARK: Rows

    mutating func insert(_ row: some Row) { operations.append(.insert(row)) }

    /// Maps are changed key by key, so that keys which others write concurrently stay.
    mutating func change<R: OwnedRow>(_ old: R, to new: R) {
        operations += Operation.changes(from: old, to: new, maps: R.mapColumns)
    }

    mutating func delete<R: Row>(_ row: R) { operations.append(.delete(R.self, row.id)) }

    mutating func append(_ operation: OVSDB.Operation) { operations.append(operation) }

    // MARK: Guards

    /// Fails the transaction unless the row still has the revision that was read.
    mutating func expectUnchanged<R: OwnedRow>(_ row: R) {
        guard expected.insert(row.id).inserted else { return }
        operations.append(
            .wait(R.self, row.id, externalID: Layout.revision.name, equals: row.externalIDs[Layout.revision.name]))
    }

    /// Fails the transaction unless the row's count under `key` is the one that was read, and writes the next. One step
    /// is enough for all the requests of a transaction.
    mutating func claim<R: OwnedRow>(_ row: R, _ key: String) {
        guard claimed.insert(row.id).inserted else { return }
        let generation = row.externalIDs[key]
        // Another request of the same transaction has taken the step, or inserted the row.
        guard let before = committed[R.self][row.id], before.externalIDs[key] == generation else { return }
        let next = (generation.flatMap { UInt64($0) } ?? 0) &+ 1
        operations.append(.wait(R.self, row.id, externalID: key, equals: generation))
        operations.append(.mutate(R.self, row.id, .put(R.externalIDsColumn, [key: String(next)])))
    }

    // MARK: Standard attributes

    /// 412 unless the request names no revision or the current one.
    func check(_ expected: Int?, against standard: StandardAttributes) throws(NeutronError) {
        guard let expected, expected != standard.revision, !isRepetition else { return }
        throw .revisionNumberConstraintFailed(expected: expected, current: standard.revision)
    }

    func created(_ projectID: String, _ description: String, tags: [String] = [], revision: Int) -> StandardAttributes {
        StandardAttributes(
            projectID: projectID, description: description, tags: tags, revision: revision, createdAt: time,
            updatedAt: time)
    }

    func touch(_ standard: inout StandardAttributes) {
        standard.revision += 1
        standard.updatedAt = time
    }
}
