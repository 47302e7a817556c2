public import OVSDB

/// What one request wants to commit, planned on a replica.
public struct Plan<Result: Sendable>: Sendable {
    public let operations: [Operation]
    /// The request's result, taken from the replica that contains the commit.
    let result: @Sendable (Replica) throws -> Result

    public init(_ operations: [Operation], result: @escaping @Sendable (Replica) throws -> Result) {
        self.operations = operations
        self.result = result
    }

    public init(_ operations: [Operation], returning value: Result) {
        self.init(operations) { _ in value }
    }
}

/// Lets concurrent requests share transactions.
public actor GroupCommit {
    private let client: OVSDBClient

    public init(client: OVSDBClient, maximumBatch: Int = 64, maximumTries: Int = 10) {
        self.client = client
    }

    /// Plans on the newest replica and commits, together with whoever else submits meanwhile.
    ///
    /// `plan` may be called several times, each on a newer replica, and must have no effect of its own; what it throws fails this request
    /// alone.
    ///
    /// The plan's first argument is the replica to plan on, with the requests that precede it in the same transaction; its second is the
    /// one without them. Where both agree on something, this request is the first of its transaction to guard it with a `wait`; where
    /// they differ, an earlier one has done so and changed it.
    public func submit<Result: Sendable>(
        within limit: Duration, _ plan: @escaping @Sendable (Replica, _ committed: Replica) throws -> Plan<Result>
    ) async throws -> Result {
        let committed = client.replica
        let planned = try plan(committed, committed)
        _ = try await client.transact(planned.operations, within: limit)
        return try planned.result(client.replica)
    }
}
