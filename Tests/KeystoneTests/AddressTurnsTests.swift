import HTTPServing
import Synchronization
import Testing

@testable import Keystone

/// The order of validations between client addresses.
@Suite(.timeLimit(.minutes(1))) final class AddressTurnsTests: Sendable {
    private let turns = AddressTurns()
    private let stranger = SourceAddress.ipv4(1)
    private let friend = SourceAddress.ipv4(2)
    private let asked = Mutex<[String]>([])

    private func ask(_ name: String, for client: SourceAddress?, _ answer: () async -> TokenVerdict) async
        -> TokenVerdict
    {
        await turns.ask(for: client, until: .now + .seconds(50)) {
            asked.withLock { $0.append(name) }
            return await answer()
        }
    }

    @Test func `an address validates one token at a time, concurrently with others`() async {
        let gate = TokenValidatorTests.Gate()
        await withTaskGroup(of: Void.self) { group in
            for (name, client) in [
                ("1", stranger), ("2", stranger), ("3", stranger), ("4", friend), ("5", nil), ("6", nil),
            ] {
                group.addTask {
                    _ = await self.ask(name, for: client) {
                        await gate.pass()
                        return .unavailable("")
                    }
                }
            }
            while await gate.count < 4 { await Task.yield() }
            #expect(asked.withLock { Set($0) }.isSuperset(of: ["4", "5", "6"]))
            #expect(asked.withLock { $0.count } == 4)
            await gate.open()
        }
        #expect(asked.withLock { $0.count } == 6)
    }

    @Test func `after a refusal only that address is delayed`() async {
        let refusal = await ask("refused", for: stranger) {
            // So that there is a rest of some length.
            try? await Task.sleep(for: .milliseconds(200))
            return .rejected("unknown")
        }
        #expect(refusal == .rejected("unknown"))
        async let next = self.ask("next", for: stranger) { .unavailable("") }
        for number in 1...100 { _ = await ask("\(number)", for: friend) { .unavailable("") } }
        _ = await next
        #expect(asked.withLock { $0.last } == "next")
    }

    @Test func `waiting too long makes the token unavailable`() async {
        let gate = TokenValidatorTests.Gate()
        async let first = self.ask("first", for: stranger) {
            await gate.pass()
            return .unavailable("")
        }
        while await gate.count < 1 { await Task.yield() }
        let late = await turns.ask(for: stranger, until: .now) { .rejected("asked") }
        #expect(late == .unavailable("keystone has not answered in time what the same address asked before"))
        await gate.open()
        _ = await first
    }
}
