import NIOConcurrencyHelpers
import NeutronAPI

/// How handlers tell the audit that something is left to do, and whether central answered last.
package final class UpkeepSignal: Sendable {
    private struct State {
        var isRequested = false
        /// Ports to give back, and whether their addresses stay reserved.
        var releases: [ID<Port>: Bool] = [:]
        var waiting: CheckedContinuation<Void, Never>?
        /// The engine's networks that it has asked for and not shown yet.
        var beginning: Set<String> = []
        /// When central did not answer, the first time and the last; nil once it has answered.
        var lost: (since: ContinuousClock.Instant, last: ContinuousClock.Instant)?
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// How long it counts that central did not answer: longer than the audit takes from one question to the end of the next.
    private static let lossLifetime = Duration.seconds(10)

    /// Asks for an audit soon, and for the release of a port that no longer has an endpoint.
    func request(release id: ID<Port>? = nil, isSticky: Bool = false, centralIsLost: Bool) {
        let waiting = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            if let id { state.releases[id] = isSticky }
            if centralIsLost { state.lost = (state.lost?.since ?? .now, .now) }
            state.isRequested = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// What is to be given back; a release that is done is to be struck off.
    var releases: [ID<Port>: Bool] { state.withLockedValue { $0.releases } }
    func isReleased(_ id: ID<Port>) { state.withLockedValue { $0.releases[id] = nil } }

    /// The engine makes a network, by libnetwork's id: it is told that it is made before the engine has written it down.
    func begins(network id: String) { state.withLockedValue { _ = $0.beginning.insert(id) } }
    func hasNetworks(_ ids: Set<String>) { state.withLockedValue { $0.beginning.subtract(ids) } }
    func isNotMade(network id: String) { hasNetworks([id]) }
    /// Another engine process finishes nothing that the one before began.
    func engineIsNew() { state.withLockedValue { $0.beginning = [] } }
    var beginning: Set<String> { state.withLockedValue { $0.beginning } }

    func centralAnswered() { state.withLockedValue { $0.lost = nil } }

    /// Says so without asking for an audit.
    func centralIsStillLost() { state.withLockedValue { $0.lost = ($0.lost?.since ?? .now, .now) } }

    /// Whether central did not answer a moment ago: what can be done later is not tried now.
    var isCentralLost: Bool { lostFor != nil }

    /// For how long central has not answered; nil where it has, or has not been asked lately.
    var lostFor: Duration? {
        state.withLockedValue { state in
            state.lost.flatMap { .now - $0.last < Self.lossLifetime ? .now - $0.since : nil }
        }
    }

    /// Returns when an audit is asked for, or after this time.
    func wait(atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.requested() }
            group.addTask {
                // Cancelled: that is how waiting ends, too.
                do { try await Task.sleep(for: limit) } catch { return }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func requested() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLockedValue { state -> Bool in
                    if state.isRequested || Task.isCancelled {
                        state.isRequested = false
                        return true
                    }
                    state.waiting = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume()
        }
        state.withLockedValue { $0.isRequested = false }
    }
}
