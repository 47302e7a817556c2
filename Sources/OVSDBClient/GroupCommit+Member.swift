internal import NIOCore
internal import OVSDB

extension GroupCommit {
    /// One request on its way through the group; only the actor touches it.
    final class Member {
        struct Planned {
            let operations: [Operation]
            /// Called with the replica that has the commit.
            let result: (Replica) -> Result<any Sendable, any Error>
        }

        /// What planning came to.
        enum Fate {
            case planned(Planned)
            /// Final only if the members before it, which it may be about, are committed.
            case failed(any Error)
            /// Left for a transaction of its own.
            case postponed
        }

        let deadline: NIODeadline
        let plan: (Replica, _ committed: Replica) throws -> Planned
        private(set) var outcome: Result<any Sendable, any Error>?
        /// Waits for the outcome (false), or for its turn to drive (true).
        var turn: CheckedContinuation<Bool, Never>?

        init(deadline: NIODeadline, plan: @escaping (Replica, _ committed: Replica) throws -> Planned) {
            self.deadline = deadline
            self.plan = plan
        }

        func finish(_ outcome: Result<any Sendable, any Error>) {
            self.outcome = outcome
            resume(isDriver: false)
        }

        func resume(isDriver: Bool) {
            turn?.resume(returning: isDriver)
            turn = nil
        }
    }
}
