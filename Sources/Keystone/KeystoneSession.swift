import Deadlines
import HTTPTransport
package import Logging

/// A login session: a token that is always valid, and the endpoints of its catalogue.
///
/// A token is requested at first use, again shortly before it expires, and after `invalidate`. Concurrent callers
/// share one request. Owns its connections: `shutdown()` closes them.
package actor KeystoneSession {
    /// A token is renewed this long before it expires, so that it does not expire during a request.
    static let margin = Duration.seconds(30)

    package nonisolated let credentials: Credentials
    /// For other requests to the same Keystone, by the same connections.
    package nonisolated let client: KeystoneClient
    private let logger: Logger

    private var identity: KeystoneClient.Identity?
    private var held: (token: Token, renewal: ContinuousClock.Instant)?
    /// The pending token request: it ends by its deadline, even if its callers are cancelled.
    private var underWay: Task<Result<Token, KeystoneError>, Never>?

    /// `connectTimeout` limits how long connecting to Keystone may take.
    package init(_ credentials: Credentials, connectTimeout: Duration, logger: Logger) {
        self.credentials = credentials
        self.logger = logger
        client = KeystoneClient(trust: credentials.trust, connectTimeout: connectTimeout, logger: logger)
    }

    /// Closes the connections; no call may follow.
    package func shutdown() async {
        _ = await underWay?.value
        await client.shutdown()
    }

    /// A token that stays valid for some time.
    package func token(within timeout: Duration) async throws(KeystoneError) -> Token {
        if let held, ContinuousClock.now < held.renewal { return held.token }
        let task = underWay ?? begin(within: timeout)
        let result = await task.value
        return try result.get()
    }

    /// Discards a token that a service refused, so that the next caller gets another; ignored if it was replaced
    /// already.
    package func invalidate(_ token: Token) {
        if held?.token.secret == token.secret { held = nil }
    }

    /// The URL of a service in the catalogue.
    package func url(
        of serviceType: String, region: String? = nil, interface: Catalogue.Interface = .public,
        within timeout: Duration
    ) async throws(KeystoneError) -> String {
        let token = try await token(within: timeout)
        return try token.catalogue.url(of: serviceType, region: region, interface: interface)
    }

    /// Which Identity API Keystone has; cached.
    package func findIdentity(within timeout: Duration) async throws(KeystoneError) -> KeystoneClient.Identity {
        if let identity { return identity }
        let found = try await client.findIdentity(
            at: credentials.authURL, version: credentials.version, within: timeout)
        identity = found
        return found
    }

    private func begin(within timeout: Duration) -> Task<Result<Token, KeystoneError>, Never> {
        let task = Task { await self.renew(within: timeout) }
        underWay = task
        return task
    }

    private func renew(within timeout: Duration) async -> Result<Token, KeystoneError> {
        let start = ContinuousClock.now
        let result: Result<Token, KeystoneError>
        do throws(KeystoneError) {
            let identity = try await findIdentity(within: timeout)
            let remaining = max(.zero, timeout - (ContinuousClock.now - start))
            result = .success(try await client.issueToken(for: credentials, by: identity, within: remaining))
        } catch {
            result = .failure(error)
        }
        underWay = nil
        if case .success(let token) = result {
            // Of a short lifetime, a quarter is the margin.
            let life = token.lifetime
            held = (token, start + life - min(Self.margin, life / 4))
            logger.debug(
                "token issued", metadata: ["keystone": "\(credentials.authURL)", "lifetime": "\(life.inSeconds)"])
        }
        return result
    }
}
