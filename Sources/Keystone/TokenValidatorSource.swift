import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NeutronAPI

/// Asks Keystone: `GET /v3/auth/tokens`, with the service's own token and the one in question.
struct KeystoneTokenSource: TokenSource {
    /// `http://192.0.2.1:5000/v3`, without a slash at the end.
    let url: String
    let http: HTTPClient
    /// How long an answer may take, the service's own token included.
    let timeout: Duration
    /// The service's own token. `refused` is one that Keystone would not have any more, which is not to be given again.
    let serviceToken: @Sendable (_ refused: String?) async throws -> String

    /// Replies are a few kilobytes; this is for what is no Keystone.
    private static let replyLimit = 1 << 20

    private struct Reply: Sendable {
        let status: Int
        let body: ByteBuffer
    }

    func verdict(of token: String) async -> TokenVerdict {
        do {
            let reply = try await withTimeout { try await exchange(token) }
            return verdict(reply)
        } catch {
            return .unavailable("Keystone at \(url) does not answer: \(cause(of: error))")
        }
    }

    /// The service's token may have been revoked, or Keystone's keys be new: then a fresh one is tried, once.
    private func exchange(_ token: String) async throws -> Reply {
        let own = try await serviceToken(nil)
        let reply = try await ask(token, own)
        guard reply.status == 401 else { return reply }
        return try await ask(token, try await serviceToken(own))
    }

    private func ask(_ token: String, _ own: String) async throws -> Reply {
        // Without the catalogue, which is most of the reply.
        var request = HTTPClientRequest(url: "\(url)/auth/tokens?nocatalog")
        request.method = .GET
        request.headers = ["accept": "application/json", "x-auth-token": own, "x-subject-token": token]
        let response = try await http.execute(request, deadline: .distantFuture)
        return Reply(status: Int(response.status.code), body: try await response.body.collect(upTo: Self.replyLimit))
    }

    /// Gives up, and cancels what is under way, when the time is over.
    private func withTimeout(_ body: @escaping @Sendable () async throws -> Reply) async throws -> Reply {
        try await withThrowingTaskGroup(of: Reply?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let reply = first else { throw NoAnswer() }
            return reply
        }
    }

    private struct NoAnswer: Error {}

    /// In few words, without anything of the request.
    private func cause(of error: any Error) -> String {
        switch error {
        case is NoAnswer: "nothing within \(timeout)"
        case is CancellationError: "cancelled"
        case is NIOTooManyBytesError: "the reply has more than \(Self.replyLimit) bytes"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { "\($0.error)" } ?? error.dnsAError.map { "\($0)" } ?? "\(error)"
        default: "\(error)"
        }
    }

    private func verdict(_ reply: Reply) -> TokenVerdict {
        switch reply.status {
        case 200:
            let body = reply.body.withUnsafeReadableBytes { bytes -> JSON in
                do throws(JSONSyntaxError) { return try JSON(parsing: bytes) } catch { return .null }
            }
            return ValidToken(body).map { .valid($0) } ?? .unavailable("\(url) answers like no Keystone")
        case 400, 404: return .rejected("Keystone does not know it, or no more")
        case 401: return .unavailable("Keystone at \(url) refuses the service's own token")
        case 403:
            return .unavailable(
                "Keystone at \(url) does not let the service's user validate tokens: give it the role service or admin")
        default: return .unavailable("Keystone at \(url) answers status \(reply.status)")
        }
    }
}
