import NIOConcurrencyHelpers
import NIOCore

/// Lets so many through at a time, and the others after them in the order in which they came.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiting = CircularBuffer<AsyncStream<Void>.Continuation>()
    }

    private let state: NIOLockedValueBox<State>

    init(width: Int) { state = NIOLockedValueBox(State(free: width)) }

    /// Waits for its turn, which ends with ``leave()``; false when it had none until the deadline, or was cancelled.
    func enter(until deadline: ContinuousClock.Instant) async -> Bool {
        let (turn, caller) = AsyncStream<Void>.makeStream()
        let isFree = state.withLockedValue { state in
            guard state.free == 0 else {
                state.free -= 1
                return true
            }
            state.waiting.append(caller)
            return false
        }
        if isFree { return true }
        let timer = Task {
            try await Task.sleep(until: deadline)
            caller.finish()
        }
        defer { timer.cancel() }
        return await turn.first { true } != nil
    }

    /// Gives the turn to the next who still waits: a stream that was finished or cancelled takes none.
    func leave() {
        state.withLockedValue { state in
            while let next = state.waiting.popFirst() {
                if case .enqueued = next.yield() { return }
            }
            state.free += 1
        }
    }
}
