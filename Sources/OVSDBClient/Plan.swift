public import OVSDB

/// What one request wants to commit, planned on a replica.
public struct Plan<Result: Sendable>: Sendable {
    /// What is committed, in this order.
    public let operations: [Operation]
    let result: @Sendable (Replica) throws -> Result

    /// `result` takes the result from the replica that contains the commit.
    public init(_ operations: [Operation], result: @escaping @Sendable (Replica) throws -> Result) {
        self.operations = operations
        self.result = result
    }

    /// The result is known before the commit.
    public init(_ operations: [Operation], returning value: Result) {
        self.init(operations) { _ in value }
    }
}
