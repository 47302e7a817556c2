import Deadlines
import HTTPServing
import HTTPTransport
import Identity
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NeutronAPI

/// Compares passwords with their hashes: on threads of their own, as many at once as there are cores, one of each client;
/// clients take turns. Wrong ones are slowed down (``GuessLimiter``).
final class PasswordChecks: Sendable {
    /// 429: too many wrong passwords.
    struct SlowedDown: Error {
        let seconds: Int
    }

    private let turns = FairSemaphore<SourceAddress?>(width: max(1, System.coreCount))
    private let guesses = NIOLockedValueBox(GuessLimiter<SourceAddress?>())
    private let turnTime: Duration

    init(turnTime: Duration) { self.turnTime = turnTime }

    /// Throws ``SlowedDown`` while wrong passwords of the account from the client, or of the client, are too many.
    func admit(_ account: String, from client: SourceAddress?) throws {
        if case .refused(let rest) = decision(account, client) { throw Self.slowedDown(rest) }
    }

    /// Whether a password is that of a hash. Without one it takes as long.
    func fits(
        _ password: String, _ hash: String?, of account: String, from client: SourceAddress?
    ) async throws -> Bool {
        if case .allowedLater(let delay) = decision(account, client) { try await Task.sleep(for: delay) }
        return try await inTurn(of: client) {
            // What came before in the client's turn counts.
            try admit(account, from: client)
            let fits = try await Self.onThread { PasswordHash.verify(password, hash) }
            guesses.withLockedValue {
                if fits {
                    $0.noteRight(account, from: client, at: .now)
                } else {
                    $0.noteWrong(account, from: client, at: .now)
                }
            }
            return fits
        }
    }

    /// The hash of a new password.
    func hash(_ password: String, for client: SourceAddress?) async throws -> String {
        try await inTurn(of: client) { try await Self.onThread { try PasswordHash.make(password) } }
    }

    private func inTurn<Result: Sendable>(
        of client: SourceAddress?, _ body: () async throws -> Result
    ) async throws -> Result {
        guard await turns.enter(for: client, share: client == nil ? .max : 1, until: .now + turnTime) else {
            if Task.isCancelled { throw CancellationError() }
            throw NeutronError.serviceUnavailable(
                "Passwords of others were compared before for \(turnTime.inSeconds), which is the limit. Try again.")
        }
        defer { turns.leave(client) }
        return try await body()
    }

    private static func onThread<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    private func decision(_ account: String, _ client: SourceAddress?) -> GuessLimiter<SourceAddress?>.Decision {
        guesses.withLockedValue { $0.decide(account, from: client, at: .now) }
    }

    private static func slowedDown(_ rest: Duration) -> SlowedDown {
        SlowedDown(seconds: Int(rest.components.seconds) + 1)
    }
}
