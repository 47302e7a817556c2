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
