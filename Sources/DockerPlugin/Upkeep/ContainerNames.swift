package import DockerEngine
import DockerNetworks
import HostAttachment
import HostEndpoints
import HostSetup
package import Logging
import NeutronAPI
import NeutronClient

/// Writes into ports which container has them, its name and id, and by which names it is found there, so that the whole cluster can see it.
///
/// The engine tells a plugin nothing of it. Its events do, which are listened to here, outside all calls. What was missed is found each minute.
package struct ContainerNames: Sendable {
    package typealias Engines = @Sendable (Duration) async throws -> DockerEngine

    let plugin: DockerPlugin
    let engines: Engines
    let logger: Logger
    private let turns = NamingTurns()

    package init(_ plugin: DockerPlugin, engines: @escaping Engines, logger: Logger) {
        self.plugin = plugin
        self.engines = engines
        self.logger = logger
    }

    private static let limit = Duration.seconds(10)
    private static let interval = Duration.seconds(60)
    private static let loggedOmissions = 8

    /// Returns by being cancelled.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await repeated("docker's events end") { try await follow() } }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.interval)
                    await logged("containers not named") {
                        try await engines(Self.limit).use { try await nameAll($0) }
                    }
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

    /// What does not work is tried again by the caller; Docker may not be there at all.
    private func logged(_ what: String, _ body: () async throws -> Void) async {
        do { try await body() } catch {
            guard !Task.isCancelled else { return }
            logger.debug("\(what)", metadata: ["cause": "\(HostError(error).message)"])
        }
    }

    /// Names the containers of each event, until the engine goes away. One of which the engine says nothing yet holds up no other.
    private func follow() async throws {
        try await engines(Self.limit).use { engine in
            let filter = EventFilter(kinds: [.container, .network], actions: ["start", "rename", "connect"])
            try await engine.withEvents(filter, opening: Self.limit) { events in
                plugin.upkeep.engineIsNew()
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask { await logged("containers not named") { try await nameAll(engine) } }
                    while let event = try await events.next() {
                        guard let id = event.containerID else { continue }
                        group.addTask { await nameInTurn(id, engine) }
                    }
                }
            }
        }
    }

    /// Names containers that have started, or were renamed, while nobody listened. The engine's list has no aliases: they are of an
    /// endpoint for as long as it is there.
    package func nameAll(_ engine: DockerEngine) async throws {
        let host = try await plugin.hosts(Self.limit)
        let byEndpoint = Dictionary(
            host.attachment.attachments().filter(\.isDocker).map { ($0.annotations[EndpointKeys.endpoint] ?? "", $0) },
            uniquingKeysWith: { $1 })
        for container in try await engine.containers(labels: [], within: Self.limit) where container.state.hasSandbox {
            let own = container.networks.values.compactMap { $0.endpointID.flatMap { byEndpoint[$0] } }
            let isKnown = own.allSatisfy {
                $0.containerID == container.id && $0.writtenNames != nil
                    && $0.annotations[EndpointKeys.container] == container.name
            }
            if !isKnown { await nameInTurn(container.id, engine) }
        }
    }

    /// Names a container once more where something has happened to it meanwhile, so that what is written last is what is true.
    func nameInTurn(_ id: String, _ engine: DockerEngine) async {
        guard await turns.begin(id) else { return }
        repeat {
            await logged("container not named") { try await name(id, engine) }
        } while await turns.isDueAgain(id)
    }

    /// The engine describes a container when its start is over. To write names before would have OVN compute once more while the start
    /// waits for it: 30 ms of 450.
    private func name(_ id: String, _ engine: DockerEngine) async throws {
        guard let container = try await engine.findContainer(id, within: Self.limit), container.state.hasSandbox else {
            return
        }
        for endpoint in container.networks.values {
            guard let endpointID = endpoint.endpointID else { continue }
            let names = PortNames(container.names(of: endpoint))
            await logged("endpoint not named") {
                try await write(names, of: container.id, container.name, to: endpointID)
            }
        }
    }

    /// Every step may be repeated; that all are done is written down last, on this host.
    private func write(
        _ names: PortNames, of containerID: String, _ name: String, to endpointID: String
    ) async throws {
        let host = try await plugin.hosts(Self.limit)
        guard let attachment = DockerPlugin.attachment(of: endpointID, on: host),
            let id = ID<Port>(attachment.portID)
        else { return }
        let text = names.names.joined(separator: " ")
        let isKnown =
            attachment.containerID == containerID && attachment.writtenNames == text
            && attachment.annotations[EndpointKeys.container] == name
        if isKnown { return }
        let port = try await host.api.update(
            id, PortUpdate(name: name, deviceID: containerID), within: host.remaining)
        let omitted = try await EndpointPort(host: host).write(names, to: port)
        guard DockerPlugin.attachment(of: endpointID, on: host) != nil else {
            // It was taken away meanwhile: its name may have come after its end.
            return try await EndpointPort(host: host).forgetNames(ofReserved: id)
        }
        try await host.attachment.complete(
            portID: attachment.portID, containerID: containerID,
            annotations: [EndpointKeys.container: name, EndpointKeys.names: text], within: host.remaining)
        logger.debug(
            "container named", metadata: ["port": "\(id)", "container": "\(name)", "names": "\(text)"])
        log(names.omitted + omitted, of: name)
    }

    /// An engine takes any number of aliases, of any length.
    private func log(_ omitted: [PortNames.Omission], of container: String) {
        for omission in omitted.prefix(Self.loggedOmissions) {
            logger.warning(
                "a name of a container is not known to other hosts",
                metadata: [
                    "container": "\(container)", "name": "\(omission.name.prefix(260))", "cause": "\(omission.reason)",
                    "such-names": "\(omitted.count)",
                ])
        }
    }
}
