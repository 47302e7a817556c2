import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS

/// A client's end of TLS: bytes in, bytes out, on the thread that calls.
final class TLSSession {
    private final class Witness: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var isReady = false

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case TLSUserEvent.handshakeCompleted = event { isReady = true }
        }
    }

    private let channel = EmbeddedChannel()
    private let witness = Witness()
    /// Whether the handshake has ended.
    var isReady: Bool { witness.isReady }

    init(_ context: NIOSSLContext) throws {
        try channel.pipeline.syncOperations.addHandlers([
            NIOSSLClientHandler(context: context, serverHostname: nil), witness,
        ])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "embedded")).wait()
    }

    /// What is to be sent for these bytes.
    func seal(_ bytes: [UInt8]) throws -> [UInt8] {
        try channel.writeOutbound(ByteBuffer(bytes: bytes))
        return try pending()
    }

    /// What is to be sent by now.
    func pending() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let part = try channel.readOutbound(as: ByteBuffer.self) { bytes += part.readableBytesView }
        return bytes
    }

    /// What has come in these bytes.
    func open(_ bytes: [UInt8]) throws -> [UInt8] {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        var plain: [UInt8] = []
        while let part = try channel.readInbound(as: ByteBuffer.self) { plain += part.readableBytesView }
        return plain
    }
}
