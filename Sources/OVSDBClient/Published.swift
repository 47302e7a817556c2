internal import NIOConcurrencyHelpers
internal import OVSDB

/// A client's published state, read from any thread without waiting for the loop.
final class Published: Sendable {
    private struct Contents {
        var replica: Replica
        var state = ConnectionState.disconnected(nil)
        var locks: Set<String> = []
        var subscribers: [WeakSubscriber] = []
        var observers: [WeakObserver] = []
    }

    private struct WeakSubscriber {
        weak var buffer: Changes.Buffer?
    }

    private struct WeakObserver {
        weak var observation: Observation?
    }

    private let contents: NIOLockedValueBox<Contents>

    init(_ replica: Replica) { contents = NIOLockedValueBox(Contents(replica: replica)) }

    var replica: Replica { contents.withLockedValue { $0.replica } }

    var state: ConnectionState {
        get { contents.withLockedValue { $0.state } }
        set { contents.withLockedValue { $0.state = newValue } }
    }

    var locks: Set<String> { contents.withLockedValue { $0.locks } }

    func setLock(_ name: String, isOwned: Bool) {
        contents.withLockedValue { contents in
            if isOwned { contents.locks.insert(name) } else { contents.locks.remove(name) }
        }
    }

    func forgetLocks() { contents.withLockedValue { $0.locks = [] } }

    /// Whether somebody wants to know what changes.
    var hasSubscribers: Bool { contents.withLockedValue { !$0.subscribers.isEmpty || !$0.observers.isEmpty } }

    /// Changes after the replica that the subscriber gets first.
    func subscribe(limit: Int) -> Changes {
        contents.withLockedValue { contents in
            let buffer = Changes.Buffer(limit: limit)
            if contents.state.isReady { buffer.append(.resync(contents.replica)) }
            contents.subscribers.append(WeakSubscriber(buffer: buffer))
            return Changes(buffer: buffer)
        }
    }

    /// Whatever is published after it is observed.
    func observe(_ body: @escaping Observation.Body) -> Observation {
        let observation = Observation(body)
        contents.withLockedValue { $0.observers.append(WeakObserver(observation: observation)) }
        return observation
    }

    /// Makes `replica` the newest; nil `changes` are unknown ones. Called on the loop.
    func publish(_ replica: Replica, _ changes: [Change]?) {
        let (buffers, observers) = contents.withLockedValue { contents in
            contents.replica = replica
            if contents.subscribers.isEmpty, contents.observers.isEmpty { return ([Changes.Buffer](), [Observation]()) }
            contents.subscribers.removeAll { $0.buffer == nil }
            contents.observers.removeAll { $0.observation == nil }
            return (contents.subscribers.compactMap(\.buffer), contents.observers.compactMap(\.observation))
        }
        for buffer in buffers { buffer.append(changes.map { .changes($0, replica) } ?? .resync(replica)) }
        for observer in observers { observer.body(changes, replica) }
    }

    /// No change will follow.
    func finish() {
        let buffers = contents.withLockedValue { contents in
            let buffers = contents.subscribers.compactMap(\.buffer)
            contents.subscribers = []
            return buffers
        }
        for buffer in buffers { buffer.finish() }
    }
}
