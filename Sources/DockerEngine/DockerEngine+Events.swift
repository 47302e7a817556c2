import AsyncHTTPClient
import Deadlines
import FoundationEssentials
import HTTPTransport
import NIOCore
import NIOHTTP1

extension DockerEngine {
    /// What happens from now on, until the engine goes away or `body` returns.
    ///
    /// - Parameters:
    ///   - filter: which events; the engine sends no other.
    ///   - timeout: how long the engine may take to begin; there is no limit on the wait for an event.
    ///   - body: receives them one by one; the engine waits for it, none is lost.
    /// - Returns: what `body` returns.
    /// - Throws: `DockerError` when the stream cannot be opened or breaks, and whatever `body` throws.
    package func withEvents<T: Sendable>(
        _ filter: EventFilter, opening timeout: Duration,
        _ body: (inout EventSequence.AsyncIterator) async throws -> T
    ) async throws -> T {
        let goal = "stream events"
        let filters = try encode(filter.parameters, goal)
        // The engine answers before it listens itself: what happens in between it tells because of `since`.
        let milliseconds = Int64(Date().timeIntervalSince1970 * 1000)
        let since = "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst())000000"
        let request = makeRequest(
            .GET, "/events", query: [("since", since), ("filters", String(buffer: filters))])
        let client = client
        let response: HTTPClientResponse
        do {
            response = try await withDeadline(.now + timeout) {
                try await client.execute(request, deadline: .distantFuture)
            }
        } catch {
            throw failure(of: .GET, goal, error, timeout)
        }
        guard response.status == .ok else {
            let text = try await response.body.collect(upTo: Self.replyLimit)
            throw refusal(Reply(status: Int(response.status.code), body: text), goal)
        }
        var events = EventSequence(body: response.body).makeAsyncIterator()
        return try await body(&events)
    }
}

/// The lines of an event stream, decoded.
package struct EventSequence: AsyncSequence, Sendable {
    package typealias Element = EngineEvent

    let body: HTTPClientResponse.Body

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: body.makeAsyncIterator()) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        /// A line longer than this breaks the stream.
        private static let lineLimit = 1 << 20

        var body: HTTPClientResponse.Body.AsyncIterator
        var lines = LineBuffer()

        /// The next event; `nil` when the engine closed the stream.
        package mutating func next() async throws -> EngineEvent? {
            while true {
                while let line = lines.next() {
                    if line.isEmpty { continue }
                    do {
                        return try JSONDecoder().decode(EngineEvent.self, from: Data(line))
                    } catch {
                        throw DockerError(.badReply, "an event of docker's is not understood: \(error)")
                    }
                }
                guard lines.count <= Self.lineLimit else {
                    throw DockerError(.badReply, "an event of docker's is longer than \(Self.lineLimit) bytes")
                }
                guard let chunk = try await body.next() else { return nil }
                lines.append(chunk.readableBytesView)
            }
        }
    }
}
