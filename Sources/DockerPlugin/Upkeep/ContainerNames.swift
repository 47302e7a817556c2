package import DockerEngine
import HostAttachment
import HostEndpoints
import HostSetup
package import Logging
import NeutronAPI
import NeutronClient

/// Writes into ports which container has them, name and id, so that the whole cluster can see it.
///
/// The engine tells a plugin neither. Its events do, which are listened to here, outside all calls. What was missed is found each minute.
package struct ContainerNames: Sendable {
    package typealias Engines = @Sendable (Duration) async throws -> DockerEngine

    let plugin: DockerPlugin
    let engines: Engines
    let logger: Logger

    package init(_ plugin: DockerPlugin, engines: @escaping Engines, logger: Logger) {
        self.plugin = plugin
        self.engines = engines
        self.logger = logger
    }

    private static let limit = Duration.seconds(10)
    private static let interval = Duration.seconds(60)

    /// Returns by being cancelled.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await repeated("docker's events end") { try await follow() } }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.interval)
                    await logged("containers not named") { try await nameAll() }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Again and again, with longer pauses while it fails at once.
    private func repeated(_ what: String, _ body: () async throws -> Void) async throws {
        var pause = Duration.milliseconds(500)
        while true {
            let start = ContinuousClock.now
            await logged(what, body)
            if .now - start > .seconds(30) { pause = .milliseconds(500) }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(10))
        }
    }

    /// What does not work is tried again by whoever calls; Docker may not be there at all.
    private func logged(_ what: String, _ body: () async throws -> Void) async {
        do { try await body() } catch {
            guard !Task.isCancelled else { return }
            logger.debug("\(what)", metadata: ["cause": "\(HostError(error).message)"])
        }
    }

    /// Names the containers of each event, until the engine goes away.
    private func follow() async throws {
        try await engines(Self.limit).use { engine in
            let filter = EventFilter(kinds: [.container, .network], actions: ["start", "rename", "connect"])
            try await engine.withEvents(filter, opening: Self.limit) { events in
                plugin.upkeep.engineIsNew()
                await logged("containers not named") { try await nameAll() }
                while let event = try await events.next() {
                    guard let id = event.containerID else { continue }
                    await logged("container not named") { try await name(id, engine) }
                }
            }
        }
    }

    private func nameAll() async throws {
        let host = try await plugin.hosts(Self.limit)
        let endpoints = host.attachment.attachments().filter(\.isDocker)
        guard endpoints.contains(where: { $0.annotations[EndpointKeys.container] == nil }) else { return }
        try await engines(Self.limit).use { engine in
            for container in try await engine.containers(labels: [], within: Self.limit)
            where container.state == .running {
                try await name(container.id, engine)
            }
        }
    }

    private func name(_ id: String, _ engine: DockerEngine) async throws {
        guard let container = try await engine.findContainer(id, within: Self.limit), container.isRunning else {
            return
        }
        let host = try await plugin.hosts(Self.limit)
        for endpoint in container.networks.values {
            guard let endpointID = endpoint.endpointID,
                let attachment = DockerPlugin.attachment(of: endpointID, on: host),
                let port = ID<Port>(attachment.portID)
            else { continue }
            let isKnown =
                attachment.containerID == container.id
                && attachment.annotations[EndpointKeys.container] == container.name
            if isKnown { continue }
            try await host.api.update(
                port, PortUpdate(name: container.name, deviceID: container.id), within: host.remaining)
            try await host.attachment.complete(
                portID: attachment.portID, containerID: container.id,
                annotations: [EndpointKeys.container: container.name], within: host.remaining)
            logger.debug("container named", metadata: ["port": "\(port)", "container": "\(container.name)"])
        }
    }
}
