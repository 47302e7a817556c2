import NIOCore
import NIOHTTP1

/// Carries out on a channel what ``HTTPConnection`` decides, between the decoder and the application's handler.
///
/// The application's handler gets complete or failing requests, in order: a body that does not end fails with an
/// ``HTTPRefusal``.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var connection: HTTPConnection
    private let bytes: ConnectionBytes
    private let seat: Connections.Seat?
    /// Why the connection is refused before anything is read.
    private let refusal: HTTPRefusal?
    private let rendering: HTTPServing.Rendering
    private var timer: Scheduled<Void>?
    /// A request was passed on and has not ended.
    private var owesEnd = false

    init(
        limits: ConnectionLimits, bytes: ConnectionBytes, seat: Connections.Seat?, refusal: HTTPRefusal?,
        rendering: @escaping HTTPServing.Rendering, now: NIODeadline
    ) {
        connection = HTTPConnection(limits: limits, now: now)
        self.bytes = bytes
        self.seat = seat
        self.refusal = refusal
        self.rendering = rendering
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        start(context)
    }

    private func start(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        schedule(context)
        if let refusal { perform(connection.fail(refusal), context) }
    }

    // MARK: inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let received):
            switch connection.head(received, now: context.eventLoop.now) {
            case .pass(let head, let says100):
                owesEnd = true
                if says100 { sayContinue(context) }
                context.fireChannelRead(wrapInboundOut(.head(head)))
            case .drop: break
            case .fail(let action): perform(action, context)
            }
        case .body(let piece):
            switch connection.body(piece.readableBytes) {
            case .pass: context.fireChannelRead(data)
            case .drop: break
            case .fail(let action): perform(action, context)
            }
        case .end:
            bytes.requestEnded()
            switch connection.end(now: context.eventLoop.now) {
            case .pass:
                owesEnd = false
                seat?.isBusy()
                // Trailers are dropped.
                context.fireChannelRead(wrapInboundOut(.end(nil)))
            case .drop: break
            case .fail(let action): perform(action, context)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Nothing else triggers a read.
        if case .lingering = connection.phase { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError:
            perform(
                connection.fail(HTTPRefusal(error, inTarget: !bytes.hasLine, limits: connection.limits)), context)
        case is ByteToMessageDecoderError: break  // Part of what was refused already.
        default: fail(.cut, context)  // An error of the socket, which closes.
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        fail(.cut, context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            perform(connection.inputClosed(), context)
            context.fireUserInboundEventTriggered(event)
        case is ChannelShouldQuiesceEvent:
            seat?.registerEnd()
            perform(connection.shutDown(now: context.eventLoop.now), context)
            schedule(context)
        case is Connections.GiveWay: perform(connection.giveWay(), context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: outbound

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            guard let head = connection.answer(head) else { return drop(promise) }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            guard connection.wantsAnswerBody else { return drop(promise) }
            context.write(data, promise: promise)
        case .end: end(promise, context)
        }
    }

    private func end(_ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        let end = wrapOutboundOut(.end(nil))
        switch connection.answerEnded(now: context.eventLoop.now) {
        case .write:
            context.write(end, promise: promise)
            if connection.isWaiting { seat?.isWaiting() }
        case .writeAndContinue:
            context.write(end, promise: promise)
            sayContinue(context)
        case .writeAndFinish:
            let written = promise ?? context.eventLoop.makePromise()
            finish(after: written, context)
            context.writeAndFlush(end, promise: written)
            fail(.cut, context)
        case .writeAndAnswer(let refusal):
            context.write(end, promise: promise)
            say(refusal, context)
        case .writeAndClose:
            context.writeAndFlush(end, promise: promise)
            context.close(promise: nil)
        case .drop: drop(promise)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        // Written bytes may still have to be sent: the channel closes by itself after that.
        if case .lingering = connection.phase { return drop(promise) }
        // The application's handler is done.
        context.close(mode: mode == .output ? .all : mode, promise: promise)
    }

    private func drop(_ promise: EventLoopPromise<Void>?) { promise?.succeed(()) }

    // MARK: actions

    private func perform(_ action: HTTPConnection.FailureAction, _ context: ChannelHandlerContext) {
        switch action {
        case .answer(let refusal): say(refusal, context)
        case .wait, .none: break
        case .close: context.close(promise: nil)
        }
        if connection.isInputClosed { fail(.cut, context) }
    }

    /// Fails a request that the application's handler waits to receive in full.
    private func fail(_ refusal: HTTPRefusal, _ context: ChannelHandlerContext) {
        guard owesEnd else { return }
        owesEnd = false
        context.fireErrorCaught(refusal)
    }

    private func sayContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    private func say(_ refusal: HTTPRefusal, _ context: ChannelHandlerContext) {
        let (fields, text) = rendering(refusal)
        var headers = fields
        headers.add(name: "Content-Length", value: "\(text.count)")
        headers.add(name: "Connection", value: "close")
        let status = HTTPResponseStatus(statusCode: refusal.status)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if !connection.failureIsHead {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: text)))), promise: nil)
        }
        connection.said(now: context.eventLoop.now)
        let written = context.eventLoop.makePromise(of: Void.self)
        finish(after: written, context)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// Closes the output once all is written, and waits for the client to close its side: a connection closed with
    /// unread bytes is reset, and its client may lose the answer (RFC 9112 §9.6).
    private func finish(after written: EventLoopPromise<Void>, _ context: ChannelHandlerContext) {
        written.futureResult.assumeIsolated().whenComplete { _ in
            guard context.channel.isActive else { return }
            self.seat?.isDone()
            context.close(mode: .output, promise: nil)
            context.read()
            self.schedule(context)
        }
    }

    // MARK: timers

    private func schedule(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: connection.nextTick(now: context.eventLoop.now)) {
            self.tick(context)
        }
    }

    private func tick(_ context: ChannelHandlerContext) {
        // A channel without the option has closed.
        let untaken = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let traffic = HTTPConnection.Traffic(
            headBytes: bytes.received, taken: bytes.written - untaken, untaken: untaken, isReading: bytes.isReading)
        perform(connection.tick(traffic, now: context.eventLoop.now), context)
        if context.channel.isActive { schedule(context) }
    }
}
