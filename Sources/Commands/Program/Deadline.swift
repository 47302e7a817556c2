/// The moment by which a command must have ended.
struct Deadline: Sendable {
    let instant: ContinuousClock.Instant
    /// What was given in the beginning.
    let limit: Duration

    /// What a command gets by default where a cloud is asked, whose services take seconds where ours take milliseconds.
    static let inCloud = Duration.seconds(60)

    init(after limit: Duration) {
        self.limit = limit
        instant = .now + limit
    }

    /// What is left, zero when it has passed.
    var remaining: Duration { max(.zero, instant - .now) }
}
