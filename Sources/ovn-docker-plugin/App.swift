import CLinux
import ContainerResolver
import DockerEngine
import DockerPlugin
import Glibc
import HostAttachment
import HostSetup
import Keystone
import Logging
import NetworkContainers
import OVSDB
import OVSDBClient
import ServiceLifecycle
import UnixSignals

/// What runs: a client of Open vSwitch's database, the plugin on its socket, and what keeps containers, ports and networks in order.
struct App: Sendable {
    let socket: String
    let remotes: [Remote]
    let environment: [String: String]
    let logger: Logger

    func run() async throws {
        // Each container's resolver has five descriptors.
        let descriptors = clinux_raise_descriptor_limit()
        if descriptors < 0 { logger.warning("descriptor limit not raised", metadata: ["errno": "\(-descriptors)"]) }
        let listening = try ListeningSocket.inherited(environment) ?? ListeningSocket.make(socket)
        let client = OVSDBClient(
            configuration: OVSDBConfiguration(
                remotes: remotes, database: "Open_vSwitch", tables: HostAttachment.tables),
            logger: logger)
        let source = HostSource(
            client: client, choice: Self.choice(environment, logger), executable: HostProcess.executable(),
            logger: logger
        )
        let (environment, logger) = (environment, logger)
        let engines: ContainerNames.Engines = { limit in
            try await DockerEngine.connect(
                to: try EngineEndpoint(environment: environment), within: limit, logger: logger)
        }
        let hosts: DockerPlugin.Hosts = { try await source.host(within: $0) }
        let plugin = DockerPlugin(hosts: hosts, upkeep: UpkeepSignal(), logger: logger)
        let audit = AuditUpkeep(plugin, engines: engines, logger: logger)
        let advertisements = AdvertisementUpkeep(hosts: hosts, logger: logger)
        let names = ContainerNames(plugin, engines: engines, logger: logger)
        let revival = ContainerRevival(plugin, engines: engines, logger: logger)
        let keeper = NetworkContainerKeeper(
            docker: try EngineEndpoint(environment: environment), logger: logger, hosts: hosts)
        let certificates = CertificateUpkeep(client: client, folder: .ofHost(environment), logger: logger)
        let services: [any Service] = [
            Routine { try await client.run() },
            Routine { try await FirewallUpkeep(client: client, logger: logger).run() },
            Routine { try await certificates.run() },
            Routine { try await audit.run() }, Routine { try await names.run() },
            Routine { try await NameFollower(plugin, logger: logger).run() },
            Routine { try await ResolverUpkeep(plugin, engines: engines, logger: logger).run() },
            Routine { try await plugin.repeatAnnouncements() }, Routine { try await plugin.refuseRouters() },
            Routine { try await plugin.guardGateway() }, Routine { try await advertisements.run() },
            Routine { try await revival.run() }, Routine { await keeper.run() },
            PluginServer(listening, plugin, logger: logger),
        ]
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Longer than any call may take.
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        let ended: Result<Void, any Error>
        do { ended = .success(try await ServiceGroup(configuration: configuration).run()) } catch {
            ended = .failure(error)
        }
        await source.shutdown()
        try await plugin.resolver.shutdown()
        try ended.get()
    }

    private static func choice(_ environment: [String: String], _ logger: Logger) -> CloudChoice {
        CloudChoice(environment: environment) { warning in
            logger.warning("a secret is no secret", metadata: ["cause": "\(warning)"])
        }
    }
}

/// Something that runs until it is cancelled, as a service.
private struct Routine: Service {
    let body: @Sendable () async throws -> Void

    init(_ body: @escaping @Sendable () async throws -> Void) { self.body = body }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(body)
        } catch is CancellationError {
            // That is how it ends.
        }
    }
}
