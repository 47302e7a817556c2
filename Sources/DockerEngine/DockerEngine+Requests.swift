import AsyncHTTPClient
import Deadlines
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sending and judging one request. `goal` is the end of "docker could not …" in messages.
extension DockerEngine {
    /// Replies beyond this are refused; an inspect is a few kilobytes, a list a few megabytes.
    static let replyLimit = 16 << 20

    struct Reply {
        let status: Int
        let body: ByteBuffer
    }

    func get<T: Decodable>(
        _ path: String, query: [(String, String)] = [], _ goal: String, within timeout: Duration
    ) async throws(DockerError) -> T {
        let reply = try await send(.GET, path, query: query, goal: goal, within: timeout)
        return try decode(reply, goal)
    }

    func decode<T: Decodable>(_ reply: Reply, _ goal: String) throws(DockerError) -> T {
        do {
            return try JSONDecoder().decode(T.self, from: Data(reply.body.readableBytesView))
        } catch {
            throw DockerError(.badReply, "docker could not \(goal): its reply is not understood: \(error)")
        }
    }

    func encode(_ value: some Encodable, _ goal: String) throws(DockerError) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return ByteBuffer(bytes: try encoder.encode(value))
        } catch {
            throw DockerError(.refused, "docker could not \(goal): \(error)")
        }
    }

    /// Sends one request and returns its reply whole.
    /// - Throws: by status (404 → `notFound`, 409 → `conflict`, other ≥ 400 → `refused`) with the engine's own message.
    @discardableResult
    func send(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], body: ByteBuffer? = nil,
        contentType: String = "application/json", goal: String, within timeout: Duration
    ) async throws(DockerError) -> Reply {
        let request = makeRequest(method, path, query: query, body: body, contentType: contentType)
        let client = client
        let reply: Reply
        do {
            reply = try await withDeadline(.now + timeout) {
                let response = try await client.execute(request, deadline: .distantFuture)
                return Reply(
                    status: Int(response.status.code), body: try await response.body.collect(upTo: Self.replyLimit))
            }
        } catch {
            throw failure(of: method, goal, error, timeout)
        }
        logger.trace("docker reply", metadata: ["request": "\(method) \(path)", "status": "\(reply.status)"])
        guard reply.status < 400 else { throw refusal(reply, goal) }
        return reply
    }

    func makeRequest(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], body: ByteBuffer? = nil,
        contentType: String = "application/json"
    ) -> HTTPClientRequest {
        let parameters = query.map { "\(percentEncoded($0))=\(percentEncoded($1))" }.joined(separator: "&")
        var request = HTTPClientRequest(
            url:
                "\(endpoint.baseURL)\(version.map { "/v\($0)" } ?? "")\(path)\(parameters.isEmpty ? "" : "?")\(parameters)"
        )
        request.method = method
        // Over a unix socket the client library sends no Host of its own, and the engine answers 400 without one.
        request.headers = ["host": "docker"]
        if let body {
            request.headers.add(name: "content-type", value: contentType)
            request.body = .bytes(body)
        }
        return request
    }

    func refusal(_ reply: Reply, _ goal: String) -> DockerError {
        struct Message: Decodable { let message: String }
        // A proxy in between answers in its own shape; then the status is all there is to tell.
        let text =
            (try? JSONDecoder().decode(Message.self, from: Data(reply.body.readableBytesView)))?.message
            ?? "status \(reply.status)"
        let code: DockerError.Code =
            switch reply.status {
            case 404: .notFound
            case 409: .conflict
            default: .refused
            }
        return DockerError(code, "docker could not \(goal): \(text)")
    }

    /// What a lost or late request means: a connection that never stood has changed nothing.
    func failure(of method: HTTPMethod, _ goal: String, _ error: any Error, _ timeout: Duration) -> DockerError {
        switch error {
        case let error as DockerError:
            return error
        case is NIOConnectionError:
            return unreachable(error)
        case let error as HTTPClientError
        where error == .connectTimeout || error == .getConnectionFromPoolTimeout:
            return unreachable(error)
        case let error as IOError where [ENOENT, ECONNREFUSED, EACCES, EPERM, EAGAIN].contains(error.errnoCode):
            return unreachable(error)
        case is DeadlineExceeded where method == .GET:
            return DockerError(.timedOut, "docker at \(endpoint) did not \(goal) within \(timeout.inSeconds)")
        case is NIOTooManyBytesError:
            return DockerError(.badReply, "docker at \(endpoint) answered more than \(Self.replyLimit) bytes")
        case is CancellationError:
            return DockerError(
                method == .GET ? .timedOut : .unknownOutcome, "docker at \(endpoint) did not \(goal): cancelled")
        default:
            let cause = error is DeadlineExceeded ? "no answer within \(timeout.inSeconds)" : "\(error)"
            return method == .GET
                ? DockerError(.unreachable, "docker at \(endpoint) did not \(goal): \(cause)")
                : DockerError(
                    .unknownOutcome,
                    "docker at \(endpoint) may or may not have done this: \(goal) (\(cause)); repeat it")
        }
    }
}

extension DockerEngine {
    private func unreachable(_ error: any Error) -> DockerError {
        DockerError(
            .unreachable, "docker does not answer at \(endpoint) (\(error)): is dockerd running, and may you open it?")
    }
}
