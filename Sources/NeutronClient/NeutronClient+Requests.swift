import AsyncHTTPClient
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NeutronAPI

/// Sending and judging one request.
extension NeutronClient {
    /// Replies beyond this are refused; a list of 10,000 ports has about 10 MB.
    static let replyLimit = 256 << 20

    struct Reply {
        let status: Int
        let body: ByteBuffer
    }

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

    /// Sends a request and returns the body of a success.
    func send(_ request: Request, within timeout: Duration) async throws(NeutronClientError) -> ByteBuffer {
        let deadline = ContinuousClock.now + timeout
        let wire = wireRequest(request)
        let reply: Reply
        do {
            do {
                reply = try await exchange(wire, until: deadline)
            } catch let error where request.isQuestion && isConnectionLost(error) {
                // Most likely the server closed a kept connection just then.
                logger.debug("question asked again", metadata: ["path": "\(request.path)", "cause": "\(error)"])
                reply = try await exchange(wire, until: deadline)
            }
        } catch {
            throw failure(of: request, error, timeout)
        }
        logger.trace(
            "neutron reply", metadata: ["request": "\(request.method) \(request.path)", "status": "\(reply.status)"])
        guard (200..<300).contains(reply.status) else { throw refusal(reply, request) }
        return reply.body
    }

    private func exchange(
        _ wire: HTTPClientRequest, until deadline: ContinuousClock.Instant
    ) async throws -> Reply {
        let http = http
        return try await withDeadline(deadline) {
            let response = try await http.execute(wire, deadline: .distantFuture)
            return Reply(
                status: Int(response.status.code), body: try await response.body.collect(upTo: Self.replyLimit))
        }
    }

    private func isConnectionLost(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed
        case let error as IOError: error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
        default: false
        }
    }

    private func wireRequest(_ request: Request) -> HTTPClientRequest {
        var wire = HTTPClientRequest(
            url: "\(endpoint)\(request.path)\(request.query.items.isEmpty ? "" : "?")\(request.query.encoded)")
        wire.method = request.method
        wire.headers = ["accept": "application/json"]
        if let revision = request.revision {
            wire.headers.add(name: "if-match", value: "revision_number=\(revision)")
        }
        if let body = request.body {
            var writer = JSONWriter()
            writer.value(body)
            wire.body = .bytes(ByteBuffer(bytes: writer.bytes))
            wire.headers.add(name: "content-type", value: "application/json")
        }
        return wire
    }

    /// Neutron's own message where there is one, else the status and which server it was.
    private func refusal(_ reply: Reply, _ request: Request) -> NeutronClientError {
        let body = try? reply.body.withUnsafeReadableBytes { try JSON(parsing: $0) }
        guard let error = body?.object?["NeutronError"]?.object, let message = error["message"]?.string else {
            let code: NeutronClientError.Code = reply.status >= 500 ? .unreachable : .badReply
            return NeutronClientError(
                request.isQuestion || code == .badReply ? code : .unknownOutcome,
                "could not \(request.goal): \(endpoint) answered status \(reply.status) without a reason")
        }
        let cause = NeutronError(
            status: reply.status, type: error["type"]?.string ?? "", message: message,
            detail: error["detail"]?.string ?? "")
        guard reply.status >= 500 else {
            return NeutronClientError(.refused, "could not \(request.goal): \(message)", cause: cause)
        }
        // 503 is said before anything is done; any other 5xx may come from the middle.
        let code: NeutronClientError.Code = request.isQuestion || reply.status == 503 ? .unreachable : .unknownOutcome
        let reference = cause.detail.isEmpty ? "" : " (\(cause.detail))"
        return NeutronClientError(
            code, "could not \(request.goal): \(endpoint) answered status \(reply.status): \(message)\(reference)",
            cause: cause)
    }

    /// What a lost or late request means: a connection that never stood has changed nothing.
    private func failure(of request: Request, _ error: any Error, _ timeout: Duration) -> NeutronClientError {
        let reason: String
        switch error {
        case let error as NIOConnectionError:
            reason = error.connectionErrors.first.map { "\($0.error)" } ?? error.dnsAError.map { "\($0)" } ?? "\(error)"
            return unreachable(request, reason)
        case let error as IOError where Self.neverConnected.contains(error.errnoCode):
            return unreachable(request, "\(error)")
        case let error as HTTPClientError
        where error == .connectTimeout || error == .getConnectionFromPoolTimeout:
            return unreachable(request, "no connection within \(timeout.inSeconds)")
        case let error as HTTPClientError where error == .emptyHost || error == .emptyScheme || error == .invalidURL:
            return NeutronClientError(.refused, "could not \(request.goal): \"\(endpoint)\" is not a URL")
        case is DeadlineExceeded: reason = "no answer within \(timeout.inSeconds)"
        case is CancellationError: reason = "cancelled"
        case is NIOTooManyBytesError: reason = "the answer has more than \(Self.replyLimit) bytes"
        default: reason = "\(error)"
        }
        guard request.isQuestion else {
            return NeutronClientError(
                .unknownOutcome,
                "the connection to \(endpoint) was lost while trying to \(request.goal): "
                    + "it may have been done (\(reason))")
        }
        return NeutronClientError(
            .unreachable, "could not \(request.goal): the networking API at \(endpoint) does not answer (\(reason))")
    }

    /// What connect(2) fails with; on a connection that stood, the kernel reports a reset or a time-out.
    private static let neverConnected = [
        ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM,
    ]

    private func unreachable(_ request: Request, _ reason: String) -> NeutronClientError {
        NeutronClientError(
            .unreachable,
            "could not \(request.goal): the networking API at \(endpoint) cannot be reached (\(reason)); nothing changed"
        )
    }
}

/// The time given to a call is over.
struct DeadlineExceeded: Error {}

/// Runs `body`; cancels it and throws `DeadlineExceeded` when `deadline` passes first.
func withDeadline<T: Sendable>(
    _ deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () async throws -> T
) async throws -> T {
    try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(until: deadline)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw DeadlineExceeded() }
        return value
    }
}
