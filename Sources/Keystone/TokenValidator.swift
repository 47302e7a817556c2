import Deadlines
package import HTTPServing
package import Logging
import NIOConcurrencyHelpers

/// Validates tokens of clients with Keystone v3, and caches the verdicts for a short time.
///
/// Concurrent requests with one token share a validation. Its verdict is cached even if they have gone by then, so that
/// a retry finds it: a Keystone that is too slow for its clients is not asked in vain. Clients take turns, and each has
/// a share: one with a thousand invented tokens does not block others. A revoked token is refused once its cached
/// verdict is older than ``Configuration/cacheTime``, an expired one at once.
package final class TokenValidator: TokenValidation {
    /// The cache's parameters.
    package struct Configuration: Sendable {
        /// Lifetime of a verdict: a revocation is noticed within this time.
        package var cacheTime = Duration.seconds(30)
        /// Cached tokens.
        package var capacity = 8_192
        /// How long Keystone may take to answer; clients may give up earlier.
        package var timeout = Duration.seconds(30)

        package init() {}
    }

    private let source: any TokenSource
    private let cache: NIOLockedValueBox<TokenCache>
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let clock: @Sendable () -> Timestamp

    /// `source` validates unknown tokens; `now` measures the lifetime of its verdicts; tokens expire by the date and
    /// time of `clock`.
    init(
        source: any TokenSource, configuration: Configuration = Configuration(), logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.source = source
        self.logger = logger
        self.now = now
        self.clock = clock
        cache = NIOLockedValueBox(TokenCache(lifetime: configuration.cacheTime, capacity: configuration.capacity))
    }

    /// Asks Keystone as the service's own user, in a session closed by ``shutdown()``.
    package convenience init(
        session: KeystoneSession, configuration: Configuration = Configuration(), logger: Logger
    ) {
        self.init(
            source: KeystoneTokenSource(session: session, timeout: configuration.timeout),
            configuration: configuration, logger: logger)
    }

    /// Why no token can be validated; nil where the service itself gets one.
    package func problem() async -> String? { await source.problem() }

    /// Closes the connections; no token may be validated after.
    package func shutdown() async { await source.shutdown() }

    package func validate(_ token: String, from client: SourceAddress?) async -> TokenVerdict {
        guard Self.isWellFormed(token) else { return .rejected("malformed") }
        let start = now()
        let (answers, caller) = AsyncStream<TokenVerdict>.makeStream()
        switch cache.withLockedValue({ $0.step(token, of: client, for: caller, at: start, clock: clock()) }) {
        case .known(let verdict): return verdict
        case .ask: Task { await ask(token, for: client, start) }
        case .wait: break
        case .giveUp(let verdict): return verdict
        }
        return await answers.first { _ in true } ?? .unavailable("the client has gone")
    }

    /// Ends by the source's own deadline.
    private func ask(_ token: String, for client: SourceAddress?, _ start: ContinuousClock.Instant) async {
        var verdict = await source.verdict(of: token, for: client)
        if case .valid(let found) = verdict, found.expiresAt <= clock() { verdict = .rejected("expired") }
        if case .unavailable(let cause) = verdict {
            logger.debug("token not validated", metadata: ["cause": "\(cause)"])
        }
        for caller in cache.withLockedValue({ $0.finish(token, with: verdict, askedAt: start) }) {
            caller.yield(verdict)
            caller.finish()
        }
    }

    /// Visible ASCII of plausible length: anything else is not a token, and must not get into a header.
    private static func isWellFormed(_ token: String) -> Bool {
        1...8_192 ~= token.utf8.count && token.utf8.allSatisfy { 0x21...0x7e ~= $0 }
    }
}

/// Validates tokens, uncached.
protocol TokenSource: Sendable {
    /// Returns within a deadline of its own.
    func verdict(of token: String, for client: SourceAddress?) async -> TokenVerdict
    func problem() async -> String?
    func shutdown() async
}

extension TokenSource {
    func problem() async -> String? { nil }
    func shutdown() async {}
}
