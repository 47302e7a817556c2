import Deadlines
import HTTPServing

/// A short-lived cache of verdicts on tokens, and the callers that wait for pending validations.
struct TokenCache: Sendable {
    /// Pending validations, those whose callers have gone included.
    static let limit = 4_096
    /// Pending validations for one client: bounds what invented tokens cost Keystone.
    static let limitOfOne = 64
    /// How long a token counts as valid, and so the delay until a revocation is noticed.
    let lifetime: Duration
    /// How long a token counts as invalid. Short: a Keystone replica may not know yet what another just issued.
    private let rejectionLifetime: Duration
    private var valid: Generations<String, ValidToken>
    /// Separate, so that a flood of guesses does not evict valid tokens.
    private var rejected: Generations<TokenDigest, String>
    /// Tokens being validated.
    private var asked: [String: Question] = [:]
    /// Their number by client.
    private var counts: [SourceAddress?: Int] = [:]

    private struct Question {
        /// The client on whose behalf it is validated.
        let client: SourceAddress?
        /// The waiting callers.
        var callers: [AsyncStream<TokenVerdict>.Continuation]
    }

    init(lifetime: Duration, capacity: Int) {
        self.lifetime = lifetime
        rejectionLifetime = min(lifetime, .seconds(2))
        valid = Generations(capacity: capacity)
        rejected = Generations(capacity: capacity)
    }

    /// What the caller is to do.
    enum Step {
        case known(TokenVerdict)
        /// Ask Keystone and call ``finish(_:with:askedAt:)``, then wait.
        case ask
        case wait
        /// Too many validations are pending.
        case giveUp(TokenVerdict)
    }

    /// Looks a token up; where it is unknown, `caller` waits for Keystone's verdict. `clock` is the
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

    /// Caches a verdict requested at `start`, and returns the waiting callers.
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

/// A cache of bounded size: when the newer half is full, the older half is dropped.
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

/// A rejected token in 16 bytes, where the text of a guess has up to 8 KB. Two texts collide
/// with a chance of one in 2¹²⁸, also for an attacker: the digest is keyed by a secret of the process.
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
