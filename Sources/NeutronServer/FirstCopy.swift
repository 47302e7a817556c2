import NetworkStore
import Synchronization

/// Holds lists back until the store has seen everything once: before, they would be empty, which is not the truth.
///
/// Afterwards a lost connection does not matter to them: what was seen last is told, as everywhere in a distributed system.
final class FirstCopy: Sendable {
    private let isThere = Atomic(false)

    func wait(_ store: NetworkStore) async throws {
        if isThere.load(ordering: .acquiring) { return }
        try await store.ready()
        isThere.store(true, ordering: .releasing)
    }
}
