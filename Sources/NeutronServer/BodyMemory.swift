import HTTPServing
import NIOConcurrencyHelpers

/// The memory that the bodies of requests may take together. One client gets half of it: what one begins and does not end
/// keeps nobody else out.
final class BodyMemory: Sendable {
    private struct State {
        var taken = 0
        var byClient: [SourceAddress?: Int] = [:]
    }

    let size: Int
    private let state = NIOLockedValueBox(State())

    init(size: Int) { self.size = size }

    /// Takes so many bytes, which are given back with ``giveBack(_:of:)``; false where there are not so many.
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
