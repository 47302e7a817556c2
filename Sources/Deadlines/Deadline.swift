/// The moment by which something must have ended.
package struct Deadline: Sendable {
    package let instant: ContinuousClock.Instant
    /// The time given at the start.
    package let limit: Duration

    package init(after limit: Duration) {
        self.limit = limit
        instant = .now + limit
    }

    /// The time left, zero when it has passed.
    package var remaining: Duration { max(.zero, instant - .now) }
}
