package import Certificates
import JSONCoding
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import NIOTLS
import NeutronAPI

/// With which certificate the API is served, and which authorities' clients may show one; replaced while it is served.
package final class ServerTLS: Sendable {
    private let context: NIOLockedValueBox<NIOSSLContext>

    /// `chain` begins with the server's own certificate. Whoever shows a certificate must have it from one of `authorities`, and
    /// nobody has to show one.
    package init(chain: [IssuedCertificate], key: SigningKey, authorities: [IssuedCertificate]) throws(CredentialError)
    {
        context = NIOLockedValueBox(try Self.context(chain, key, authorities))
    }

    /// Takes effect for connections from now on; those that are open stay.
    package func replace(
        chain: [IssuedCertificate], key: SigningKey, authorities: [IssuedCertificate]
    ) throws(CredentialError) {
        let new = try Self.context(chain, key, authorities)
        context.withLockedValue { $0 = new }
    }

    private static func context(
        _ chain: [IssuedCertificate], _ key: SigningKey, _ authorities: [IssuedCertificate]
    ) throws(CredentialError) -> NIOSSLContext {
        func library(_ certificate: IssuedCertificate) throws -> NIOSSLCertificate {
            try NIOSSLCertificate(bytes: Array(certificate.pem.utf8), format: .pem)
        }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try chain.map { .certificate(try library($0)) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pem.utf8), format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.trustRoots = .certificates(try authorities.map(library))
            configuration.certificateVerification = .optionalVerification
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch let error as CredentialError {
            throw error
        } catch { throw CredentialError("the certificate cannot be served with: \(error)") }
    }

    /// Adds TLS to a connection, as the first of its handlers but for those of the socket; what is there is the certificate of
    /// the other end once it has been verified, nil where there is none or the connection ends before. Called on the channel's loop.
    func addHandlers(to channel: any Channel) throws -> EventLoopFuture<IssuedCertificate?> {
        let peer = channel.eventLoop.makePromise(of: IssuedCertificate?.self)
        try channel.pipeline.syncOperations.addHandlers([
            PlainTextHandler(), NIOSSLServerHandler(context: context.withLockedValue { $0 }), HandshakeHandler(peer),
        ])
        return peer.futureResult
    }
}

/// Tells a client that speaks HTTP without TLS what is wrong, before TLS would just close its connection.
private final class PlainTextHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        // TLS begins with a record of a number below 32 (RFC 8446 §5.1), HTTP with a method's capital letter.
        guard let first = unwrapInboundIn(data).readableBytesView.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first
        else {
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            return
        }
        isRefused = true
        let error = NeutronError(
            status: 400, type: "HTTPBadRequest", message: "This port speaks HTTPS: use a URL that begins with https://."
        )
        var writer = JSONWriter()
        writer.error(error)
        var answer = context.channel.allocator.buffer(capacity: 512)
        answer.writeString(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: \(writer.bytes.count)\r\n"
                + "Connection: close\r\n\r\n")
        answer.writeBytes(writer.bytes)
        context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { [channel = context.channel] _ in
            channel.close(promise: nil)
        }
    }
}

/// Reads the certificate of the other end when the handshake has ended.
private final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private var peer: EventLoopPromise<IssuedCertificate?>?

    init(_ peer: EventLoopPromise<IssuedCertificate?>) { self.peer = peer }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { finish(certificate(context)) }
        context.fireUserInboundEventTriggered(event)
    }

    private func certificate(_ context: ChannelHandlerContext) -> IssuedCertificate? {
        do {
            guard let shown = try context.pipeline.syncOperations.nioSSL_peerCertificate() else { return nil }
            return try IssuedCertificate(der: try shown.toDERBytes())
        } catch {
            // It was verified, but what it says cannot be read: whoever shows such a thing gets no answer.
            context.fireErrorCaught(error)
            context.close(promise: nil)
            return nil
        }
    }

    private func finish(_ certificate: IssuedCertificate?) {
        peer?.succeed(certificate)
        peer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(nil)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { finish(nil) }
}
