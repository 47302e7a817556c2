package import HTTPServing
package import HTTPTransport
package import JSONCoding
package import Logging
import NIOCore
package import NIOHTTP1

/// A client of one Keystone: which Identity API it has, and tokens for credentials. Stateless.
///
/// Every call takes a time limit and throws `KeystoneError`. Owns its connections: `shutdown()` closes them.
package struct KeystoneClient: Sendable {
    /// Where an Identity API is.
    package struct Identity: Hashable, Sendable {
        package let version: IdentityVersion
        /// With the version at its end, without a slash: `http://192.0.2.1:5000/v3`.
        package let url: String
    }

    /// What Keystone answered; the status is for the caller to judge.
    package struct Reply: Sendable {
        package let status: Int
        package let headers: HTTPHeaders
        /// Absent where the body is no JSON.
        package let body: JSON?

        /// Keystone's own sentence in an error, else the status.
        package var reason: String { message ?? "status \(status) without a reason" }

        var hasReason: Bool { message != nil }

        private var message: String? { body?.object?["error"]?.object?["message"]?.string }
    }

    let transport: HTTPTransport
    let logger: Logger

    package init(trust: Trust = .system, connectTimeout: Duration, logger: Logger) {
        transport = HTTPTransport(trust: trust, connectTimeout: connectTimeout, logger: logger)
        self.logger = logger
    }

    /// Closes the connections; no call may follow.
    package func shutdown() async { await transport.shutdown() }

    /// Sends a request that does no harm twice, as all of Keystone's here, to the full `url`, version included. Clients
    /// take turns.
    package func send(
        _ method: HTTPMethod, _ url: String, headers: HTTPHeaders = [:], body: JSON? = nil,
        for client: SourceAddress? = nil, within timeout: Duration
    ) async throws(KeystoneError) -> Reply {
        var buffer: ByteBuffer?
        if let body {
            var writer = JSONWriter()
            writer.value(body)
            buffer = ByteBuffer(bytes: writer.bytes)
        }
        let request = HTTPTransport.Request(
            method, url, headers: headers, body: buffer, isRepeatable: true, client: client)
        let reply: HTTPTransport.Reply
        do {
            reply = try await transport.exchange(request, within: timeout)
        } catch {
            throw KeystoneError(error, url)
        }
        logger.trace("keystone reply", metadata: ["request": "\(method) \(url)", "status": "\(reply.status)"])
        // No JSON is an answer too: `nil`.
        return Reply(
            status: reply.status, headers: reply.headers,
            body: try? reply.body.withUnsafeReadableBytes { try JSON(parsing: $0) })
    }

    /// A token for the credentials.
    package func issueToken(
        for credentials: Credentials, by identity: Identity, within timeout: Duration
    ) async throws(KeystoneError) -> Token {
        let (path, body) =
            switch identity.version {
            case .v3: ("/auth/tokens", credentials.v3)
            case .v2: ("/tokens", try credentials.v2())
            }
        let reply = try await send(.POST, identity.url + path, body: body, within: timeout)
        guard (200..<300).contains(reply.status) else { throw Self.refusal(reply, credentials, identity) }
        do {
            guard let body = reply.body else { throw Token.Malformed(description: "it is not JSON") }
            guard identity.version == .v3 else { return try Token(v2: body) }
            guard let secret = reply.headers.first(name: "x-subject-token") else {
                throw Token.Malformed(description: "it has no X-Subject-Token")
            }
            return try Token(v3: body, secret: Secret(secret))
        } catch {
            throw KeystoneError(.badReply, "the reply of keystone at \(identity.url) is malformed: \(error)")
        }
    }

    /// Keystone reports an unknown token or application credential as 404 with a reason; a wrong URL is 404 without.
    private static func saysUnknown(_ reply: Reply, _ credentials: Credentials) -> Bool {
        if case .password = credentials.method { return false }
        return reply.status == 404 && reply.hasReason
    }

    private static func refusal(_ reply: Reply, _ credentials: Credentials, _ identity: Identity) -> KeystoneError {
        switch reply.status {
        case _ where reply.status == 401 || saysUnknown(reply, credentials):
            let cause =
                switch credentials.method {
                case .password: "wrong user name, password, domain or project"
                case .token: "it is not valid, or not for that project"
                case .applicationCredential: "wrong id, name or secret, or it has expired"
                }
            let scope = credentials.scope == .unscoped ? "" : " for \(credentials.scope)"
            return KeystoneError(
                .refused,
                "keystone at \(identity.url) refuses \(credentials.method)\(scope): \(cause) (\(reply.reason))")
        case 400, 403, 409, 413:
            return KeystoneError(
                .refused, "keystone at \(identity.url) refuses \(credentials.method): \(reply.reason)")
        case 500...:
            return KeystoneError(
                .unreachable, "keystone at \(identity.url) does not work: it returned status \(reply.status)")
        case 300..<400:
            let place = reply.headers.first(name: "location").map { " to \($0)" } ?? ""
            return KeystoneError(
                .badReply,
                "keystone at \(identity.url) redirects\(place): is the URL right (OS_AUTH_URL; for ovn-ipam auth-url)?"
            )
        default:
            return KeystoneError(
                .badReply,
                "there is no identity API \(identity.version.rawValue) at \(identity.url): "
                    + "is the URL right (OS_AUTH_URL; for ovn-ipam auth-url)? (\(reply.reason))")
        }
    }
}

extension KeystoneError {
    init(_ error: TransportError, _ url: String) {
        switch error.kind {
        case .untrusted, .unwelcome:
            self.init(
                .untrusted,
                "keystone at \(url) is not trusted: \(error.reason); OS_CACERT, for ovn-ipam auth-ca-cert, names a file of CA certificates to trust"
            )
        case .misconfigured: self.init(.misconfigured, "\(error.reason)")
        case .unreachable: self.init(.unreachable, "keystone at \(url) cannot be reached (\(error.reason))")
        case .lost: self.init(.unreachable, "keystone at \(url) does not answer (\(error.reason))")
        }
    }
}
