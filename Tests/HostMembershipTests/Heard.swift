import Synchronization

/// What was said, in order.
final class Heard: Sendable {
    private let words = Mutex<[String]>([])

    var all: [String] { words.withLock { $0 } }
    func add(_ word: String) { words.withLock { $0.append(word) } }
}
