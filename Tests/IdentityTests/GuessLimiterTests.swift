import Testing

@testable import Identity

struct GuessLimiterTests {
    private let start = ContinuousClock.now

    @Test func `wrong passwords from one address are slowed down more and more`() {
        var limiter = GuessLimiter<Int>()
        var now = start
        for _ in 0..<5 {
            #expect(limiter.decide("alice", from: 1, at: now) == .allowed)
            limiter.noteWrong("alice", from: 1, at: now)
        }
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            #expect(limiter.decide("alice", from: 1, at: now) == .refused(.seconds(wait)))
            // The owner elsewhere, and others here, notice nothing.
            #expect(limiter.decide("alice", from: 2, at: now) == .allowed)
            #expect(limiter.decide("bob", from: 1, at: now) == .allowed)
            now += .seconds(wait)
            #expect(limiter.decide("alice", from: 1, at: now) == .allowed)
            limiter.noteWrong("alice", from: 1, at: now)
        }
        now += GuessLimiter<Int>.memory
        #expect(limiter.decide("alice", from: 1, at: now) == .allowed)
    }

    @Test func `an address that tries many users is slowed down`() {
        var limiter = GuessLimiter<Int>()
        for user in 0..<20 {
            #expect(limiter.decide("u\(user)", from: 1, at: start) == .allowed)
            limiter.noteWrong("u\(user)", from: 1, at: start)
        }
        #expect(limiter.decide("another", from: 1, at: start) == .refused(.seconds(1)))
        #expect(limiter.decide("another", from: 2, at: start) == .allowed)
    }

    @Test func `a user attacked from many addresses is never locked out`() {
        var limiter = GuessLimiter<Int>()
        limiter.noteRight("alice", from: 0, at: start)
        for address in 1...1_000 { limiter.noteWrong("alice", from: address, at: start) }
        // From where she was before without a delay, from elsewhere with one.
        #expect(limiter.decide("alice", from: 0, at: start) == .allowed)
        #expect(limiter.decide("alice", from: 2_000, at: start) == .allowedLater(GuessLimiter<Int>.delay))
    }

    @Test func `a right password ends the count of its address`() {
        var limiter = GuessLimiter<Int>()
        for _ in 0..<4 { limiter.noteWrong("alice", from: 1, at: start) }
        limiter.noteRight("alice", from: 1, at: start)
        for _ in 0..<4 { limiter.noteWrong("alice", from: 1, at: start) }
        #expect(limiter.decide("alice", from: 1, at: start) == .allowed)
    }

    @Test func `memory is bounded`() {
        var limiter = GuessLimiter<Int>(capacity: 100)
        for address in 0..<10_000 { limiter.noteWrong("u\(address)", from: address, at: start) }
        #expect(limiter.count <= 100)
    }
}
