import HTTPServing
import HTTPTransport

/// Lets one question of an address reach Keystone at a time, and after one that Keystone refused the next only when Keystone has
/// had a rest of it.
///
/// A stranger's invented tokens so have a quarter of what Keystone can do one after the other, and three of four new tokens of
/// others meet a Keystone that does not work on any of them.
struct AddressTurns: Sendable {
    /// How long an address rests after a refusal: so many times what the question took, up to ``longestRest``.
    private static let rest = 3
    private static let longestRest = Duration.seconds(2)

    private let turnstile = Turnstile<SourceAddress?>(width: .max)

    /// Asks when it is the turn of `client`; one that is nil has no other to wait for.
    func ask(
        for client: SourceAddress?, until deadline: ContinuousClock.Instant, _ question: () async -> TokenVerdict
    ) async -> TokenVerdict {
        guard await turnstile.enter(for: client, share: client == nil ? .max : 1, until: deadline) else {
            return .unavailable("keystone has not answered in time what the same address asked before")
        }
        let start = ContinuousClock.now
        let verdict = await question()
        guard case .rejected = verdict, client != nil else {
            turnstile.leave(client)
            return verdict
        }
        let rest = min(start.duration(to: .now) * Self.rest, Self.longestRest)
        // The client has its answer meanwhile.
        Task {
            // Not cancelled by anybody.
            try? await Task.sleep(for: rest)
            turnstile.leave(client)
        }
        return verdict
    }
}
