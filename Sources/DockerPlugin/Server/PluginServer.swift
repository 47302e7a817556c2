import HTTPServing
import HostSetup
import JSONCoding
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

    /// The engine is root, and keeps its connections: the limits are for what has gone wrong, not for what is slow.
    private static let limits = ConnectionLimits(
        pipelinedRequests: 32, headTime: .minutes(1), bodyTime: .minutes(1), paceTime: .minutes(1), paceSize: 1,
        idleTime: .hours(24), lingerTime: .seconds(2), endingTime: .seconds(10), targetSize: 4_096, headSize: 65_536,
        headerFields: 100,
        // A call has a few hundred bytes; one with many published ports some tens of thousands.
        bodySize: 1 << 20)

    private static let serving = HTTPServing(limits: limits) { refusal in
        let reply = PluginReply.failure(HostError(.usage, refusal.message), status: refusal.status)
        var writer = JSONWriter()
        writer.value(reply.body)
        return (["content-type": contentType], writer.bytes)
    }

    private static let contentType = "application/vnd.docker.plugins.v1.2+json"

    package init(_ socket: ListeningSocket, _ plugin: DockerPlugin, logger: Logger) {
        self.socket = socket
        self.plugin = plugin
        self.logger = logger
    }

    package func run() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelInitializer { [logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try HTTPServing.surviveFailingAccepts(of: channel, logger: logger)
                }
            }
            // Nothing is read before there is a listener.
            .childChannelOption(.autoRead, value: false)
            .bind(NIOBSDSocket.Handle(socket.descriptor)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.serving.addHandlers(to: channel, nil)
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
                    case .body(var chunk): body.writeBuffer(&chunk)
                    case .end:
                        guard let request = head else { return }
                        try await answer(request, body, outbound)
                    }
                }
            }
        } catch is CancellationError {
            // Shutdown.
        } catch {
            // The engine went away, or the client speaks no HTTP.
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

    private func write(
        _ reply: PluginReply, _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var writer = JSONWriter()
        writer.value(reply.body)
        let headers: HTTPHeaders = [
            "content-type": Self.contentType, "content-length": "\(writer.bytes.count)",
        ]
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
        try await outbound.write(contentsOf: [
            .head(head), .body(.byteBuffer(ByteBuffer(bytes: writer.bytes))), .end(nil),
        ])
    }
}
