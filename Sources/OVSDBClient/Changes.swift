public import OVSDB

/// The changes of a replica in order, at most so many batches kept for a slow reader.
public struct Changes: AsyncSequence, Sendable {
    public enum Element: Sendable {
        /// What one update from the server changed, and the replica with it.
        case changes([Change], Replica)
        /// Changes were lost — the reader was too slow, or the server could not resume after a reconnect: compare with this replica.
        case resync(Replica)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        /// Nil once the client has ended.
        public mutating func next() async -> Element? { nil }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
}
