public import OVSDB

/// What one request wants to commit, planned on a replica.
public struct Plan<Result: Sendable>: Sendable {
    /// What is committed, in this order.
    public let operations: [Operation]
    let result: @Sendable (Replica) throws -> Result
    /// The replica that the request was planned on, with the operations; nil where that is left to whoever needs it.
    var foreseen: (@Sendable () throws -> Replica)?

    /// `result` takes the result from the replica that contains the commit.
    public init(_ operations: [Operation], result: @escaping @Sendable (Replica) throws -> Result) {
        self.operations = operations
        self.result = result
    }

    /// The result is known before the commit.
    public init(_ operations: [Operation], returning value: Result) {
        self.init(operations) { _ in value }
    }

    /// The same by a planner that has, or can have, the replica as it will be: those planned next are planned on that.
    package init(
        _ operations: [Operation], returning value: Result, foreseen: @escaping @Sendable () throws -> Replica
    ) {
        self.init(operations, returning: value)
        self.foreseen = foreseen
    }
}
