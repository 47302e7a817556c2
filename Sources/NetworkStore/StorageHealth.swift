import Synchronization

/// Whether the Northbound database can be written: its server's disk may be full, or broken.
///
/// After a write that failed, changes are refused for a pause; then one of them is tried. The pause grows until a write succeeds.
final class StorageHealth: Sendable {
    private struct State {
        /// Why the last write failed; nil when it did not.
        var problem: String?
        var pause = StorageHealth.pauses.lowerBound
        var nextTry = ContinuousClock.now
    }

    private static let pauses = Duration.milliseconds(500)...(.seconds(8))
    private let state = Mutex(State())

    /// Why the last write failed; nil when it did not.
    var problem: String? { state.withLock { $0.problem } }

    /// Nil for who may write now, which counts as a try; else the problem.
    func refusal(at now: ContinuousClock.Instant = .now) -> String? {
        state.withLock { state in
            guard let problem = state.problem else { return nil }
            guard now >= state.nextTry else { return problem }
            state.pause = min(state.pause * 2, Self.pauses.upperBound)
            state.nextTry = now + state.pause
            return nil
        }
    }

    /// A write has failed; tells whether the one before had not, or for another reason.
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

    /// A write has succeeded; tells whether the one before had not.
    func succeeded() -> Bool {
        state.withLock { state in
            defer { state.problem = nil }
            return state.problem != nil
        }
    }
}
