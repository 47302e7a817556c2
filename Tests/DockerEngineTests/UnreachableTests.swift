import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import DockerEngine

/// What a caller learns when the engine is not there, or stops answering in the middle.
@Suite(.timeLimit(.minutes(1)))
struct UnreachableTests {
    static func temporarySocket() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("e-\(UUID().uuidString.prefix(8)).sock").path
    }

    @Test func `no socket is unreachable and names it`() async throws {
        let path = Self.temporarySocket()
        let error = await #expect(throws: DockerError.self) {
            try await DockerEngine.connect(
                to: EngineEndpoint(path: path), within: .seconds(5), logger: Logger(label: "test"))
        }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains(path) == true)
    }

    /// Answers the version; to the next request it writes `reply`, then falls silent or closes the connection.
    func withHalfEngine(
        reply: String = "", closes: Bool = false,
        _ body: (DockerEngine) async throws -> Void
    ) async throws {
        let path = Self.temporarySocket()
        defer { unlink(path) }
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { each in
                        for try await connection in connections {
                            each.addTask {
                                try? await connection.executeThenClose { input, output in
                                    var asked = 0
                                    for try await _ in input {
                                        asked += 1
                                        guard asked == 1 else {
                                            try await output.write(ByteBuffer(string: reply))
                                            if closes { return }
                                            try await Task.sleep(for: .seconds(30))  // ended by cancellation
                                            return
                                        }
                                        let body = #"{"ApiVersion":"1.41","MinAPIVersion":"1.12"}"#
                                        try await output.write(
                                            ByteBuffer(
                                                string:
                                                    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                                            ))
                                    }
                                }
                            }
                        }
                    }
                }
            }
            let engine = try await DockerEngine.connect(
                to: EngineEndpoint(path: path), within: .seconds(5), logger: Logger(label: "test"))
            #expect(engine.version == APIVersion(1, 41))
            do {
                try await body(engine)
            } catch {
                await engine.shutdown()
                group.cancelAll()
                throw error
            }
            await engine.shutdown()
            group.cancelAll()
        }
    }

    /// Longer than any test: the engine says nothing more.
    @Test func `a change without an answer has an unknown outcome at the deadline`() async throws {
        try await withHalfEngine { engine in
            let error = await #expect(throws: DockerError.self) {
                try await engine.createContainer(
                    ContainerSpec(image: "i"), name: "one", within: .milliseconds(200))
            }
            #expect(error?.code == .unknownOutcome)
        }
    }

    @Test func `a question without an answer is timed out at the deadline`() async throws {
        try await withHalfEngine { engine in
            let error = await #expect(throws: DockerError.self) {
                try await engine.findContainer("one", within: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `a reply that stops in its body does not outlast the deadline`() async throws {
        try await withHalfEngine(reply: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{") { engine in
            let error = await #expect(throws: DockerError.self) {
                try await engine.findContainer("one", within: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `a connection closed during a change has an unknown outcome`() async throws {
        try await withHalfEngine(closes: true) { engine in
            let error = await #expect(throws: DockerError.self) {
                try await engine.startContainer("one", within: .seconds(5))
            }
            #expect(error?.code == .unknownOutcome)
        }
    }

    @Test func `garbage is a bad reply`() async throws {
        try await withHalfEngine(reply: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope", closes: true) { engine in
            let error = await #expect(throws: DockerError.self) {
                try await engine.findContainer("one", within: .seconds(5))
            }
            #expect(error?.code == .badReply)
        }
    }
}
