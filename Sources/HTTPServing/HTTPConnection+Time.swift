package import NIOCore

extension HTTPConnection {
    /// Bytes of a body received, in all and since a moment.
    struct BodyProgress {
        var since: NIODeadline
        var total = 0
        var pace: Pace

        init(since: NIODeadline) {
            self.since = since
            pace = Pace(since: since, count: 0)
        }
    }

    /// The bytes transferred one way by a moment.
    struct Pace {
        var since: NIODeadline
        var count: Int
    }

    struct TimeKept {
        /// The last ``tick(_:now:)``.
        var looked: NIODeadline?
        /// When the first byte of an incomplete head was seen.
        var headBegan: NIODeadline?
        /// What the client had received when it fell behind.
        var taken: Pace?
    }

    /// Byte counts of the connection.
    package struct Traffic {
        /// Bytes of an incomplete head.
        package var headBytes: Int
        /// Bytes that the client has received.
        package var taken: Int
        /// Bytes waiting to be sent.
        package var untaken: Int
        /// A read is pending: it is the client that is slow.
        package var isReading: Bool

        package init(headBytes: Int, taken: Int, untaken: Int, isReading: Bool) {
            self.headBytes = headBytes
            self.taken = taken
            self.untaken = untaken
            self.isReading = isReading
        }
    }

    /// The time until the next ``tick(_:now:)``.
    package func nextTick(now: NIODeadline) -> TimeAmount {
        var next = limits.tick
        if case .lingering(let since) = phase { next = min(next, since + limits.lingerTime - now) }
        if let cutsOffAt { next = min(next, cutsOffAt - now) }
        return max(next, .milliseconds(1))
    }

    /// Checks all timeouts.
    package mutating func tick(_ traffic: Traffic, now: NIODeadline) -> FailureAction {
        let passed = now - (time.looked ?? now)
        time.looked = now
        if let cutsOffAt, now >= cutsOffAt { return close() }
        if isBehind(traffic, now) { return close() }
        switch phase {
        case .closed: return .none
        case .lingering(let since):
            return traffic.untaken == 0 && now - since >= limits.lingerTime ? close() : .none
        case .open: break
        }
        switch input {
        case .closed: return .none
        case .head(let since): return headTick(traffic, since: since, now)
        case .body(var progress):
            guard traffic.isReading else {
                // The server made the client wait.
                progress.since = progress.since + passed
                progress.pace.since = progress.pace.since + passed
                input = .body(progress)
                return .none
            }
            if now - progress.since >= limits.bodyTime {
                return fail(
                    HTTPRefusal(status: 408, "The body did not arrive within \(Self.text(limits.bodyTime))."))
            }
            guard now - progress.pace.since >= limits.paceTime else { return .none }
            guard progress.total - progress.pace.count >= limits.paceSize else {
                return fail(
                    HTTPRefusal(
                        status: 408,
                        "Less than \(limits.paceSize) bytes of the body arrived in \(Self.text(limits.paceTime))."))
            }
            progress.pace = Pace(since: now, count: progress.total)
            input = .body(progress)
            return .none
        }
    }

    private mutating func headTick(_ traffic: Traffic, since: NIODeadline, _ now: NIODeadline) -> FailureAction {
        guard exchanges.isEmpty else { return .none }
        guard traffic.headBytes > 0 else {
            time.headBegan = nil
            let allowed = hasAnswered ? limits.idleTime : limits.headTime
            return now - since >= allowed ? close() : .none
        }
        guard let began = time.headBegan, began >= since else {
            time.headBegan = hasAnswered ? now : since
            return hasAnswered ? .none : headTick(traffic, since: since, now)
        }
        guard now - began >= limits.headTime else { return .none }
        return fail(
            HTTPRefusal(status: 408, "The head of the request did not arrive within \(Self.text(limits.headTime))."))
    }

    /// Whether the client receives its answers too slowly.
    private mutating func isBehind(_ traffic: Traffic, _ now: NIODeadline) -> Bool {
        guard traffic.untaken > 0 else {
            time.taken = nil
            return false
        }
        guard let pace = time.taken else {
            time.taken = Pace(since: now, count: traffic.taken)
            return false
        }
        guard now - pace.since >= limits.paceTime else { return false }
        guard traffic.taken - pace.count >= limits.paceSize else { return true }
        time.taken = Pace(since: now, count: traffic.taken)
        return false
    }

    private mutating func close() -> FailureAction {
        guard phase != .closed else { return .none }
        phase = .closed
        return .close
    }

    private static func text(_ time: TimeAmount) -> String {
        let milliseconds = time.nanoseconds / 1_000_000
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) seconds" : "\(milliseconds) milliseconds"
    }
}
