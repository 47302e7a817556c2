import DockerEngine
import DockerNetworks
import HostSetup
package import Logging

/// Starts containers that the engine gave up on because their network could not be had: it tries once, when it starts or when the
/// container ended, and never again, whatever the restart policy says.
package struct ContainerRevival: Sendable {
    let plugin: DockerPlugin
    let engines: ContainerNames.Engines
    let logger: Logger

    package init(_ plugin: DockerPlugin, engines: @escaping ContainerNames.Engines, logger: Logger) {
        self.plugin = plugin
        self.engines = engines
        self.logger = logger
    }

    private static let interval = Duration.seconds(10)
    private static let limit = Duration.seconds(15)

    /// Returns by being cancelled.
    package func run() async throws {
        var attempts = RevivalAttempts()
        while true {
            try await Task.sleep(for: Self.interval)
            // Without central a start would fail again.
            if plugin.upkeep.isCentralLost { continue }
            do { attempts = try await pass(attempts) } catch {
                logger.debug("no container started", metadata: ["cause": "\(HostError(error).message)"])
            }
        }
    }

    private func pass(_ before: RevivalAttempts) async throws -> RevivalAttempts {
        var attempts = before
        let host = try await plugin.hosts(Self.limit)
        let ours = Set(try host.database.networkRecords().map(\.id))
        guard !ours.isEmpty else { return attempts }
        try await engines(Self.limit).use { engine in
            let stopped = try await engine.containers(labels: [], within: Self.limit).filter {
                Self.mayBeMeant($0, networks: ours)
            }
            attempts.keep(Set(stopped.map(\.id)))
            for container in stopped where attempts.isDue(container.id, at: .now) {
                attempts.begin(container.id, at: .now)
                try await start(container.id, engine)
            }
        }
        return attempts
    }

    private func start(_ id: String, _ engine: DockerEngine) async throws {
        guard let container = try await engine.findContainer(id, within: Self.limit), Self.isMeant(container) else {
            return
        }
        logger.info(
            "container is started again",
            metadata: ["container": "\(container.name)", "failed": "\(container.startError)"])
        do { try await engine.startContainer(id, within: Self.limit) } catch {
            logger.warning(
                "container not started", metadata: ["container": "\(container.name)", "cause": "\(error)"])
        }
    }

    static func mayBeMeant(_ container: ContainerSummary, networks: Set<String>) -> Bool {
        [.exited, .created].contains(container.state)
            && container.networks.values.contains { networks.contains($0.networkID) }
    }

    /// Whether it should run, and does not because a plugin could not be asked or said no. One that its user has stopped has no error.
    static func isMeant(_ container: Container) -> Bool {
        guard [.always, .unlessStopped].contains(container.restartPolicy), !container.isRunning else { return false }
        return ["IpamDriver.", "NetworkDriver.", "legacy plugin", "plugin \"ovn\" not found", "Plugin.Activate"]
            .contains {
                container.startError.contains($0)
            }
    }
}

/// When each container may be started again: later each time.
struct RevivalAttempts: Sendable {
    private static let longest = Duration.seconds(300)

    private var next: [String: (due: ContinuousClock.Instant, pause: Duration)] = [:]

    func isDue(_ id: String, at now: ContinuousClock.Instant) -> Bool { next[id].map { $0.due <= now } ?? true }

    mutating func begin(_ id: String, at now: ContinuousClock.Instant) {
        let pause = next[id].map { min($0.pause * 2, Self.longest) } ?? .seconds(10)
        next[id] = (now + pause, pause)
    }

    /// Forgets those that run, or are no more.
    mutating func keep(_ ids: Set<String>) { next = next.filter { ids.contains($0.key) } }
}
