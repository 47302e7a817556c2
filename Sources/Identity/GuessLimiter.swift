/// Slows wrong passwords down, in bounded memory.
///
/// Three counts of wrong passwords decide:
/// - of one account from one address: from the sixth on, further tries are refused for 1, 2, 4 … 60 seconds;
/// - of one address for any account: the same from the twenty-first on;
/// - of one account from any address: from the twenty-first on a try takes a second more, unless this account was
///   authenticated from this address before. It is never refused: who attacks an account does not lock its owner out.
///
/// A count is forgotten after a quarter of an hour without a wrong password. A right one ends the first count only.
package struct GuessLimiter<Address: Hashable & Sendable>: Sendable {
    private enum Key: Hashable {
        case pair(String, Address)
        case address(Address)
        case account(String)
    }

    private struct Entry {
        var wrong = 0
        var last: ContinuousClock.Instant
        var wasRight = false
    }

    package enum Decision: Hashable, Sendable {
        case allowed
        /// After so much time.
        case allowedLater(Duration)
        /// Before so much time has passed.
        case refused(Duration)
    }

    package static var pairLimit: Int { 5 }
    package static var otherLimit: Int { 20 }
    package static var memory: Duration { .seconds(900) }
    package static var longest: Duration { .seconds(60) }
    package static var delay: Duration { .seconds(1) }

    private let half: Int
    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]

    /// `capacity` counts are remembered; beyond it the older half is forgotten.
    package init(capacity: Int = 16_384) { half = max(1, capacity / 2) }

    /// What is to be done with a try.
    package func decide(_ account: String, from address: Address, at now: ContinuousClock.Instant) -> Decision {
        let pair = entry(.pair(account, address), now)
        var rest = Duration.zero
        if let pair { rest = max(rest, Self.rest(of: pair, beyond: Self.pairLimit, now)) }
        if let entry = entry(.address(address), now) {
            rest = max(rest, Self.rest(of: entry, beyond: Self.otherLimit, now))
        }
        if rest > .zero { return .refused(rest) }
        if pair?.wasRight != true, let entry = entry(.account(account), now), entry.wrong >= Self.otherLimit {
            return .allowedLater(Self.delay)
        }
        return .allowed
    }

    package mutating func noteWrong(_ account: String, from address: Address, at now: ContinuousClock.Instant) {
        for key in [Key.pair(account, address), .address(address), .account(account)] {
            change(key, now) {
                $0.wrong += 1
                $0.last = now
            }
        }
    }

    package mutating func noteRight(_ account: String, from address: Address, at now: ContinuousClock.Instant) {
        change(.pair(account, address), now) {
            $0.wrong = 0
            $0.last = now
            $0.wasRight = true
        }
    }

    /// The number of counts remembered.
    package var count: Int { young.count + old.count }

    private static func rest(of entry: Entry, beyond limit: Int, _ now: ContinuousClock.Instant) -> Duration {
        guard entry.wrong >= limit else { return .zero }
        let wait = min(Duration.seconds(1 << min(entry.wrong - limit, 6)), longest)
        return max(.zero, now.duration(to: entry.last + wait))
    }

    private func entry(_ key: Key, _ now: ContinuousClock.Instant) -> Entry? {
        guard let entry = young[key] ?? old[key], entry.last + Self.memory > now else { return nil }
        return entry
    }

    private mutating func change(_ key: Key, _ now: ContinuousClock.Instant, _ body: (inout Entry) -> Void) {
        var entry = entry(key, now) ?? Entry(last: now)
        body(&entry)
        if young[key] == nil, young.count >= half {
            old = young
            young.removeAll()
        }
        young[key] = entry
    }
}
