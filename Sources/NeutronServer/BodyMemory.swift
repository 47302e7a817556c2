import HTTPServing
import NIOConcurrencyHelpers

/// A limit on the memory of all request bodies together. One client gets half of it, so that its unfinished requests
/// do not block others.
final class BodyMemory: Sendable {
    private struct State {
        var taken = 0
        var byClient: [SourceAddress?: Int] = [:]
    }

    let size: Int
    private let state = NIOLockedValueBox(State())

    init(size: Int) { self.size = size }

    /// Reserves `count` bytes, released by ``giveBack(_:of:)``; false if too few are left.
    func take(_ count: Int, for client: SourceAddress?) -> Bool {
        state.withLockedValue { state in
            let own = state.byClient[client, default: 0]
            guard state.taken + count <= size, own + count <= size / 2 else { return false }
            state.taken += count
            state.byClient[client] = own + count
            return true
        }
    }

    func giveBack(_ count: Int, of client: SourceAddress?) {
        state.withLockedValue { state in
            state.taken -= count
            let rest = state.byClient[client, default: 0] - count
            state.byClient[client] = rest > 0 ? rest : nil
        }
    }
}
