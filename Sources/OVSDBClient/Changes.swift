internal import NIOConcurrencyHelpers
public import OVSDB

/// The changes of a replica in order, a limited number of batches kept for a slow reader. To be iterated once.
///
/// The first element is `.resync` with the replica that the later changes start from.
public struct Changes: AsyncSequence, Sendable {
    /// A batch of changes, or a new start.
    public enum Element: Sendable {
        /// The changes of one update from the server, and the replica after it.
        case changes([Change], Replica)
        /// The changes are unknown — at the start, for a reader that was too slow, after a reconnect that could not
        /// resume: compare with this replica.
        case resync(Replica)
    }

    /// Takes the elements from the buffer that all iterators share.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let buffer: Buffer

        /// Nil once the client has ended or the task is cancelled.
        public mutating func next() async -> Element? { await buffer.next() }
    }

    let buffer: Buffer

    /// The one reader.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(buffer: buffer) }

    /// Where the elements wait for the reader.
    final class Buffer: Sendable {
        private struct Contents {
            var elements: [Element] = []
            var reader: CheckedContinuation<Element?, Never>?
            var isFinished = false
        }

        private let contents = NIOLockedValueBox(Contents())
        private let limit: Int

        init(limit: Int) { self.limit = Swift.max(1, limit) }

        func append(_ element: Element) {
            let reader: CheckedContinuation<Element?, Never>? = contents.withLockedValue { contents in
                if let reader = contents.reader {
                    contents.reader = nil
                    return reader
                }
                switch element {
                case .resync: contents.elements = [element]  // Whatever was before it no longer matters.
                case .changes(_, let replica):
                    if contents.elements.count < limit {
                        contents.elements.append(element)
                    } else {
                        contents.elements = [.resync(replica)]
                    }
                }
                return nil
            }
            reader?.resume(returning: element)
        }

        func finish() {
            let reader = contents.withLockedValue { contents in
                contents.isFinished = true
                defer { contents.reader = nil }
                return contents.reader
            }
            reader?.resume(returning: nil)
        }

        func next() async -> Element? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let ready: Element?? = contents.withLockedValue { contents in
                        if !contents.elements.isEmpty { return .some(contents.elements.removeFirst()) }
                        if contents.isFinished || Task.isCancelled { return .some(nil) }
                        contents.reader = continuation
                        return nil
                    }
                    if let ready { continuation.resume(returning: ready) }
                }
            } onCancel: {
                let reader = contents.withLockedValue { contents in
                    defer { contents.reader = nil }
                    return contents.reader
                }
                reader?.resume(returning: nil)
            }
        }
    }
}
