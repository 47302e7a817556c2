import Glibc
import Logging
import NIOCore
import Netlink

/// Decides on the packets of one container's queue: what is asked for by a name that we know is answered and goes no further, everything
/// else goes on to Docker's resolver, untouched.
final class DatagramHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// An event for the channel: the container is served no longer.
    struct End: Sendable {}

    /// The queue is closed when no packet has come out of it for so long.
    private static let lastPackets = TimeAmount.milliseconds(20)
    /// Where packets do not end, so often.
    private static let longestEnd = 50

    private let sockets: QuerySockets
    private let answer: @Sendable (ArraySlice<UInt8>, AnswerLimit) -> [UInt8]?
    private let logger: Logger
    /// Whether no packet has come since this was set.
    private var isQuiet = true

    init(
        _ sockets: QuerySockets, logger: Logger,
        answer: @escaping @Sendable (ArraySlice<UInt8>, AnswerLimit) -> [UInt8]?
    ) {
        self.sockets = sockets
        self.answer = answer
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isQuiet = false
        let datagram = Array(unwrapInboundIn(data).readableBytesView)
        do {
            for packet in try PacketQueue.packets(in: datagram[...]) {
                let verdict: PacketQueue.Verdict = packet.isWhole && isAnswered(packet.bytes) ? .drop : .accept
                let message = PacketQueue.verdict(verdict, on: packet.id, of: sockets.queueNumber)
                context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: message)), promise: nil)
            }
        } catch {
            logger.warning("packet queue not understood", metadata: ["cause": "\(error)"])
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    /// First nothing is held back any more, then what waits is decided on, then the queue is closed: no query is lost.
    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is End else { return context.triggerUserOutboundEvent(event, promise: promise) }
        let message = context.channel.allocator.buffer(bytes: QuerySockets.release)
        context.writeAndFlush(wrapOutboundOut(message), promise: promise)
        closeWhenQuiet(context, looks: Self.longestEnd)
    }

    private func closeWhenQuiet(_ context: ChannelHandlerContext, looks: Int) {
        isQuiet = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lastPackets) {
            // A loop that comes late runs this before it reads what has come meanwhile.
            if self.isQuiet && self.sockets.isQueueEmpty || looks == 0 {
                context.close(promise: nil)
            } else {
                self.closeWhenQuiet(context, looks: looks - 1)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.warning("packet queue lost", metadata: ["cause": "\(error)"])
        context.close(promise: nil)
    }

    /// Answers a packet, unless it is for Docker's resolver; what cannot be sent is, too.
    private func isAnswered(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let packet = QueryPacket(bytes), let message = answer(packet.payload, .datagram) else { return false }
        let reply = packet.reply(message)
        var asker = sockaddr_in(packet.asker, port: 0)
        let sent = withSocketAddress(&asker) {
            sendto(
                sockets.answers, reply, reply.count, CInt(MSG_DONTWAIT), $0,
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        return sent == reply.count
    }
}

/// How long an answer may be.
enum AnswerLimit {
    /// As the query says (RFC 6891), 512 bytes where it does not.
    case datagram
    /// As long as any message.
    case stream
}
