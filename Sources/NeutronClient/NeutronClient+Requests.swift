import HTTPTransport
import JSONCoding
import Keystone
import Logging
import NIOCore
import NIOHTTP1
import NeutronAPI

/// Sends one request and classifies its outcome.
extension NeutronClient {
    /// A request before it is sent; `goal` is the end of "could not …" in messages.
    struct Request {
        var method: HTTPMethod
        var path: String
        var query = QueryString([])
        var body: JSON?
        /// The revision that the resource must still have (`If-Match`).
        var revision: Int?
        var goal: String

        var isQuestion: Bool { method == .GET }
    }

    /// Sends a request and returns the body of a success. A read that the service cannot serve now (503) is repeated.
    func send(_ request: Request, within timeout: Duration) async throws(NeutronClientError) -> ByteBuffer {
        let deadline = ContinuousClock.now + timeout
        var pause = Duration.milliseconds(100)
        while true {
            let reply = try await answer(to: request, within: max(.zero, deadline - .now))
            logger.trace(
                "neutron reply",
                metadata: ["request": "\(request.method) \(request.path)", "status": "\(reply.status)"])
            if (200..<300).contains(reply.status) { return reply.body }
            guard reply.status == 503, request.isQuestion, await isOver(pause, before: deadline) else {
                throw refusal(reply, request)
            }
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// Passes the lines of an answer that goes on to `line`, until the server has ended it. Tokens and 503 are as in
    /// ``send(_:within:)``, until the answer has begun.
    func follow(
        _ request: Request, opening: Duration, silence: Duration,
        _ line: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let deadline = ContinuousClock.now + opening
        var pause = Duration.milliseconds(100)
        var token: Token?
        if let session { token = try await self.token(of: session, within: opening) }
        var isFresh = false
        while true {
            let reply: HTTPTransport.Reply?
            do {
                reply = try await transport.lines(
                    wire(request, token: token), opening: max(.zero, deadline - .now), silence: silence, line)
            } catch let error as TransportError {
                throw failure(of: request, error)
            }
            guard let reply else { return }
            if reply.status == 401, let session, let refused = token, !isFresh {
                isFresh = true
                await session.invalidate(refused)
                token = try await self.token(of: session, within: max(.zero, deadline - .now))
                continue
            }
            guard reply.status == 503, await isOver(pause, before: deadline) else { throw refusal(reply, request) }
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// Waits for about `pause`, unless less than that would be left for the request; returns whether to go on.
    private func isOver(_ pause: Duration, before deadline: ContinuousClock.Instant) async -> Bool {
        let length = pause * Double.random(in: 0.5...1)
        guard deadline - .now > length * 2 else { return false }
        do { try await Task.sleep(for: length) } catch { return false }  // Cancelled: the last error is reported.
        return true
    }

    /// Sends it with a token where one is needed, and retries with another where that is refused.
    private func answer(
        to request: Request, within timeout: Duration
    ) async throws(NeutronClientError) -> HTTPTransport.Reply {
        guard let session else { return try await exchange(request, token: nil, within: timeout) }
        let deadline = ContinuousClock.now + timeout
        let token = try await token(of: session, within: timeout)
        let reply = try await exchange(request, token: token, within: max(.zero, deadline - .now))
        guard reply.status == 401 else { return reply }
        logger.debug("token refused", metadata: ["endpoint": "\(endpoint)"])
        await session.invalidate(token)
        let fresh = try await self.token(of: session, within: max(.zero, deadline - .now))
        return try await exchange(request, token: fresh, within: max(.zero, deadline - .now))
    }

    private func token(of session: KeystoneSession, within timeout: Duration) async throws(NeutronClientError) -> Token
    {
        do {
            return try await session.token(within: timeout)
        } catch {
            throw NeutronClientError(error)
        }
    }

    private func exchange(
        _ request: Request, token: Token?, within timeout: Duration
    ) async throws(NeutronClientError) -> HTTPTransport.Reply {
        do {
            return try await transport.exchange(wire(request, token: token), within: timeout)
        } catch {
            throw failure(of: request, error)
        }
    }

    private func wire(_ request: Request, token: Token?) -> HTTPTransport.Request {
        var wire = HTTPTransport.Request(
            request.method,
            "\(endpoint)\(request.path)\(request.query.items.isEmpty ? "" : "?")\(request.query.encoded)",
            isRepeatable: request.isQuestion)
        if let token { wire.headers.add(name: "x-auth-token", value: token.secret.revealed) }
        if let revision = request.revision {
            wire.headers.add(name: "if-match", value: "revision_number=\(revision)")
        }
        if let body = request.body {
            var writer = JSONWriter()
            writer.value(body)
            wire.body = ByteBuffer(bytes: writer.bytes)
        }
        return wire
    }

    /// Neutron's own message if there is one, else the status and the server.
    private func refusal(_ reply: HTTPTransport.Reply, _ request: Request) -> NeutronClientError {
        let body = try? reply.body.withUnsafeReadableBytes { try JSON(parsing: $0) }
        if reply.status == 401 { return unauthorised(request, body?["NeutronError"]) }
        guard let error = body?.object?["NeutronError"]?.object, let message = error["message"]?.string else {
            let code: NeutronClientError.Code = reply.status >= 500 ? .unreachable : .badReply
            return NeutronClientError(
                request.isQuestion || code == .badReply ? code : .unknownOutcome,
                "could not \(request.goal): \(endpoint) returned status \(reply.status) without a reason")
        }
        let cause = NeutronError(
            status: reply.status, type: error["type"]?.string ?? "", message: message,
            detail: error["detail"]?.string ?? "")
        guard reply.status >= 500 else {
            return NeutronClientError(.refused, "could not \(request.goal): \(message)", cause: cause)
        }
        // 503 means that nothing was done (ours returns 504 when it is unknown); any other 5xx may come half-way.
        let code: NeutronClientError.Code = request.isQuestion || reply.status == 503 ? .unreachable : .unknownOutcome
        let reference = cause.detail.isEmpty ? "" : " (\(cause.detail))"
        return NeutronClientError(
            code, "could not \(request.goal): \(endpoint) returned status \(reply.status): \(message)\(reference)",
            cause: cause)
    }

    /// A sentence that goes on.
    private static func unstopped(_ text: String) -> Substring { text.hasSuffix(".") ? text.dropLast() : text[...] }

    /// The reply does not say what is missing or wrong, only 401, but to hosts that were removed.
    private func unauthorised(_ request: Request, _ error: JSON?) -> NeutronClientError {
        if transport.advice != nil, error?["type"]?.string == "HostUnknown" {
            return NeutronClientError(
                .refused,
                "could not \(request.goal): \(endpoint) no longer knows this host: "
                    + "\(Self.unstopped(error?["message"]?.string ?? "it was removed")); "
                    + "'ovn-integrate join TOKEN' with a token of 'ovn-ipam invite' makes it part of the networks again"
            )
        }
        guard let session else {
            return NeutronClientError(
                .refused,
                "could not \(request.goal): \(endpoint) requires authentication: "
                    + (endpoint.hasPrefix("https:") ? "join it, 'ovn-integrate join TOKEN', or " : "")
                    + "source the RC file of your cloud, or name a cloud of clouds.yaml by OS_CLOUD")
        }
        return NeutronClientError(
            .refused,
            "could not \(request.goal): \(endpoint) refuses a fresh token of keystone at "
                + "\(session.credentials.authURL): is it the keystone that the networking API uses?")
    }

    /// What a lost or late request means: without a connection nothing has changed.
    private func failure(of request: Request, _ error: TransportError) -> NeutronClientError {
        switch error.kind {
        case .unreachable:
            return NeutronClientError(
                .unreachable,
                "could not \(request.goal): the networking API at \(endpoint) cannot be reached (\(error.reason)); "
                    + "nothing changed")
        case .untrusted:
            return NeutronClientError(
                .refused,
                "could not \(request.goal): the networking API at \(endpoint) is not trusted: \(error.reason); "
                    + (transport.advice ?? "OS_CACERT names a file of CA certificates to trust"))
        case .unwelcome:
            return NeutronClientError(
                .refused,
                "could not \(request.goal): the networking API at \(endpoint) refuses this machine: \(error.reason)"
                    + (transport.advice.map { "; \($0)" } ?? ""))
        case .misconfigured:
            return NeutronClientError(.refused, "could not \(request.goal): \(error.reason)")
        case .lost where request.isQuestion:
            return NeutronClientError(
                .unreachable,
                "could not \(request.goal): the networking API at \(endpoint) does not answer (\(error.reason))")
        case .lost:
            return NeutronClientError(
                .unknownOutcome,
                "the connection to \(endpoint) was lost while trying to \(request.goal): "
                    + "it may have been done (\(error.reason))")
        }
    }
}
