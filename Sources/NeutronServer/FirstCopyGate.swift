import NetworkStore
import Synchronization

/// Delays lists until the store's first copy is complete: before, they would wrongly be empty.
///
/// Afterwards a lost connection does not matter to them: they return the last known state.
final class FirstCopyGate: Sendable {
    private let isComplete = Atomic(false)

    func wait(_ store: NetworkStore) async throws {
        if isComplete.load(ordering: .acquiring) { return }
        try await store.ready()
        isComplete.store(true, ordering: .releasing)
    }
}
