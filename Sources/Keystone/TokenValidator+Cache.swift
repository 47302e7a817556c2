import HTTPServing
import NeutronAPI

/// What is known of tokens, for a short time, and who waits for what is being asked.
struct TokenCache: Sendable {
    /// The number of tokens that are asked for at a time: questions whose askers have gone are among them.
    static let limit = 4_096
    /// And of those, for one client: a stranger with invented tokens takes no more of Keystone's time.
    static let limitOfOne = 64
    /// How long it is taken for true that a token is valid, and so how late a revocation can be noticed.
    let lifetime: Duration
    /// And that it is not. Short: where Keystone has replicas, one may not know yet what another one just gave out.
    private let rejectionLifetime: Duration
    private var valid: Generations<String, ValidToken>
    /// Apart, so that a flood of guesses does not push out what is valid.
    private var rejected: Generations<TokenDigest, String>
    /// Tokens that Keystone is being asked for.
    private var asked: [String: Question] = [:]
    /// The number of these for each client that has any.
    private var counts: [SourceAddress?: Int] = [:]

    private struct Question {
        /// On whose behalf.
        let client: SourceAddress?
        /// Those who wait for the answer.
        var callers: [AsyncStream<TokenVerdict>.Continuation]
    }

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
        case giveUp(TokenVerdict)
    }

    /// Looks a token up, and where it is not known adds `caller` to those who wait for what Keystone says. `clock` is the
    /// date and time, which a token's expiry is compared with.
    mutating func step(
        _ token: String, of client: SourceAddress?, for caller: AsyncStream<TokenVerdict>.Continuation,
        at now: ContinuousClock.Instant, clock: Timestamp
    ) -> Step {
        if let known = valid[token, now] {
            return .known(known.expiresAt > clock ? .valid(known) : .rejected("expired"))
        }
        guard asked[token] == nil else {
            asked[token]?.callers.append(caller)
            return .wait
        }
        if let reason = rejected[TokenDigest(token), now] { return .known(.rejected(reason)) }
        guard asked.count < Self.limit else {
            return .giveUp(.unavailable("\(Self.limit) other tokens are being asked for"))
        }
        guard counts[client, default: 0] < Self.limitOfOne else {
            return .giveUp(
                .crowded(
                    "\(Self.limitOfOne) other tokens from the same address are being asked for, which is the limit"))
        }
        asked[token] = Question(client: client, callers: [caller])
        counts[client, default: 0] += 1
        return .ask
    }

    /// Keeps an answer, which was asked for at `start`, and returns those who wait for it.
    mutating func finish(
        _ token: String, with verdict: TokenVerdict, askedAt start: ContinuousClock.Instant
    ) -> [AsyncStream<TokenVerdict>.Continuation] {
        switch verdict {
        case .valid(let found): valid.insert(found, for: token, until: start + lifetime)
        case .rejected(let reason): rejected.insert(reason, for: TokenDigest(token), until: start + rejectionLifetime)
        case .unavailable, .crowded: break
        }
        guard let question = asked.removeValue(forKey: token) else { return [] }
        counts[question.client, default: 1] -= 1
        if counts[question.client] == 0 { counts[question.client] = nil }
        return question.callers
    }
}

/// A cache of bounded size whose entries end by themselves: when half of it is full, the older half goes.
private struct Generations<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let half: Int
    private var young: [Key: (value: Value, until: ContinuousClock.Instant)] = [:]
    private var old: [Key: (value: Value, until: ContinuousClock.Instant)] = [:]

    init(capacity: Int) { half = max(1, capacity / 2) }

    subscript(key: Key, now: ContinuousClock.Instant) -> Value? {
        guard let entry = young[key] ?? old[key], entry.until > now else { return nil }
        return entry.value
    }

    mutating func insert(_ value: Value, for key: Key, until: ContinuousClock.Instant) {
        if young.count >= half {
            old = young
            young.removeAll()
        }
        young[key] = (value, until)
    }
}

/// Stands for a token that was refused: 16 bytes, where the text of a guess has up to 8 KB. Two texts have the same digest
/// with a chance of one in 2¹²⁸, which nobody can better: it is keyed by a secret of the process.
private struct TokenDigest: Hashable, Sendable {
    private let high: Int
    private let low: Int

    init(_ token: String) {
        var (first, second) = (Hasher(), Hasher())
        first.combine(0)
        first.combine(token)
        second.combine(1)
        second.combine(token)
        (high, low) = (first.finalize(), second.finalize())
    }
}
