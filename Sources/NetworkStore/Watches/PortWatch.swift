package import NeutronAPI
import Synchronization

/// Which ports of some networks have changed since the watch was last asked.
///
/// Holds identifiers only: whoever asks looks at a snapshot, so that a reader who is slow gets the newest state of each
/// port once, however often it changed meanwhile.
package final class PortWatch: Sendable {
    package enum News: Sendable, Equatable {
        /// These ports were made, changed or deleted, or perhaps not: each is to be looked at.
        case ports(Set<ID<Port>>)
        /// Any port of the networks may have.
        case anything
    }

    private struct State {
        var news: News?
        var hasEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// With more identifiers than that it is no longer worth telling them apart.
    static let mostPorts = 4_096

    package let networks: Set<ID<Network>>
    private let state = Mutex(State())

    init(_ networks: Set<ID<Network>>) { self.networks = networks }

    package var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Waits for news until `deadline`; nil when there is none by then, the watch has ended or the task is cancelled. To
    /// be called by one task at a time.
    package func next(until deadline: ContinuousClock.Instant) async -> News? {
        if let news = take() { return news }
        let timer = Task {
            try await Task.sleep(until: deadline)
            wake()
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // The timer may have gone off already.
                    if state.news != nil || state.hasEnded || Task.isCancelled || .now >= deadline { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        return take()
    }

    /// Wakes who waits; there will be no news.
    package func end() {
        state.withLock { $0.hasEnded = true }
        wake()
    }

    func add(_ ports: Set<ID<Port>>) {
        state.withLock { state in
            switch state.news {
            case nil: state.news = .ports(ports)
            case .ports(let known)?: state.news = .ports(known.union(ports))
            case .anything?: break
            }
            if case .ports(let all)? = state.news, all.count > Self.mostPorts { state.news = .anything }
        }
        wake()
    }

    func addAnything() {
        state.withLock { $0.news = .anything }
        wake()
    }

    private func take() -> News? {
        state.withLock { state in
            guard !state.hasEnded else { return nil }
            defer { state.news = nil }
            return state.news
        }
    }

    private func wake() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
