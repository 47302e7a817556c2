import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A TCP server that says what a test tells it to, byte for byte.
///
/// Real servers are used wherever one can be made to do it; this one is for what no healthy server does.
package final class ScriptedServer: Sendable {
    /// What to do with one request.
    package enum Step: Sendable {
        /// Answers with a status and a body.
        case reply(Int, String)
        /// Answers so after some time.
        case late(Duration, Int, String)
        /// Answers with these bytes.
        case raw(String)
        /// Answers, then closes the connection.
        case replyAndClose(Int, String)
        /// Answers with these bytes, then closes the connection.
        case rawAndClose(String)
        /// Closes the connection without an answer.
        case close
        /// Never answers.
        case silence
    }

    package let port: Int
    private let channel: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    private let state: NIOLockedValueBox<(steps: [Step], requests: [String])>

    /// Head and body of each request so far.
    package var requests: [String] { state.withLockedValue { $0.requests } }
    package var endpoint: String { "http://127.0.0.1:\(port)" }

    private init(steps: [Step]) async throws {
        state = NIOLockedValueBox((steps, []))
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { connection in
                connection.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: connection)
                }
            }
        guard let port = channel.channel.localAddress?.port else { throw ChannelError.operationUnsupported }
        self.port = port
    }

    /// Runs a server that takes one step for each request while `body` runs.
    package static func run(_ steps: Step..., body: (ScriptedServer) async throws -> Void) async throws {
        try await run(steps, body: body)
    }

    /// The same for steps in a list.
    package static func run(_ steps: [Step], body: (ScriptedServer) async throws -> Void) async throws {
        let server = try await ScriptedServer(steps: steps)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            defer { group.cancelAll() }
            try await body(server)
        }
    }

    private func serve() async throws {
        try await channel.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in connections {
                        group.addTask { try? await self.converse(connection) }
                    }
                } catch {}
            }
        }
    }

    private func converse(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { input, output in
            var received = ByteBuffer()
            for try await chunk in input {
                received.writeImmutableBuffer(chunk)
                guard let request = Self.whole(received) else { continue }
                received.clear()
                let step = state.withLockedValue { state in
                    state.requests.append(request)
                    return state.steps.isEmpty ? Step.close : state.steps.removeFirst()
                }
                switch step {
                case .reply(let status, let body):
                    try await output.write(Self.response(status, body))
                case .late(let delay, let status, let body):
                    // What the test asked for.
                    try await Task.sleep(for: delay)
                    try await output.write(Self.response(status, body))
                case .raw(let bytes):
                    try await output.write(ByteBuffer(string: bytes))
                case .replyAndClose(let status, let body):
                    try await output.write(Self.response(status, body))
                    return
                case .rawAndClose(let bytes):
                    try await output.write(ByteBuffer(string: bytes))
                    return
                case .close: return
                case .silence: try await Task.sleep(for: .seconds(30))  // ended by cancellation
                }
            }
        }
    }

    private static func response(_ status: Int, _ body: String) -> ByteBuffer {
        ByteBuffer(string: "HTTP/1.1 \(status) X\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// The request once all of it is there.
    private static func whole(_ bytes: ByteBuffer) -> String? {
        let text = String(buffer: bytes)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let length = parts[0].split(separator: "\r\n").lazy.compactMap { line -> Int? in
            let field = line.split(separator: ":", maxSplits: 1)
            guard field.count == 2, field[0].lowercased() == "content-length" else { return nil }
            return Int(field[1].drop { $0 == " " })
        }.first
        return parts[1].utf8.count >= length ?? 0 ? text : nil
    }
}
