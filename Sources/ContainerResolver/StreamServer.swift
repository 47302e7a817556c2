import Deadlines
import HostNetwork
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Takes the connections that a container makes to its resolver: answers what is asked for by a name that we know, and asks Docker's
/// resolver everything else.
struct StreamServer: Sendable {
    typealias Stream = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let namespace: NetworkNamespace
    let answer: @Sendable (ArraySlice<UInt8>, AnswerLimit) -> [UInt8]?
    let logger: Logger
    private let count = NIOLockedValueBox(0)

    init(
        _ namespace: NetworkNamespace, logger: Logger,
        answer: @escaping @Sendable (ArraySlice<UInt8>, AnswerLimit) -> [UInt8]?
    ) {
        self.namespace = namespace
        self.answer = answer
        self.logger = logger
    }

    /// Of one container, at a time.
    private static let connectionLimit = 32
    /// How long a connection may say nothing, and Docker's resolver be silent (its own attempts end sooner).
    private static let idleLimit = TimeAmount.seconds(10)
    private static let answerLimit = Duration.seconds(15)

    /// Listens on a socket, which it closes; returns by being cancelled.
    func run(_ listener: CInt, on loop: any EventLoop) async throws {
        let server = try await ServerBootstrap(group: loop)
            .bind(listener) { channel in Self.wrap(channel) }
        try await server.executeThenClose { streams in
            try await withThrowingDiscardingTaskGroup { group in
                for try await stream in streams {
                    group.addTask { await serve(stream, on: loop) }
                }
            }
        }
    }

    private static func wrap(_ channel: any Channel) -> EventLoopFuture<Stream> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers(
                IdleStateHandler(allTimeout: idleLimit), IdleCloser(), ByteToMessageHandler(MessageFraming()))
            return try Stream(wrappingChannelSynchronously: channel)
        }
    }

    private func serve(_ stream: Stream, on loop: any EventLoop) async {
        let isAllowed = count.withLockedValue { count in
            count += 1
            return count <= Self.connectionLimit
        }
        defer { count.withLockedValue { $0 -= 1 } }
        do {
            try await stream.executeThenClose { inbound, outbound in
                guard isAllowed else { return }
                for try await message in inbound {
                    if let answer = answer(ArraySlice(message.readableBytesView), .stream) {
                        try await outbound.write(Self.framed(answer))
                    } else {
                        guard let reply = try await forward(message, on: loop) else { return }
                        try await outbound.write(reply)
                    }
                }
            }
        } catch {
            // A connection that broke, on either side, is the container's own business: it asks again.
            logger.debug("query by TCP not answered", metadata: ["cause": "\(error)"])
        }
    }

    /// Asks Docker's resolver by a connection of its own.
    private func forward(_ message: ByteBuffer, on loop: any EventLoop) async throws -> ByteBuffer? {
        let descriptor = try QuerySockets.connect(in: namespace)
        let upstream = try await ClientBootstrap(group: loop)
            .withConnectedSocket(descriptor) { channel in Self.wrap(channel) }
        return try await withDeadline(.now + Self.answerLimit) {
            try await upstream.executeThenClose { inbound, outbound in
                try await outbound.write(Self.framed(Array(message.readableBytesView)))
                for try await reply in inbound { return Self.framed(Array(reply.readableBytesView)) }
                return nil
            }
        }
    }

    /// A message behind its length (RFC 1035 §4.2.2).
    private static func framed(_ message: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt16(message.count))
        buffer.writeBytes(message)
        return buffer
    }
}

/// Messages behind their lengths.
struct MessageFraming: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) -> DecodingState {
        guard let message = buffer.readLengthPrefixedSlice(as: UInt16.self) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(message))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) -> DecodingState {
        while decode(context: context, buffer: &buffer) == .continue {}
        return .needMoreData
    }
}

/// Closes a connection that says nothing.
private final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
