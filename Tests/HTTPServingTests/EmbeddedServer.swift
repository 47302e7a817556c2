import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import HTTPServing

/// The server's handlers on a channel without a socket, and behind them one that echoes each request.
final class EmbeddedServer {
    static let limits = ConnectionLimits(
        pipelinedRequests: 4, headTime: .seconds(10), bodyTime: .seconds(60), paceTime: .seconds(10), paceSize: 100,
        idleTime: .seconds(75), lingerTime: .seconds(2), endingTime: .seconds(3), targetSize: 200, headSize: 1_000,
        headerFields: 10, bodySize: 1_000)

    let channel = EmbeddedChannel()
    let answers: Answers

    init(limits: ConnectionLimits = EmbeddedServer.limits, holds: Bool = false) throws {
        answers = Answers(holds: holds)
        let serving = HTTPServing(limits: limits) { refusal in
            (["Content-Type": "text/plain"], Array("\(refusal.status)".utf8))
        }
        try serving.addHandlers(to: channel, nil)
        try channel.pipeline.syncOperations.addHandler(answers)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        channel.read()
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: some Sequence<UInt8>) throws {
        guard channel.isActive else { return }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        // As a socket's channel does by itself.
        channel.read()
    }

    /// The client closes its side.
    func sendEnd() { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }

    func wait(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    /// Everything written since the last call.
    func heard() throws -> String {
        var text = ""
        while let data = try channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = data { text += String(buffer: buffer) }
        }
        return text
    }

    /// The server has closed, or closes unless its client has.
    var isClosed: Bool {
        wait(.seconds(3))
        return !channel.isActive
    }
}

/// Answers every complete request with `METHOD target body`, at once or on demand.
final class Answers: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let holds: Bool
    private var head: HTTPRequestHead?
    private var body = ""
    private var held: [String] = []
    private(set) var requests: [HTTPRequestHead] = []
    private(set) var errors: [any Error] = []
    private var context: ChannelHandlerContext?

    init(holds: Bool) { self.holds = holds }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let received):
            precondition(head == nil, "a request began in another")
            head = received
            body = ""
            requests.append(received)
        case .body(let piece): body += String(buffer: piece)
        case .end:
            guard let head else { return }
            self.head = nil
            held.append("\(head.method) \(head.uri) \(body)")
            if !holds { answer() }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        errors.append(error)
        head = nil
    }

    /// Answers the oldest unanswered request.
    func answer(status: HTTPResponseStatus = .ok, withLength: Bool = true) {
        guard let context, !held.isEmpty else { return }
        let text = held.removeFirst()
        let headers: HTTPHeaders = withLength ? ["Content-Length": "\(text.utf8.count)"] : [:]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Answers before the request has ended.
    func answerEarly() {
        held.append("early")
        answer()
    }
}
