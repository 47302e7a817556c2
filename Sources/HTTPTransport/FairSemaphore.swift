import NIOConcurrencyHelpers
import NIOCore

/// A semaphore that is fair between clients. Waiters queue by client, and the queues take turns: however
/// many requests one client has, another's waits for one of them only.
package final class FairSemaphore<Client: Hashable & Sendable>: Sendable {
    private struct Waiter {
        let number: UInt64
        /// The turns that the client may hold at a time.
        let share: Int
        let turn: AsyncStream<Void>.Continuation
    }

    private struct State {
        var free: Int
        /// The turns that each client holds.
        var taken: [Client: Int] = [:]
        var next: UInt64 = 0
        var queues: [Client: CircularBuffer<Waiter>] = [:]
        /// The clients that have a queue, the one whose turn is next first.
        var order = CircularBuffer<Client>()

        mutating func take(for client: Client) {
            free -= 1
            taken[client, default: 0] += 1
        }
    }

    private let state: NIOLockedValueBox<State>

    /// The number of waiters.
    var waiting: Int { state.withLockedValue { $0.queues.values.reduce(0) { $0 + $1.count } } }

    package init(width: Int) { state = NIOLockedValueBox(State(free: width)) }

    /// Waits for a turn of `client`, which ends with ``leave(_:)``; false when it got none by the deadline, or was
    /// cancelled. The client may have `share` turns at a time.
    package func enter(
        for client: Client, share: Int = .max, until deadline: ContinuousClock.Instant
    ) async -> Bool {
        let (turn, caller) = AsyncStream<Void>.makeStream()
        let number: UInt64? = state.withLockedValue { state in
            if state.free > 0, state.taken[client, default: 0] < share {
                state.take(for: client)
                return nil
            }
            state.next += 1
            if state.queues[client] == nil { state.order.append(client) }
            state.queues[client, default: []].append(Waiter(number: state.next, share: share, turn: caller))
            return state.next
        }
        guard let number else { return true }
        let timer = Task {
            try await Task.sleep(until: deadline)
            caller.finish()
        }
        defer { timer.cancel() }
        if await turn.first(where: { true }) != nil { return true }
        state.withLockedValue { state in
            state.queues[client]?.removeAll { $0.number == number }
        }
        return false
    }

    /// Passes the turn of `client` on to the next live waiter: a stream that was finished or cancelled takes none.
    package func leave(_ client: Client) {
        state.withLockedValue { state in
            state.free += 1
            let rest = state.taken[client, default: 1] - 1
            state.taken[client] = rest > 0 ? rest : nil
            // Clients at their share keep their place; there are few of them.
            for _ in 0..<state.order.count {
                guard let next = state.order.popFirst() else { return }
                if Self.admit(next, &state) { return }
            }
        }
    }

    /// Gives a turn to the first live waiter of a client's queue, and puts the client behind the others.
    private static func admit(_ client: Client, _ state: inout State) -> Bool {
        var queue = state.queues.removeValue(forKey: client) ?? []
        var isAdmitted = false
        while !isAdmitted, let next = queue.first, state.taken[client, default: 0] < next.share {
            queue.removeFirst()
            if case .enqueued = next.turn.yield() { isAdmitted = true }
        }
        if isAdmitted { state.take(for: client) }
        if !queue.isEmpty {
            state.queues[client] = queue
            state.order.append(client)
        }
        return isAdmitted
    }
}
