import NIOCore

/// Counts the bytes of a connection, in front of the decoder.
final class ConnectionBytes: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Since the end of the last request.
    private(set) var received = 0
    /// The first line of the next request has arrived.
    private(set) var hasLine = false
    /// Handed to the socket.
    private(set) var written = 0
    /// A read is pending on the socket.
    private(set) var isReading = false

    /// A request has ended. Bytes of the next one that are here already count when more arrive.
    func requestEnded() {
        received = 0
        hasLine = false
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        isReading = false
        received += buffer.readableBytes
        if !hasLine { hasLine = buffer.readableBytesView.contains(UInt8(ascii: "\n")) }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        isReading = true
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }
}
