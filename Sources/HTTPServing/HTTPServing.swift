import Glibc
package import Logging
package import NIOCore
package import NIOHTTP1

/// Installs a server's HTTP/1.1 handlers on a connection's channel.
package struct HTTPServing: Sendable {
    /// The header fields and the body of a refusal's answer.
    package typealias Rendering = @Sendable (HTTPRefusal) -> (HTTPHeaders, [UInt8])

    package let limits: ConnectionLimits
    package let rendering: Rendering

    package init(limits: ConnectionLimits, rendering: @escaping Rendering) {
        self.limits = limits
        self.rendering = rendering
    }

    /// Adds the handlers from the bytes to `HTTPServerRequestPart` and `HTTPServerResponsePart`; called on the
    /// channel's loop.
    package func addHandlers(to channel: any Channel, _ admission: Connections.Admission?) throws {
        let pipeline = channel.pipeline.syncOperations
        let bytes = ConnectionBytes()
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = max(limits.targetSize, limits.headSize)
        // The target counts as one of the fields there.
        decoding.maxHeaderListSize = limits.headSize + limits.targetSize
        decoding.maxHeaderFieldCount = limits.headerFields
        var encoding = HTTPResponseEncoder.Configuration()
        // ``HTTPConnection`` does it, knowing the request's method and version.
        encoding.automaticallySetFramingHeaders = false
        var (seat, refusal): (Connections.Seat?, HTTPRefusal?) = (nil, nil)
        switch admission {
        case .seated(let given)?: seat = given
        case .refused(let reason)?: refusal = reason
        case .dropped?: channel.close(promise: nil)
        case nil: break
        }
        try pipeline.addHandlers([
            bytes, HTTPResponseEncoder(configuration: encoding),
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)),
            ConnectionHandler(
                limits: limits, bytes: bytes, seat: seat, refusal: refusal, rendering: rendering,
                now: channel.eventLoop.now),
        ])
    }

    /// Keeps a listening channel open that cannot accept a connection for want of descriptors or memory: it retries
    /// shortly. Called on the channel's loop.
    package static func surviveFailingAccepts(of server: any Channel, logger: Logger) throws {
        let notice = FloodNotice("cannot take a connection", logger: logger)
        let loop = server.eventLoop
        try server.pipeline.syncOperations.addHandler(
            AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { error in
                notice.note(on: loop, cause: String(cString: strerror(error.errnoCode)))
                return .milliseconds(100)
            }, position: .first)
    }
}
