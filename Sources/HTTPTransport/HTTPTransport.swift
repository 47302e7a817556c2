import AsyncHTTPClient
import Deadlines
import Glibc
package import HTTPServing
package import Logging
package import NIOCore
package import NIOHTTP1
import NIOPosix

/// Connections to HTTP/1.1 servers, with or without TLS.
///
/// One exchange is one request and its complete answer, or an error that tells whether the request can have arrived. At
/// most ``width`` are under way at a time, so that a slow server is not slowed further. Redirects are not followed: a
/// token must not reach another server. Owns its connections: `shutdown()` closes them.
package struct HTTPTransport: Sendable {
    /// In bytes; longer replies are refused. A list of 10,000 ports has about 10 MB.
    package static let replyLimit = 256 << 20
    /// Exchanges at a time.
    static let width = 8

    /// A request. Headers carry tokens and bodies passwords: neither is ever logged.
    package struct Request: Sendable {
        package var method: HTTPMethod
        package var url: String
        package var headers: HTTPHeaders
        /// JSON, if any.
        package var body: ByteBuffer?
        /// Whether it is idempotent, so that it is sent again when a kept connection turns out to be closed.
        package var isRepeatable: Bool
        /// The client on whose behalf it is sent: at the limit of exchanges, clients take turns.
        package var client: SourceAddress?
        /// In bytes; a longer answer is refused.
        package var replyLimit: Int

        package init(
            _ method: HTTPMethod, _ url: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
            isRepeatable: Bool, client: SourceAddress? = nil, replyLimit: Int = HTTPTransport.replyLimit
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.isRepeatable = isRepeatable
            self.client = client
            self.replyLimit = replyLimit
        }
    }

    package struct Reply: Sendable {
        package let status: Int
        package let headers: HTTPHeaders
        package let body: ByteBuffer
    }

    let http: HTTPClient
    let streams = FairSemaphore<SourceAddress?>(width: Self.streamWidth)
    private let semaphore = FairSemaphore<SourceAddress?>(width: Self.width)
    private let connectTimeout: Duration
    private let logger: Logger
    /// Nil where this machine shows no certificate.
    private let credentials: HostCredentials?

    /// `connectTimeout` limits how long connecting may take; keep it below the calls' own timeouts, so that a machine
    /// that is down is distinguished from a request whose reply was lost.
    package init(trust: Trust = .system, connectTimeout: Duration, logger: Logger) {
        self.logger = logger
        self.connectTimeout = connectTimeout
        credentials = if case .host(let folder) = trust.kind { HostCredentials(folder) } else { nil }
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = trust.tls
        configuration.timeout.connect = .nanoseconds(max(1, connectTimeout.nanoseconds))
        configuration.connectionPool.retryConnectionEstablishment = false
        // Exchanges must not wait in the pool, where waiting counts as connecting.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.width + Self.streamWidth
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// What to do where one end does not trust the other; nil where that is up to the caller.
    package var advice: String? { credentials?.advice() }

    /// Closes the connections; no exchange may follow.
    package func shutdown() async {
        do {
            try await http.shutdown()
        } catch {
            logger.debug("connections not closed", metadata: ["cause": "\(error)"])
        }
    }

    /// Sends a request when its turn has come, and waits for the complete answer.
    package func exchange(
        _ request: Request, within timeout: Duration
    ) async throws(TransportError) -> Reply {
        let deadline = ContinuousClock.now + timeout
        guard await semaphore.enter(for: request.client, until: deadline) else {
            let isLate = ContinuousClock.now >= deadline
            throw TransportError(
                .unreachable,
                isLate
                    ? "it has not answered the \(Self.width) requests before within \(timeout.inSeconds)" : "cancelled")
        }
        defer { semaphore.leave(request.client) }
        let limit = request.replyLimit
        return try await repeating(request, within: timeout) { try await exchange($0, upTo: limit, until: deadline) }
    }

    /// Does what `body` does with a request, once more where a kept connection was lost and that is allowed.
    func repeating<Result>(
        _ request: Request, within timeout: Duration, _ body: (HTTPClientRequest) async throws -> Result
    ) async throws(TransportError) -> Result {
        var wire = Self.wire(request)
        if let credentials { wire.tlsConfiguration = try credentials.tls() }
        do {
            do {
                return try await body(wire)
            } catch let error where request.isRepeatable && Self.isConnectionLost(error) {
                // Most likely the server closed a kept connection just then.
                logger.debug("request repeated", metadata: ["url": "\(request.url)", "cause": "\(error)"])
                return try await body(wire)
            }
        } catch {
            throw failure(error, wire, within: timeout)
        }
    }

    func failure(_ error: any Error, _ wire: HTTPClientRequest, within timeout: Duration) -> TransportError {
        TransportError(error, wire, limit: timeout, connectTimeout: min(timeout, connectTimeout))
    }

    private func exchange(
        _ wire: HTTPClientRequest, upTo limit: Int, until deadline: ContinuousClock.Instant
    ) async throws -> Reply {
        let http = http
        return try await withDeadline(deadline) {
            let response = try await http.execute(wire, deadline: .distantFuture)
            return Reply(
                status: Int(response.status.code), headers: response.headers,
                body: try await response.body.collect(upTo: limit))
        }
    }

    private static func isConnectionLost(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed
        case let error as IOError: error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
        default: false
        }
    }

    static func wire(_ request: Request) -> HTTPClientRequest {
        var wire = HTTPClientRequest(url: request.url)
        wire.method = request.method
        wire.headers = request.headers
        wire.headers.replaceOrAdd(name: "accept", value: "application/json")
        if let body = request.body {
            wire.body = .bytes(body)
            wire.headers.replaceOrAdd(name: "content-type", value: "application/json")
        }
        return wire
    }
}
