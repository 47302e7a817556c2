import NeutronAPI

/// What is known of tokens, for a short time, and who waits for what is being asked.
struct TokenCache: Sendable {
    /// How long it is taken for true that a token is valid, and so how late a revocation can be noticed.
    let lifetime: Duration
    /// And that it is not. Short: where Keystone has replicas, one may not know yet what another one just gave out.
    private let rejectionLifetime: Duration
    private var valid: Generations<ValidToken>
    /// Apart, so that a flood of guesses does not push out what is valid.
    private var rejected: Generations<String>
    /// Tokens that somebody asks Keystone for, with those who wait for the answer; they get nil if the asker gave up.
    private var asked: [String: [CheckedContinuation<TokenVerdict?, Never>]] = [:]

    init(lifetime: Duration, capacity: Int) {
        self.lifetime = lifetime
        rejectionLifetime = min(lifetime, .seconds(2))
        valid = Generations(capacity: capacity)
        rejected = Generations(capacity: capacity)
    }

    /// What to do about a token.
    enum Step {
        case known(TokenVerdict)
        /// Nobody has asked: the caller does, and calls ``finish(_:with:at:)``.
        case ask
        case wait
    }

    /// - Parameter clock: the date and time, which a token's expiry is told in.
    mutating func step(_ token: String, at now: ContinuousClock.Instant, clock: Timestamp) -> Step {
        if let known = valid[token, now] {
            guard known.expiresAt > clock else { return .known(.rejected("expired")) }
            return .known(.valid(known))
        }
        if asked[token] != nil { return .wait }
        if let reason = rejected[token, now] { return .known(.rejected(reason)) }
        asked[token] = []
        return .ask
    }

    /// Adds somebody who waits; false where the answer is there already.
    mutating func wait(for token: String, _ continuation: CheckedContinuation<TokenVerdict?, Never>) -> Bool {
        guard asked[token] != nil else { return false }
        asked[token]?.append(continuation)
        return true
    }

    /// Keeps an answer, which was asked for at `start`, and returns those who wait for it. Nil: the asker gave up.
    mutating func finish(
        _ token: String, with verdict: TokenVerdict?, askedAt start: ContinuousClock.Instant
    ) -> [CheckedContinuation<TokenVerdict?, Never>] {
        switch verdict {
        case .valid(let found): valid.insert(found, for: token, until: start + lifetime)
        case .rejected(let reason): rejected.insert(reason, for: token, until: start + rejectionLifetime)
        case .unavailable, nil: break
        }
        return asked.removeValue(forKey: token) ?? []
    }
}

/// A cache of bounded size whose entries end by themselves: when half of it is full, the older half goes.
private struct Generations<Value: Sendable>: Sendable {
    private let half: Int
    private var young: [String: (value: Value, until: ContinuousClock.Instant)] = [:]
    private var old: [String: (value: Value, until: ContinuousClock.Instant)] = [:]

    init(capacity: Int) { half = max(1, capacity / 2) }

    subscript(key: String, now: ContinuousClock.Instant) -> Value? {
        guard let entry = young[key] ?? old[key], entry.until > now else { return nil }
        return entry.value
    }

    mutating func insert(_ value: Value, for key: String, until: ContinuousClock.Instant) {
        if young.count >= half {
            old = young
            young.removeAll()
        }
        young[key] = (value, until)
    }
}
