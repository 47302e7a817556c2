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
    /// Whether HTTP without TLS is served on the same port.
    let allowsPlainText: Bool

    /// `chain` begins with the server's own certificate. Whoever shows a certificate must have it from one of `authorities`, and
    /// nobody has to show one.
    package init(
        chain: [IssuedCertificate], key: SigningKey, authorities: [IssuedCertificate], allowsPlainText: Bool = false
    ) throws(CredentialError) {
        self.allowsPlainText = allowsPlainText
        context = NIOLockedValueBox(try Self.context(chain, key, authorities))
    }

    /// Takes effect for connections from now on; those that are open stay.
    package func replace(
        chain: [IssuedCertificate], key: SigningKey, authorities: [IssuedCertificate]
    ) throws(CredentialError) {
        let new = try Self.context(chain, key, authorities)
        context.withLockedValue { $0 = new }
    }

    /// With a certificate of another authority; clients are asked for none.
    package init(_ given: OperatorCertificate.Content) throws(CredentialError) {
        allowsPlainText = false
        context = NIOLockedValueBox(try Self.context { given.tls })
    }

    /// As for the other kind.
    package func replace(_ given: OperatorCertificate.Content) throws(CredentialError) {
        let new = try Self.context { given.tls }
        context.withLockedValue { $0 = new }
    }

    private static func context(
        _ chain: [IssuedCertificate], _ key: SigningKey, _ authorities: [IssuedCertificate]
    ) throws(CredentialError) -> NIOSSLContext {
        func library(_ certificate: IssuedCertificate) throws -> NIOSSLCertificate {
            try NIOSSLCertificate(bytes: Array(certificate.pem.utf8), format: .pem)
        }
        return try context {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try chain.map { .certificate(try library($0)) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pem.utf8), format: .pem)))
            configuration.trustRoots = .certificates(try authorities.map(library))
            configuration.certificateVerification = .optionalVerification
            return configuration
        }
    }

    private static func context(_ make: () throws -> TLSConfiguration) throws(CredentialError) -> NIOSSLContext {
        do {
            var configuration = try make()
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch let error as CredentialError {
            throw error
        } catch { throw CredentialError("the certificate cannot be served with: \(error)") }
    }

    /// Adds what makes TLS of a connection, before the handlers of HTTP; what is there says who is at the other end once that is
    /// verified. Called on the channel's loop.
    func addHandlers(to channel: any Channel) throws -> EventLoopFuture<Peer> {
        let peer = channel.eventLoop.makePromise(of: Peer.self)
        let handler = TLSHandler(context.withLockedValue { $0 }, peer, allowsPlainText: allowsPlainText)
        try channel.pipeline.syncOperations.addHandlers([FirstByteHandler(handler), handler])
        return peer.futureResult
    }
}

/// Looks at a connection's first byte: TLS begins with a record's number below 32 (RFC 8446 §5.1), HTTP with the capital letter of
/// a method.
private final class FirstByteHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let tls: TLSHandler
    private var isRefused = false

    init(_ tls: TLSHandler) { self.tls = tls }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        guard let first = unwrapInboundIn(data).readableBytesView.first else { return }
        let isPlainText = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first
        if isPlainText, !tls.allowsPlainText { return refuse(context) }
        if isPlainText {
            tls.finish(Peer(isPlainText: true))
        } else {
            do {
                try context.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: tls.context), position: .after(self))
            } catch {
                // Another thread cannot have closed it: this is its loop.
                context.close(promise: nil)
                return
            }
        }
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// Says what is wrong; TLS would just close the connection.
    private func refuse(_ context: ChannelHandlerContext) {
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
private final class TLSHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    let context: NIOSSLContext
    let allowsPlainText: Bool
    private var peer: EventLoopPromise<Peer>?

    init(_ context: NIOSSLContext, _ peer: EventLoopPromise<Peer>, allowsPlainText: Bool) {
        (self.context, self.peer, self.allowsPlainText) = (context, peer, allowsPlainText)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { finish(Peer(certificate: certificate(context))) }
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

    func finish(_ found: Peer) {
        peer?.succeed(found)
        peer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(Peer())
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { finish(Peer()) }
}
