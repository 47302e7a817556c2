import NIOConcurrencyHelpers
import NeutronAPI

/// How handlers tell the audit that something is left to do, and whether central answered last.
package final class UpkeepSignal: Sendable {
    private struct State {
        var isRequested = false
        /// Ports to give back, and whether their addresses stay reserved.
        var releases: [ID<Port>: Bool] = [:]
        var waiting: CheckedContinuation<Void, Never>?
        var centralLostAt: ContinuousClock.Instant?
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// How long handlers that give something back do not try again after central did not answer.
    private static let memory = Duration.seconds(5)

    /// Asks for an audit soon.
    /// - Parameter id: a port that has no endpoint any more and is to be given back.
    func request(release id: ID<Port>? = nil, isSticky: Bool = false, centralIsLost: Bool) {
        let waiting = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            if let id { state.releases[id] = isSticky }
            if centralIsLost { state.centralLostAt = .now }
            state.isRequested = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// What is to be given back; a release that is done is to be struck off.
    var releases: [ID<Port>: Bool] { state.withLockedValue { $0.releases } }
    func isReleased(_ id: ID<Port>) { state.withLockedValue { $0.releases[id] = nil } }

    func centralAnswered() { state.withLockedValue { $0.centralLostAt = nil } }

    var isCentralLost: Bool {
        state.withLockedValue { $0.centralLostAt.map { .now - $0 < Self.memory } ?? false }
    }

    /// Returns when an audit is asked for, or after so long.
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
