import Certificates
import Deadlines
import Discretion
import EmbeddedOVN
import Glibc
import Keystone
import Logging
import NIOCore
import NIOPosix
import NetworkStore
import NeutronServer
import OVSDB
import OVSDBClient
import ServiceLifecycle
import UnixSignals

/// The running parts: clients of the databases, the store on them, the API on that.
struct App: Sendable {
    let settings: Settings
    let logger: Logger

    init(_ settings: Settings) {
        self.settings = settings
        var logger = Logger(label: "ovn-ipam", factory: { PlainLogHandler.standardError(label: $0) })
        logger.logLevel = settings.logLevel
        self.logger = logger
    }

    /// Serves on databases that run already, until SIGTERM or SIGINT.
    func serve() async throws {
        guard !settings.northbound.isEmpty else {
            throw SettingsError(
                "nb is missing: set it to OVN_Northbound's remote (--nb tcp:HOST:6641; `ovn-ipam up` runs one)")
        }
        let certificates = try certificates(mayFound: false)
        try await run(certificates, northbound: settings.northbound, southbound: settings.southbound) { _ in [] }
    }

    /// Runs the databases and ovn-northd as well.
    func up() async throws {
        var embedded = settings.embedded
        if settings.security != nil {
            let folder = CredentialFolder("\(embedded.dataFolder)/tls")
            embedded.tls = .init(
                key: folder.keyFile, certificate: folder.certificateFile, authorities: folder.authorityFile)
        }
        // Its folder is locked and ours alone from here on.
        let ovn = try await EmbeddedOVN(embedded, logger: logger)
        let certificates = try certificates(mayFound: true)
        let listener = certificates == nil ? nil : settings.embedded.southbound.tlsRemote
        try await run(
            certificates, listener: .some(listener), northbound: [try Remote(ovn.northboundRemote)],
            southbound: [try Remote(ovn.southboundRemote)]
        ) { clients in
            try ovn.daemons {
                for client in clients {
                    // If it takes longer, ovn-northd is not the reason; ``ReadyNotice`` logs what is.
                    do { try await client.ready(within: .seconds(60)) } catch { break }
                }
            }
        }
        withExtendedLifetime(ovn) {}
    }

    /// Services start in this order and stop in the reverse one: the API stops first. `daemons` makes those that start
    /// before, given the clients of the databases. `listener` is where Southbound listens for hosts, nil where it is another's.
    private func run(
        _ certificates: CentralCertificates?, listener: String?? = nil, northbound: [Remote], southbound: [Remote],
        after daemons: ([OVSDBClient]) throws -> [any Service]
    ) async throws {
        // The database's connection and the clients' share one loop: no hand-over between threads.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let nb = client("OVN_Northbound", northbound, NetworkStore.northboundTables, on: loop)
        let southboundTables = NetworkStore.southboundTables + (listener == nil ? [] : SouthboundListener.tables)
        let sb = southbound.isEmpty ? nil : client("OVN_Southbound", southbound, southboundTables, on: loop)
        let store = NetworkStore(northbound: nb, southbound: sb, configuration: settings.store, logger: logger)
        let clients = [nb, sb].compactMap { $0 }
        let (listening, listens) = AsyncStream<String>.makeStream()
        var serverConfiguration = settings.server
        serverConfiguration.limits.fitToDescriptors(logger: logger)
        serverConfiguration.eventLoop = loop
        let tls = try certificates.map {
            try ServerTLS($0.current, allowsPlainText: settings.security?.isAlsoOpen ?? false)
        }
        serverConfiguration.hosts = certificates.map { certificates in
            HostAdmission(
                authority: { certificates.current.authority }, authorities: { certificates.current.authorities },
                lifetime: certificates.lifetime, southboundPort: Int(settings.embedded.southbound.port))
        }
        if tls == nil || settings.security?.isAlsoOpen == true {
            logger.warning(
                "whoever reaches the open ports of this machine may change every network; docs/security.md says how to secure it",
                metadata: ["open": "\(tls == nil ? "all" : "also-open")"])
        }
        // Before anything that would have to be closed.
        let given = try settings.operatorListener.map {
            (address: $0.address, certificate: try OperatorCertificateUpkeep($0.certificate, logger: logger))
        }
        let validator = settings.keystone?.validator(logger: logger)
        if let validator, let keystone = settings.keystone {
            serverConfiguration.authentication = .keystone(validator, url: keystone.publicURL)
        }
        if let identity = settings.identity { serverConfiguration.authentication = .builtin(identity) }
        let server = NeutronServer(store: store, configuration: serverConfiguration, logger: logger)
        var api = [
            APIService(server: server, setting: .listen, address: settings.listen, tls: tls) { listens.yield($0) }
        ]
        let notice = ReadyNotice(
            clients: clients, listening: listening, validator: validator, logger: logger)
        // Connections are closed before; this is for requests still being served.
        let endingTime = serverConfiguration.limits.endingTime + .milliseconds(500)
        var upkeep: [any Service] = []
        if let listener, let sb { upkeep.append(SouthboundListener(client: sb, target: listener, logger: logger)) }
        if let certificates, let tls, let security = settings.security {
            upkeep.append(
                CertificateUpkeep(
                    certificates: certificates, tls: tls, store: store, settings: security, logger: logger))
        }
        if let given {
            upkeep.append(given.certificate)
            api.append(
                APIService(server: server, setting: .apiListen, address: given.address, tls: given.certificate.tls) {
                    logger.info("serving with the operator's certificate", metadata: ["url": "\($0)"])
                })
        }
        let services: [any Service] =
            try daemons(clients) + clients.map { ClientService(client: $0) } + upkeep + [
                notice, RuleUpdate(store: store, logger: logger), BindingNotice(store: store),
                EndingWithin(time: endingTime, service: APIServices(listeners: api)),
            ]
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(15)
        let ended: Result<Void, any Error>
        do { ended = .success(try await ServiceGroup(configuration: configuration).run()) } catch {
            ended = .failure(error)
        }
        await validator?.shutdown()
        try ended.get()
    }

    /// Nil where everything is served in plain text.
    private func certificates(mayFound: Bool) throws -> CentralCertificates? {
        try settings.security.map { security in
            try CentralCertificates(
                dataFolder: settings.embedded.dataFolder, names: try security.names(), lifetime: security.lifetime,
                mayFound: mayFound, at: .now)
        }
    }

    private func client(
        _ database: String, _ remotes: [Remote], _ tables: [MonitoredTable], on loop: any EventLoop
    ) -> OVSDBClient {
        var configuration = OVSDBConfiguration(remotes: remotes, database: database, tables: tables, tls: settings.tls)
        configuration.eventLoop = loop
        if remotes.allSatisfy(\.isLocal) || database == "OVN_Southbound" { configuration.waitForBusyServer() }
        return OVSDBClient(configuration: configuration, logger: logger)
    }
}
