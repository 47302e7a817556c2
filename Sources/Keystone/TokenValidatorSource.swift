import HTTPServing
import NIOHTTP1

/// Asks Keystone: `GET /v3/auth/tokens`, with the service's own token and the one in question.
struct KeystoneTokenSource: TokenSource {
    /// The service's own login.
    let session: KeystoneSession
    /// For a validation, the service's own token included.
    let timeout: Duration
    private let turns = AddressTurns()

    init(session: KeystoneSession, timeout: Duration) {
        self.session = session
        self.timeout = timeout
    }

    func shutdown() async { await session.shutdown() }

    func problem() async -> String? {
        do throws(KeystoneError) {
            _ = try await session.token(within: timeout)
            return nil
        } catch {
            return error.description
        }
    }

    func verdict(of token: String, for client: SourceAddress?) async -> TokenVerdict {
        let deadline = ContinuousClock.now + timeout
        return await turns.ask(for: client, until: deadline) { await verdict(of: token, for: client, until: deadline) }
    }

    private func verdict(
        of token: String, for client: SourceAddress?, until deadline: ContinuousClock.Instant
    ) async -> TokenVerdict {
        do throws(KeystoneError) {
            let identity = try await session.findIdentity(within: deadline - .now)
            guard identity.version == .v3 else {
                return .unavailable("\(identity.url) is not an identity API v3, which is needed to validate tokens")
            }
            let reply = try await ask(token, identity.url, for: client, until: deadline)
            return verdict(reply, identity.url)
        } catch {
            return .unavailable(error.description)
        }
    }

    /// Retries once with a fresh service token: the old one may have been revoked, or Keystone's keys rotated.
    private func ask(
        _ token: String, _ url: String, for client: SourceAddress?, until deadline: ContinuousClock.Instant
    ) async throws(KeystoneError) -> KeystoneClient.Reply {
        let own = try await session.token(within: deadline - .now)
        let reply = try await ask(token, url, as: own, for: client, until: deadline)
        guard reply.status == 401 else { return reply }
        await session.invalidate(own)
        let fresh = try await session.token(within: deadline - .now)
        return try await ask(token, url, as: fresh, for: client, until: deadline)
    }

    private func ask(
        _ token: String, _ url: String, as own: Token, for client: SourceAddress?,
        until deadline: ContinuousClock.Instant
    ) async throws(KeystoneError) -> KeystoneClient.Reply {
        // Without the catalogue, the largest part of the reply.
        try await session.client.send(
            .GET, "\(url)/auth/tokens?nocatalog",
            headers: ["x-auth-token": own.secret.revealed, "x-subject-token": token], for: client,
            within: deadline - .now)
    }

    private func verdict(_ reply: KeystoneClient.Reply, _ url: String) -> TokenVerdict {
        switch reply.status {
        case 200:
            reply.body.flatMap { ValidToken($0) }.map { .valid($0) }
                ?? .unavailable("\(url) does not answer like a keystone")
        case 400, 404: .rejected("keystone does not know it, or no longer")
        case 401: .unavailable("keystone at \(url) refuses the service's own token")
        case 403:
            .unavailable(
                "keystone at \(url) does not let \(session.credentials.method) validate tokens: "
                    + "give it the role service or admin")
        default: .unavailable("keystone at \(url) returned status \(reply.status)")
        }
    }
}
