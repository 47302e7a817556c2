// Rooms: HTTPServing
// Libraries: Logging NIOConcurrencyHelpers NIOCore NIOEmbedded NIOHTTP1 _NIODataStructures _NIOBase64 CNIOLLHTTP CNIOAtomics CNIOLinux CNIODarwin CNIOWindows CNIOWASI CNIOPosix CNIOOpenBSD ContainersPreview DequeModule BasicContainers TrailingElementsModule InternalCollectionsUtilities Atomics _AtomicsShims NIOPosix

import HTTPServing
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// Whatever bytes come on a connection, in whatever pieces: whole requests alone are passed on, each gets one answer at most, what is
/// wrong ends the connection, and how the bytes were cut changes nothing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTPRequests(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    let whole = Conversation(bytes, piece: max(1, size))
    let pieces = Conversation(bytes, piece: 1 + size % 7)
    precondition(whole.requests == pieces.requests, "\(whole.requests) and in pieces \(pieces.requests)")
    precondition(whole.answers.count == pieces.answers.count, "\(whole.answers) and in pieces \(pieces.answers)")
    return 0
}

/// All that is said on one connection that a client opens, writes to and closes.
struct Conversation {
    let requests: [String]
    /// The statuses of what came back.
    let answers: [Int]

    static let limits = ConnectionLimits(
        pipelinedRequests: 4, headTime: .seconds(10), bodyTime: .seconds(60), paceTime: .seconds(10), paceSize: 100,
        idleTime: .seconds(75), lingerTime: .seconds(2), endingTime: .seconds(3), targetSize: 100, headSize: 400,
        headerFields: 10, bodySize: 200)

    init(_ bytes: [UInt8], piece: Int) {
        let channel = EmbeddedChannel()
        let requests = Requests()
        let serving = HTTPServing(limits: Self.limits) { refusal in ([:], Array("no".utf8)) }
        do {
            try serving.addHandlers(to: channel, nil)
            try channel.pipeline.syncOperations.addHandler(requests)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
            var rest = bytes[...]
            while !rest.isEmpty, channel.isActive {
                try channel.writeInbound(ByteBuffer(bytes: rest.prefix(piece)))
                rest = rest.dropFirst(piece)
            }
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            var said: [UInt8] = []
            while let part = try channel.readOutbound(as: IOData.self) {
                if case .byteBuffer(let buffer) = part { said += buffer.readableBytesView }
            }
            answers = Self.statuses(said)
        } catch { fatalError("\(error)") }  // There is no socket that could fail.
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        precondition(!channel.isActive, "a connection that its client has closed stays")
        self.requests = requests.all
        let final = answers.filter { $0 >= 200 }
        precondition(final.count <= requests.all.count + 1, "\(final) for \(requests.all)")
        precondition(final.dropLast().allSatisfy { $0 == 200 }, "an answer after a refusal: \(final)")
        precondition(requests.failures <= 1, "one request fails")
    }

    /// Of each answer: they all have a length, and their bodies no status line.
    private static func statuses(_ said: [UInt8]) -> [Int] {
        let text = String(decoding: said, as: UTF8.self)
        precondition(text.utf8.isEmpty || text.hasPrefix("HTTP/1.1 "))
        return text.split(separator: "HTTP/1.1 ").map { part in
            guard let status = Int(part.prefix(3)), 100..<600 ~= status else { preconditionFailure("\(part)") }
            precondition(status < 500 || status == 501 || status == 505, "\(status) for what a client did")
            return status
        }
    }
}

/// Answers each whole request; what it holds of the last one is given up when that fails.
final class Requests: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var head: HTTPRequestHead?
    private var body = 0
    private(set) var all: [String] = []
    private(set) var failures = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let received):
            precondition(head == nil, "a request began in another")
            precondition(received.uri.first == "/" && received.uri.utf8.count <= Conversation.limits.targetSize)
            precondition(received.headers["host"].count <= 1)
            (head, body) = (received, 0)
        case .body(let piece):
            precondition(head != nil, "a body without a head")
            body += piece.readableBytes
            precondition(body <= Conversation.limits.bodySize)
        case .end:
            guard let request = head else { preconditionFailure("an end without a head") }
            head = nil
            all.append("\(request.method) \(request.uri) \(body)")
            let answer = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "2"])
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "ok")))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        precondition(head != nil, "nothing is under way that could fail")
        head = nil
        failures += 1
    }
}
