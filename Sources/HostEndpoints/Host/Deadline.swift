/// The moment by which a command must have ended.
package struct Deadline: Sendable {
    package let instant: ContinuousClock.Instant
    /// What was given in the beginning.
    package let limit: Duration

    /// What a command gets by default where a cloud is asked, whose services take seconds where ours take milliseconds.
    package static let inCloud = Duration.seconds(60)

    package init(after limit: Duration) {
        self.limit = limit
        instant = .now + limit
    }

    /// What is left, zero when it has passed.
    package var remaining: Duration { max(.zero, instant - .now) }
}
