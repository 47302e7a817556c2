import Testing

@testable import HostSetup
@testable import NetworkContainers

struct AttemptsTests {
    @Test func `what fails is tried later and later, up to half a minute`() {
        var attempts = Attempts()
        var now = ContinuousClock.now
        #expect(attempts.isDue("a", at: now) && attempts.due(at: now) == [])
        for pause in [2, 4, 8, 16, 30, 30] {
            _ = attempts.failed("a", "no", at: now)
            #expect(!attempts.isDue("a", at: now + .seconds(pause) - .milliseconds(1)))
            now += .seconds(pause)
            #expect(attempts.isDue("a", at: now) && attempts.due(at: now) == ["a"])
        }
        let (first, second) = (attempts.succeeded("a"), attempts.succeeded("a"))
        #expect(first && !second)
        #expect(attempts.isDue("a", at: now) && attempts.due(at: now) == [])
    }

    @Test func `a failure is told when it is new, when it changes, and now and then`() {
        var attempts = Attempts()
        let now = ContinuousClock.now
        let told = [
            ("a", "no", 0), ("a", "no", 5), ("a", "never", 10), ("a", "never", 600), ("a", "never", 611),
            ("b", "never", 0),
        ]
        .map { attempts.failed($0.0, $0.1, at: now + .seconds($0.2)) }
        #expect(told == [true, false, true, false, true, true])
    }

    @Test func `what is no more is forgotten`() {
        var attempts = Attempts()
        _ = attempts.failed("a", "no", at: .now)
        attempts.keep(["b"])
        #expect(attempts.isDue("a", at: .now))
    }

    @Test func `who is at work on something is told that it happened again`() async {
        let ledger = KeeperLedger()
        #expect(await ledger.begin("a", isUrgent: true))
        #expect(await !ledger.begin("a", isUrgent: false))
        #expect(await ledger.end("a", nil) == (.none, false))
        #expect(await ledger.begin("a", isUrgent: true))
        #expect(await !ledger.begin("a", isUrgent: true))
        #expect(await ledger.end("a", nil) == (.none, true))
        #expect(await ledger.end("a", nil) == (.none, false))
    }

    @Test func `a failure keeps others from trying at once, unless something has happened`() async {
        let ledger = KeeperLedger()
        #expect(await ledger.begin("a", isUrgent: false))
        #expect(await ledger.end("a", HostError(.refused, "no")) == (.failed("no"), false))
        #expect(await !ledger.begin("a", isUrgent: false))
        #expect(await ledger.begin("a", isUrgent: true))
        #expect(await ledger.end("a", KeeperLedger.Busy()) == (.none, false))
        #expect(await ledger.begin("a", isUrgent: true))
        #expect(await ledger.end("a", nil) == (.recovered, false))
    }
}
