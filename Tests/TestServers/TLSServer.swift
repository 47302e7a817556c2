import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// An HTTPS server on 127.0.0.1 that answers as a test says.
package final class TLSServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let path: String
        package let body: String
        /// The client's certificate, verified; nil where it showed none. DER.
        package let certificate: [UInt8]?
    }

    package struct Answer: Sendable {
        package let status: Int
        package let body: String

        package init(_ status: Int, _ body: String = "") { (self.status, self.body) = (status, body) }
    }

    /// What it shows and whom it trusts, in PEM.
    package struct Identity: Sendable {
        package let key: String
        package let certificate: String
        package let authorities: String

        package init(key: String, certificate: String, authorities: String) {
            (self.key, self.certificate, self.authorities) = (key, certificate, authorities)
        }
    }

    package let port: Int
    private let channel: any Channel

    /// Asked at each connection who the server is, and at each request what it says.
    package init(
        identity: @escaping @Sendable () throws -> Identity, answer: @escaping @Sendable (Request) -> Answer
    ) async throws {
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { connection in
                connection.eventLoop.makeCompletedFuture {
                    let pipeline = connection.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: try Self.context(try identity())))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Conversation(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.operationUnsupported }
        self.port = port
    }

    package func stop() async { try? await channel.close() }

    private static func context(_ identity: Identity) throws -> NIOSSLContext {
        func certificates(_ pem: String) throws -> [NIOSSLCertificate] {
            try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8))
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try certificates(identity.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem)))
        tls.certificateVerification = .optionalVerification
        tls.trustRoots = .certificates(try certificates(identity.authorities))
        return try NIOSSLContext(configuration: tls)
    }
}

private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (TLSServer.Request) -> TLSServer.Answer
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ answer: @escaping @Sendable (TLSServer.Request) -> TLSServer.Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, ByteBuffer())
        case .body(var part): body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
            let said = answer(
                .init(
                    method: head.method.rawValue, path: head.uri, body: String(buffer: body), certificate: certificate))
            let headers: HTTPHeaders = [
                "content-type": "application/json", "content-length": "\(said.body.utf8.count)",
            ]
            context.write(
                wrapOutboundOut(
                    .head(.init(version: .http1_1, status: .init(statusCode: said.status), headers: headers))),
                promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: said.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
