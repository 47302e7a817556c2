internal import NIOCore
internal import OVSDB

extension GroupCommit {
    /// Requests that share transactions until each has its outcome.
    struct Batch {
        var members: [Member]
        var tries = 0
        /// The outcome of the last planning, for each member.
        var fates: [Member.Fate] = []

        init(_ members: [Member]) { self.members = members }

        /// Until the last of the members' deadlines.
        var remaining: Duration {
            let deadline = members.map(\.deadline).max() ?? .now()
            return .nanoseconds(max(0, (deadline - .now()).nanoseconds))
        }
    }

    /// One request in the group. Exactly one of `fail` and a plan's `succeed` is called, once.
    struct Member {
        struct Planned {
            let operations: [Operation]
            /// As ``Plan/foreseen``.
            let foreseen: (() throws -> Replica)?
            /// Gives the request its result, from the replica that has the commit.
            let succeed: (Replica) -> Void
        }

        /// The outcome of planning.
        enum Fate {
            case planned(Planned)
            /// Final only if the members before it, which may have caused it, are committed.
            case failed(any Error)
            /// Left for a transaction of its own.
            case postponed
        }

        let client: AnyHashable?
        let deadline: NIODeadline
        let plan: (Replica, _ committed: Replica) throws -> Planned
        let fail: (any Error) -> Void

        init<Result: Sendable>(
            of client: (any Hashable & Sendable)?, deadline: NIODeadline,
            plan: @escaping @Sendable (Replica, _ committed: Replica) throws -> Plan<Result>,
            _ continuation: CheckedContinuation<Result, any Error>
        ) {
            self.client = client.map { AnyHashable($0) }
            self.deadline = deadline
            self.plan = { replica, committed in
                let plan = try plan(replica, committed)
                return Planned(operations: plan.operations, foreseen: plan.foreseen) { replica in
                    continuation.resume(with: Swift.Result { try plan.result(replica) })
                }
            }
            fail = { continuation.resume(throwing: $0) }
        }
    }
}
