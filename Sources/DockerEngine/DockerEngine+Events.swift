import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Something that happened to a container, of `GET /events`.
package struct ContainerEvent: Sendable, Equatable {
    /// `start`, `die`, `destroy`, …; an exec's carries more after a colon.
    package let action: String
    package let containerID: String
    /// The container's labels and some more.
    package let attributes: [String: String]
}

extension ContainerEvent: Decodable {
    private enum Keys: String, CodingKey {
        case action = "Action"
        case actor = "Actor"
    }

    private struct Actor: Decodable {
        let id: String
        let attributes: [String: String]?
        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        let actor = try object.decode(Actor.self, forKey: .actor)
        self.init(
            action: try object.decode(String.self, forKey: .action), containerID: actor.id,
            attributes: actor.attributes ?? [:])
    }
}

extension DockerEngine {
    /// Events of containers with this label, from now on, until the engine goes away or `body` returns.
    ///
    /// - Parameters:
    ///   - opening: how long the engine may take to begin; there is no limit on the wait for an event.
    ///   - body: receives them one by one; the engine waits for it, none is lost.
    /// - Throws: `DockerError` when the stream cannot be opened or breaks, and whatever `body` throws.
    package func withContainerEvents<T: Sendable>(
        label: String, opening timeout: Duration,
        _ body: (inout EventSequence.AsyncIterator) async throws -> T
    ) async throws -> T {
        let goal = "stream events"
        let filters = try encode(["type": ["container"], "label": [label]], goal)
        let request = makeRequest(.GET, "/events", query: [("filters", String(buffer: filters))])
        let client = client
        let response: HTTPClientResponse
        do {
            response = try await withDeadline(timeout) { try await client.execute(request, deadline: .distantFuture) }
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
    package typealias Element = ContainerEvent

    let body: HTTPClientResponse.Body

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: body.makeAsyncIterator()) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        /// A line longer than this breaks the stream.
        private static let lineLimit = 1 << 20

        var body: HTTPClientResponse.Body.AsyncIterator
        var lines = LineBuffer()

        /// The next event; `nil` when the engine closed the stream.
        package mutating func next() async throws -> ContainerEvent? {
            while true {
                while let line = lines.next() {
                    if line.isEmpty { continue }
                    do {
                        return try JSONDecoder().decode(ContainerEvent.self, from: Data(line))
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

/// Bytes in, whole lines out.
struct LineBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    /// Bytes of the unfinished line.
    var count: Int { bytes.count - start }

    mutating func append(_ chunk: some Sequence<UInt8>) {
        bytes.removeFirst(start)
        start = 0
        bytes.append(contentsOf: chunk)
    }

    /// The next line without its end, `nil` until it is whole.
    mutating func next() -> [UInt8]? {
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { start = end + 1 }
        var line = bytes[start..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return Array(line)
    }
}
