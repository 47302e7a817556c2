/// The moment by which something must have ended.
package struct Deadline: Sendable {
    package let instant: ContinuousClock.Instant
    /// What was given in the beginning.
    package let limit: Duration

    package init(after limit: Duration) {
        self.limit = limit
        instant = .now + limit
    }

    /// What is left, zero when it has passed.
    package var remaining: Duration { max(.zero, instant - .now) }
}
