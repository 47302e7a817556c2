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
    public func submit<Result: Sendable>(
        within limit: Duration, _ plan: @escaping @Sendable (Replica) throws -> Plan<Result>
    ) async throws -> Result {
        let planned = try plan(client.replica)
        _ = try await client.transact(planned.operations, within: limit)
        return try planned.result(client.replica)
    }
}
