public import OVSDB

/// Is told of each change of a replica while somebody holds it.
public final class Observation: Sendable {
    /// Gets the changes of one update from the server, and the replica after it. Nil changes are unknown ones, after a
    /// reconnect that could not resume: compare with the replica.
    public typealias Body = @Sendable (_ changes: [Change]?, _ replica: Replica) -> Void

    let body: Body

    init(_ body: @escaping Body) { self.body = body }
}
