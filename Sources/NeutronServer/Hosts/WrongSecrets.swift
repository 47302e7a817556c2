import HTTPServing
import NIOConcurrencyHelpers

/// Slows down whoever tries secrets: each wrong one is answered after a pause, and of an address only so many wait at a time.
///
/// Secrets are 128 random bits, so this keeps the work small rather than guesses few; right ones never wait, from whatever
/// address they come.
final class WrongSecrets: Sendable {
    static let pause = Duration.milliseconds(500)
    /// Wrong ones that wait, from one address and from all.
    static let places = (own: 4, all: 256)

    private let waiting = NIOLockedValueBox<[SourceAddress?: Int]>([:])

    /// Waits out the pause of one.
    ///
    /// - Returns: false, at once, where too many wait already.
    func wait(for client: SourceAddress?) async throws -> Bool {
        let isIn = waiting.withLockedValue { waiting in
            guard waiting[client, default: 0] < Self.places.own,
                waiting.values.reduce(0, +) < Self.places.all
            else { return false }
            waiting[client, default: 0] += 1
            return true
        }
        guard isIn else { return false }
        defer {
            waiting.withLockedValue { waiting in
                let rest = waiting[client, default: 0] - 1
                waiting[client] = rest > 0 ? rest : nil
            }
        }
        try await Task.sleep(for: Self.pause)
        return true
    }
}
