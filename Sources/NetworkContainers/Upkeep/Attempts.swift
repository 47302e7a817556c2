/// What failed and when it is worth another attempt: each time a little later. And what of it is worth a line in the log: what is new, and
/// now and then what goes on.
struct Attempts: Sendable {
    /// The wait after the first failure, and the longest.
    static let shortest = Duration.seconds(2)
    static let longest = Duration.seconds(30)
    /// How often something that goes on failing in the same way is told.
    static let reminder = Duration.seconds(600)

    private struct Failure: Sendable {
        var message: String
        var pause: Duration
        var next: ContinuousClock.Instant
        var told: ContinuousClock.Instant
    }

    private var failures: [String: Failure] = [:]

    /// Whether the subject is to be tried now.
    func isDue(_ subject: String, at now: ContinuousClock.Instant) -> Bool {
        failures[subject].map { $0.next <= now } ?? true
    }

    /// The subjects that have failed and are to be tried now.
    func due(at now: ContinuousClock.Instant) -> Set<String> {
        Set(failures.filter { $0.value.next <= now }.keys)
    }

    /// - Returns: whether to tell it.
    mutating func failed(_ subject: String, _ message: String, at now: ContinuousClock.Instant) -> Bool {
        guard var failure = failures[subject] else {
            failures[subject] = Failure(message: message, pause: Self.shortest, next: now + Self.shortest, told: now)
            return true
        }
        failure.pause = min(failure.pause * 2, Self.longest)
        failure.next = now + failure.pause
        let isWorthTelling = failure.message != message || now - failure.told >= Self.reminder
        failure.message = message
        if isWorthTelling { failure.told = now }
        failures[subject] = failure
        return isWorthTelling
    }

    /// - Returns: whether it had failed before.
    mutating func succeeded(_ subject: String) -> Bool { failures.removeValue(forKey: subject) != nil }

    /// Forgets subjects that are no more.
    mutating func keep(_ subjects: Set<String>) { failures = failures.filter { subjects.contains($0.key) } }
}
