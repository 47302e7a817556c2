import Deadlines
internal import Discretion
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import OVSDB

extension SessionDriver {
    /// A connected socket whose bytes go to `received`.
    func connect(_ remote: Remote) async throws -> any Channel {
        let tls = try configuration.tls.map { try $0.context() }
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(configuration.connectTimeout.timeAmount)
            .channelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    if case .ssl = remote {
                        guard let tls else {
                            throw OVSDBError(
                                .invalidConfiguration,
                                "\(remote) needs a private key, a certificate and a CA certificate")
                        }
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(ChannelReader(self))
                }
            }
        switch remote {
        case .unix(let path): return try await bootstrap.connect(unixDomainSocketPath: path).get()
        case .tcp(let host, let port), .ssl(let host, let port):
            return try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port).get()
        }
    }
}

extension OVSDBConfiguration.TLS {
    /// Both ends present certificates of the same CA; names are not verified, as in Open vSwitch.
    fileprivate func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .noHostnameVerification
        do {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorityFile))
            configuration.certificateChain =
                try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: privateKeyFile, format: .pem))
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw OVSDBError(
                .invalidConfiguration,
                "cannot use private key \(privateKeyFile), certificate \(certificateFile), CA certificate \(authorityFile): "
                    + "\(error)".withoutSourcePlaces
            )
        }
    }
}

/// Hands a channel's bytes to the driver, on the loop that both live on.
private final class ChannelReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let driver: SessionDriver
    private var error: (any Error)?

    init(_ driver: SessionDriver) { self.driver = driver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        driver.assumeIsolated { $0.received(buffer) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let channel = context.channel
        let error = error
        driver.assumeIsolated { $0.closed(channel, error) }
    }
}

extension Duration {
    /// Clamped to what NIO can count.
    var timeAmount: TimeAmount {
        .nanoseconds(min(nanoseconds, .max / 2))
    }
}
