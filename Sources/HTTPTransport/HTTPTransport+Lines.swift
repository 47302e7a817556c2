import AsyncHTTPClient
import Deadlines
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// Answers that go on.
extension HTTPTransport {
    /// Streams at a time: they are not among the exchanges, of which they would take the places for ever.
    static let streamWidth = 8
    /// In bytes; a longer line ends a stream.
    static let lineLimit = 1 << 20
    /// Answers other than 200 are errors: a few lines.
    private static let refusalLimit = 1 << 20

    /// Passes the lines of an answer to `line`, one after the other, as they come; the server waits for it.
    ///
    /// - Parameters:
    ///   - request: the question.
    ///   - opening: how long the answer's beginning may take; there is no limit on how long it then goes on.
    ///   - silence: a stream of which nothing comes for so long is dead.
    ///   - line: gets each line, without its end.
    /// - Returns: nil once the server has ended its answer; the whole answer where its status is not 200.
    /// - Throws: `TransportError` where the stream cannot be opened or breaks, in the middle of a line too, and
    ///   whatever `line` throws.
    package func lines(
        _ request: Request, opening: Duration, silence: Duration,
        _ line: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Reply? {
        let deadline = ContinuousClock.now + opening
        guard await streams.enter(for: request.client, until: deadline) else {
            throw TransportError(
                .unreachable, "none of \(Self.streamWidth) streams has ended within \(opening.inSeconds)")
        }
        defer { streams.leave(request.client) }
        let response = try await repeating(request, within: opening) { [http] wire in
            try await withDeadline(deadline) { try await http.execute(wire, deadline: .distantFuture) }
        }
        guard response.status == .ok else {
            let body: ByteBuffer
            do {
                body = try await withDeadline(deadline) { try await response.body.collect(upTo: Self.refusalLimit) }
            } catch {
                throw failure(error, Self.wire(request), within: opening)
            }
            return Reply(status: Int(response.status.code), headers: response.headers, body: body)
        }
        let reader = LineReader(body: response.body, waitsSince: NIOLockedValueBox(.now))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await reader.read(line) { failure($0, Self.wire(request), within: opening) }
            }
            group.addTask { try await reader.watch(silence) }
            defer { group.cancelAll() }
            try await group.next()
        }
        return nil
    }
}

/// Reads an answer's lines, and notes since when it has been waiting for the server.
private struct LineReader: Sendable {
    let body: HTTPClientResponse.Body
    /// Nil while the lines' receiver is at work.
    let waitsSince: NIOLockedValueBox<ContinuousClock.Instant?>

    func read(
        _ line: @Sendable ([UInt8]) async throws -> Void, failing: (any Error) -> TransportError
    ) async throws {
        var buffer = LineBuffer()
        var chunks = body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do { chunk = try await chunks.next() } catch { throw failing(error) }
            guard let chunk else { break }
            waitsSince.withLockedValue { $0 = nil }
            buffer.append(chunk.readableBytesView)
            while let whole = buffer.next() { try await line(whole) }
            guard buffer.count <= HTTPTransport.lineLimit else {
                throw TransportError(.lost, "a line of the answer is longer than \(HTTPTransport.lineLimit) bytes")
            }
            waitsSince.withLockedValue { $0 = .now }
        }
        guard buffer.count == 0 else { throw TransportError(.lost, "the answer ended in the middle of a line") }
    }

    /// Throws once the server has been silent for too long.
    func watch(_ silence: Duration) async throws {
        while true {
            let since = waitsSince.withLockedValue { $0 } ?? .now
            guard since + silence > .now else {
                throw TransportError(.lost, "nothing came for \(silence.inSeconds)")
            }
            try await Task.sleep(until: since + silence)
        }
    }
}
