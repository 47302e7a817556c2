import Deadlines
import HTTPServing
import Logging
import NeutronAPI
import Synchronization
import Testing

@testable import Keystone

/// What is cached of tokens, and for how long.
@Suite struct TokenValidatorTests {
    /// Returns the configured verdicts, and counts.
    final class Source: TokenSource {
        let verdicts: Mutex<[String: TokenVerdict]>
        let count = Atomic(0)
        /// Holds validations until they are released.
        let gate: Gate?

        init(_ verdicts: [String: TokenVerdict], gate: Gate? = nil) {
            self.verdicts = Mutex(verdicts)
            self.gate = gate
        }

        func verdict(of token: String, for client: SourceAddress?) async -> TokenVerdict {
            count.add(1, ordering: .relaxed)
            await gate?.pass()
            return verdicts.withLock { $0[token] } ?? .rejected("unknown")
        }
    }

    /// Holds tasks until it is opened.
    actor Gate {
        private var isOpen = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func pass() async {
            if isOpen { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        func open() {
            isOpen = true
            for continuation in waiting { continuation.resume() }
            waiting = []
        }

        var count: Int { waiting.count }
    }

    /// A clock set by the test.
    final class Time: Sendable {
        let now = Mutex(ContinuousClock.now)
        let clock = Mutex<Int64>(1_000)

        func pass(seconds: Int64) {
            now.withLock { $0 += .seconds(seconds) }
            clock.withLock { $0 += seconds }
        }
    }

    private let time = Time()

    private func validator(_ source: Source, capacity: Int = 100) -> TokenValidator {
        var configuration = TokenValidator.Configuration()
        configuration.cacheTime = .seconds(30)
        configuration.capacity = capacity
        return TokenValidator(
            source: source, configuration: configuration, logger: Logger(label: "test"),
            now: { [time] in time.now.withLock { $0 } },
            clock: { [time] in Timestamp(seconds: time.clock.withLock { $0 }) })
    }

    private func token(expires: Int64 = 10_000) -> ValidToken {
        ValidToken(userID: "u", projectID: "p", roles: ["member"], expiresAt: Timestamp(seconds: expires))
    }

    @Test func `a token is validated once during the cache time`() async {
        let source = Source(["t": .valid(token())])
        let validator = validator(source)
        for _ in 1...3 { #expect(await validator.validate("t") == .valid(token())) }
        #expect(source.count.load(ordering: .relaxed) == 1)
        time.pass(seconds: 29)
        #expect(await validator.validate("t") == .valid(token()))
        #expect(source.count.load(ordering: .relaxed) == 1)
        source.verdicts.withLock { $0["t"] = .rejected("revoked") }
        time.pass(seconds: 1)
        #expect(await validator.validate("t") == .rejected("revoked"))
        #expect(await validator.validate("t") == .rejected("revoked"))
        #expect(source.count.load(ordering: .relaxed) == 2)
    }

    @Test func `an expired token is refused at once, even if cached`() async {
        let source = Source(["t": .valid(token(expires: 1_010)), "old": .valid(token(expires: 1_000))])
        let validator = validator(source)
        #expect(await validator.validate("old") == .rejected("expired"))
        #expect(await validator.validate("t") == .valid(token(expires: 1_010)))
        time.pass(seconds: 10)
        #expect(await validator.validate("t") == .rejected("expired"))
        #expect(source.count.load(ordering: .relaxed) == 2)
    }

    @Test func `an unavailable verdict is not cached`() async {
        let source = Source(["t": .unavailable("down")])
        let validator = validator(source)
        #expect(await validator.validate("t") == .unavailable("down"))
        source.verdicts.withLock { $0["t"] = .valid(token()) }
        #expect(await validator.validate("t") == .valid(token()))
    }

    @Test(arguments: ["", "a b", "a\r\nX-Auth-Token: b", "\u{e9}", String(repeating: "a", count: 8_193)])
    func `what cannot be a token is never sent to Keystone`(_ text: String) async {
        let source = Source([:])
        #expect(await validator(source).validate(text) == .rejected("malformed"))
        #expect(source.count.load(ordering: .relaxed) == 0)
    }

    @Test func `concurrent requests with one token share a validation`() async {
        let gate = Gate()
        let source = Source(["t": .valid(token())], gate: gate)
        let validator = validator(source)
        let all = await withTaskGroup(of: TokenVerdict.self) { group in
            for _ in 1...50 { group.addTask { await validator.validate("t") } }
            while await gate.count == 0 { await Task.yield() }
            await gate.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all == Array(repeating: .valid(token()), count: 50))
        #expect(source.count.load(ordering: .relaxed) == 1)
    }

    @Test func `a verdict is cached even if its caller has gone`() async {
        let gate = Gate()
        let source = Source(["t": .valid(token())], gate: gate)
        let validator = validator(source)
        let first = Task { await validator.validate("t") }
        while await gate.count == 0 { await Task.yield() }
        first.cancel()
        #expect(await first.value == .unavailable("the client has gone"))
        async let second = validator.validate("t")
        await gate.open()
        #expect(await second == .valid(token()))
        #expect(await validator.validate("t") == .valid(token()))
        #expect(source.count.load(ordering: .relaxed) == 1)
    }

    @Test func `the number of pending validations is limited`() async {
        let gate = Gate()
        let source = Source(["t": .valid(token())], gate: gate)
        let validator = validator(source)
        let guesses = (0..<TokenCache.limit).map { guess in
            // An attacker with many addresses.
            Task { await validator.validate("guess\(guess)", from: .ipv6(UInt64(guess / TokenCache.limitOfOne))) }
        }
        while await gate.count < TokenCache.limit { await Task.yield() }
        #expect(await validator.validate("t") == .unavailable("4096 other tokens are being asked for"))
        await gate.open()
        for guess in guesses { #expect(await guess.value == .rejected("unknown")) }
        #expect(await validator.validate("t") == .valid(token()))
    }

    @Test func `invented tokens of one client do not delay other clients`() async {
        let gate = Gate()
        let source = Source(["t": .valid(token())], gate: gate)
        let validator = validator(source)
        let (stranger, friend) = (SourceAddress.ipv4(1), SourceAddress.ipv4(2))
        let guesses = (0..<TokenCache.limitOfOne).map { guess in
            Task { await validator.validate("guess\(guess)", from: stranger) }
        }
        while await gate.count < guesses.count { await Task.yield() }
        #expect(
            await validator.validate("another", from: stranger)
                == .crowded("64 other tokens from the same address are being asked for, which is the limit"))
        // Neither cached tokens nor those of other clients wait.
        let valid = Task { await validator.validate("t", from: friend) }
        while await gate.count <= guesses.count { await Task.yield() }
        let same = Task { await validator.validate("t", from: stranger) }
        await gate.open()
        #expect(await valid.value == .valid(token()))
        #expect(await same.value == .valid(token()))
        for guess in guesses { #expect(await guess.value == .rejected("unknown")) }
        #expect(await validator.validate("another", from: stranger) == .rejected("unknown"))
    }

    @Test func `guesses are cached in bounded space and do not evict valid tokens`() async {
        let source = Source(["t": .valid(token())])
        let validator = validator(source, capacity: 10)
        _ = await validator.validate("t")
        for guess in 1...100 { _ = await validator.validate("guess\(guess)") }
        #expect(source.count.load(ordering: .relaxed) == 101)
        _ = await validator.validate("t")
        _ = await validator.validate("guess100")
        #expect(source.count.load(ordering: .relaxed) == 101)
        _ = await validator.validate("guess1")
        #expect(source.count.load(ordering: .relaxed) == 102)
    }
}

extension TokenValidator {
    /// For a client without an address.
    func validate(_ token: String) async -> TokenVerdict { await validate(token, from: nil) }
}
