import HTTPServing
import HTTPTransport

/// Limits validations to one at a time per client address, and after a token that Keystone refused delays
/// the address's next one.
///
/// Invented tokens of one address so take a quarter of Keystone's sequential capacity, and three of four new tokens of
/// others find Keystone free of them.
struct AddressTurns: Sendable {
    /// The delay after a refusal, as a multiple of the validation's duration, up to ``longestRest``.
    private static let rest = 3
    private static let longestRest = Duration.seconds(2)

    private let semaphore = FairSemaphore<SourceAddress?>(width: .max)

    /// Validates when it is the turn of `client`; nil never waits.
    func ask(
        for client: SourceAddress?, until deadline: ContinuousClock.Instant, _ question: () async -> TokenVerdict
    ) async -> TokenVerdict {
        guard await semaphore.enter(for: client, share: client == nil ? .max : 1, until: deadline) else {
            return .unavailable("keystone has not answered in time what the same address asked before")
        }
        let start = ContinuousClock.now
        let verdict = await question()
        guard case .rejected = verdict, client != nil else {
            semaphore.leave(client)
            return verdict
        }
        let rest = min(start.duration(to: .now) * Self.rest, Self.longestRest)
        // The client already has its answer.
        Task {
            // Never cancelled.
            try? await Task.sleep(for: rest)
            semaphore.leave(client)
        }
        return verdict
    }
}
