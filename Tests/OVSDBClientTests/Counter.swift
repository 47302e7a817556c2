import Synchronization

/// Counts across threads.
final class Counter: Sendable {
    private let value = Mutex(0)

    /// The number of calls before this one.
    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}

/// Remembers numbers across threads.
final class Seen: Sendable {
    private let numbers = Mutex<Set<Int>>([])

    func insert(_ number: Int) { numbers.withLock { _ = $0.insert(number) } }

    var count: Int { numbers.withLock { $0.count } }
}
