import Synchronization

/// Whether the Northbound database can be written: its server's disk may be full, or broken.
///
/// After a failed write, changes are refused for a pause; then one of them is tried. The pause grows until a write
/// succeeds.
final class StorageHealth: Sendable {
    private struct State {
        /// Why the last write failed; nil if it succeeded.
        var problem: String?
        var pause = StorageHealth.pauses.lowerBound
        var nextTry = ContinuousClock.now
    }

    private static let pauses = Duration.milliseconds(500)...(.seconds(8))
    private let state = Mutex(State())

    /// Why the last write failed; nil if it succeeded.
    var problem: String? { state.withLock { $0.problem } }

    /// Nil if the caller may write now, which counts as a try; else the problem.
    func refusal(at now: ContinuousClock.Instant = .now) -> String? {
        state.withLock { state in
            guard let problem = state.problem else { return nil }
            guard now >= state.nextTry else { return problem }
            state.pause = min(state.pause * 2, Self.pauses.upperBound)
            state.nextTry = now + state.pause
            return nil
        }
    }

    /// Records a failed write; returns whether the one before had succeeded or failed for another reason.
    func failed(_ problem: String, at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            defer { state.problem = problem }
            if state.problem == nil {
                state.pause = Self.pauses.lowerBound
                state.nextTry = now + state.pause
            }
            return state.problem != problem
        }
    }

    /// Records a successful write; returns whether the one before had failed.
    func succeeded() -> Bool {
        state.withLock { state in
            defer { state.problem = nil }
            return state.problem != nil
        }
    }
}
