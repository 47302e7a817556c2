import NeutronAPI

/// What is known of tokens, for a short time, and who waits for what is being asked.
struct TokenCache: Sendable {
    /// The number of tokens that are asked for at a time: questions whose askers have gone are among them.
    static let limit = 1_024
    /// How long it is taken for true that a token is valid, and so how late a revocation can be noticed.
    let lifetime: Duration
    /// And that it is not. Short: where Keystone has replicas, one may not know yet what another one just gave out.
    private let rejectionLifetime: Duration
    private var valid: Generations<ValidToken>
    /// Apart, so that a flood of guesses does not push out what is valid.
    private var rejected: Generations<String>
    /// Tokens that Keystone is being asked for, with those who wait for the answer.
    private var asked: [String: [AsyncStream<TokenVerdict>.Continuation]] = [:]

    init(lifetime: Duration, capacity: Int) {
        self.lifetime = lifetime
        rejectionLifetime = min(lifetime, .seconds(2))
        valid = Generations(capacity: capacity)
        rejected = Generations(capacity: capacity)
    }

    /// What somebody is to do who wants to know of a token.
    enum Step {
        case known(TokenVerdict)
        /// To ask Keystone and call ``finish(_:with:askedAt:)``, then to wait.
        case ask
        case wait
        /// Too much is being asked already.
        case giveUp
    }

    /// Looks a token up, and where it is not known adds `caller` to those who wait for what Keystone says.
    /// - Parameter clock: the date and time, which a token's expiry is told in.
    mutating func step(
        _ token: String, for caller: AsyncStream<TokenVerdict>.Continuation, at now: ContinuousClock.Instant,
        clock: Timestamp
    ) -> Step {
        if let known = valid[token, now] {
            return .known(known.expiresAt > clock ? .valid(known) : .rejected("expired"))
        }
        guard asked[token] == nil else {
            asked[token]?.append(caller)
            return .wait
        }
        if let reason = rejected[token, now] { return .known(.rejected(reason)) }
        guard asked.count < Self.limit else { return .giveUp }
        asked[token] = [caller]
        return .ask
    }

    /// Keeps an answer, which was asked for at `start`, and returns those who wait for it.
    mutating func finish(
        _ token: String, with verdict: TokenVerdict, askedAt start: ContinuousClock.Instant
    ) -> [AsyncStream<TokenVerdict>.Continuation] {
        switch verdict {
        case .valid(let found): valid.insert(found, for: token, until: start + lifetime)
        case .rejected(let reason): rejected.insert(reason, for: token, until: start + rejectionLifetime)
        case .unavailable: break
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
