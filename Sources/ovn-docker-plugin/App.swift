import DockerEngine
import DockerPlugin
import Glibc
import HostAttachment
import HostEndpoints
import Keystone
import Logging
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
        let listening = try ListeningSocket.inherited(environment) ?? ListeningSocket.make(socket)
        let client = OVSDBClient(
            configuration: OVSDBConfiguration(
                remotes: remotes, database: "Open_vSwitch", tables: HostAttachment.tables),
            logger: logger)
        let source = HostSource(
            client: client, choice: CloudChoice(environment: environment), executable: Self.executable(), logger: logger
        )
        let plugin = DockerPlugin(
            hosts: { try await source.host(within: $0) }, upkeep: UpkeepSignal(), logger: logger)
        let (environment, logger) = (environment, logger)
        let engines: ContainerNames.Engines = { limit in
            try await DockerEngine.connect(
                to: try EngineEndpoint(environment: environment), within: limit, logger: logger)
        }
        let services: [any Service] = [
            ClientService(client: client),
            Audit(plugin, engineNetworks: { await Self.networks(engines, logger) }, logger: logger),
            ContainerNames(plugin, engines: engines, logger: logger),
            ContainerRevival(plugin, engines: engines, logger: logger),
            KeeperService(
                keeper: NetworkContainerKeeper(
                    docker: try EngineEndpoint(environment: environment), logger: logger
                ) { try await source.host(within: $0) }),
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
        try ended.get()
    }

    /// libnetwork's ids of the networks that the engine has; nil where it does not answer, as while it starts.
    private static func networks(_ engines: ContainerNames.Engines, _ logger: Logger) async -> Set<String>? {
        let limit = Duration.seconds(5)
        do {
            let engine = try await engines(limit)
            var networks: [EngineNetwork]?
            do { networks = try await engine.networks(within: limit) } catch {
                logger.debug("docker's networks are not known", metadata: ["cause": "\(error)"])
            }
            await engine.shutdown()
            return networks.map { Set($0.map(\.id)) }
        } catch {
            logger.debug("docker is not there", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    static func environment() -> [String: String] {
        var environment: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                environment[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            entry += 1
        }
        return environment
    }

    private static func executable() -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = readlink("/proc/self/exe", &path, Int(PATH_MAX))
        return length > 0 ? String(decoding: path.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    }
}

/// A client of a database, as a service.
struct ClientService: Service {
    let client: OVSDBClient

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await client.run() }
        } catch is CancellationError {
            // That is how it ends.
        }
    }
}
