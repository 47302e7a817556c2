import HTTPServing
import Hummingbird
import HummingbirdCore
import JSONCoding
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NeutronAPI

/// A connection of the API: Hummingbird serves the requests that ``HTTPServing`` passes on.
struct APIChannel: ServerChildChannel, HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let http: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        /// Nil without TLS.
        let peer: EventLoopFuture<Peer>?

        var channel: any Channel { http.channel }
    }

    let responder: HTTPChannelHandler.Responder
    let connections: Connections
    let serving: HTTPServing
    let tls: ServerTLS?

    init(
        limits: Limits, connections: Connections, tls: ServerTLS?, responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.responder = responder
        self.tls = tls
        self.connections = connections
        serving = HTTPServing(limits: limits.ofConnection) { refusal in
            let error = NeutronError(refusal)
            var writer = JSONWriter()
            writer.error(error)
            var fields: HTTPHeaders = ["Content-Type": "application/json", "Server": NeutronServer.name]
            if [429, 503].contains(refusal.status) { fields.add(name: "Retry-After", value: "1") }
            return (fields, writer.bytes)
        }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let peer = try tls?.addHandlers(to: channel)
            try serving.addHandlers(to: channel, connections.admit(channel))
            try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
            let http = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            return Value(http: http, peer: peer)
        }
    }

    func handle(value: Value, logger: Logger) async {
        // It ends with the handshake or with the connection, which must begin its first request in time. It never fails.
        guard let peer = try? await value.peer?.get() else {
            return await handleHTTP(asyncChannel: value.http, logger: logger)
        }
        await Peer.$current.withValue(peer) { await handleHTTP(asyncChannel: value.http, logger: logger) }
    }
}

extension NeutronError {
    /// A connection's refusal as an error of the API.
    init(_ refusal: HTTPRefusal) {
        let type =
            switch refusal.status {
            case 408: "HTTPRequestTimeout"
            case 413: "HTTPRequestEntityTooLarge"
            case 414: "HTTPRequestURITooLong"
            case 417: "HTTPExpectationFailed"
            case 429: "HTTPTooManyRequests"
            case 431: "HTTPRequestHeaderFieldsTooLarge"
            case 501: "HTTPNotImplemented"
            case 503: "ServiceUnavailable"
            case 505: "HTTPVersionNotSupported"
            default: "HTTPBadRequest"
            }
        self.init(status: refusal.status, type: type, message: refusal.message)
    }
}
