import HostEndpoints
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NeutronAPI
import ServiceLifecycle

/// The engine's end of the plugin: HTTP/1.1 on a unix socket, a POST for each call.
///
/// Written on NIO itself: Hummingbird cannot take a socket over that systemd has made, and the engine sends an empty `Host`.
package struct PluginServer: Service {
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let socket: ListeningSocket
    let plugin: DockerPlugin
    let logger: Logger

    /// A call has a few hundred bytes; one with many published ports some tens of thousands.
    private static let bodyLimit = 1 << 20

    package init(_ socket: ListeningSocket, _ plugin: DockerPlugin, logger: Logger) {
        self.socket = socket
        self.plugin = plugin
        self.logger = logger
    }

    package func run() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            // Nothing is read before somebody listens.
            .childChannelOption(.autoRead, value: false)
            .bind(NIOBSDSocket.Handle(socket.descriptor)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    // As it is: NIO drops those that it takes as the server is closed, and no more than this may be dropped.
                    return channel
                }
            }
        defer { socket.remove() }
        logger.info("ready", metadata: ["socket": "\(socket.path ?? "handed over")"])
        try await withGracefulShutdownHandler {
            try await serve(server)
        } onGracefulShutdown: {
            // No new connections; what is being answered is answered to its end.
            server.channel.close(promise: nil)
        }
    }

    private func serve(_ server: NIOAsyncChannel<any Channel, Never>) async throws {
        try await server.executeThenClose { channels in
            try await withThrowingDiscardingTaskGroup { group in
                for try await channel in channels {
                    group.addTask { await serve(channel) }
                }
            }
        }
    }

    private func serve(_ channel: any Channel) async {
        do {
            let connection = try await channel.eventLoop.submit {
                try Connection(wrappingChannelSynchronously: channel)
            }.get()
            try await connection.executeThenClose { inbound, outbound in
                try await channel.setOption(.autoRead, value: true).get()
                var head: HTTPRequestHead?
                var body = ByteBuffer()
                // The engine keeps its connections: at the end nothing more is heard on them.
                for try await part in inbound.cancelOnGracefulShutdown() {
                    switch part {
                    case .head(let received):
                        head = received
                        body.clear()
                    case .body(var chunk):
                        guard body.readableBytes + chunk.readableBytes <= Self.bodyLimit else {
                            // What follows is not read any more.
                            try await write(Self.tooLong, outbound)
                            return
                        }
                        body.writeBuffer(&chunk)
                    case .end:
                        guard let request = head else { return }
                        try await answer(request, body, outbound)
                        guard request.isKeepAlive else { return }
                    }
                }
            }
        } catch is CancellationError {
            // Shutdown.
        } catch {
            // The engine went away, or whoever it was speaks no HTTP.
            logger.debug("connection ended", metadata: ["cause": "\(error)"])
        }
    }

    private func answer(
        _ request: HTTPRequestHead, _ body: ByteBuffer,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        let path = request.uri.prefix { $0 != "?" }
        try await write(await plugin.answer(String(path.drop { $0 == "/" }), body.readableBytesView), outbound)
    }

    private static var tooLong: PluginReply {
        .failure(HostError(.usage, "a call has at most \(bodyLimit) bytes"), status: 413)
    }

    private func write(
        _ reply: PluginReply, _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var writer = JSONWriter()
        writer.value(reply.body)
        let headers: HTTPHeaders = [
            "content-type": "application/vnd.docker.plugins.v1.2+json", "content-length": "\(writer.bytes.count)",
        ]
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
        try await outbound.write(contentsOf: [
            .head(head), .body(.byteBuffer(ByteBuffer(bytes: writer.bytes))), .end(nil),
        ])
    }
}
