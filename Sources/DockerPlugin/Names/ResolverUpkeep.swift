import ContainerResolver
import DockerEngine
import DockerNetworks
import HostAttachment
import HostEndpoints
import HostNetwork
import HostSetup
package import Logging
import NeutronAPI

/// Serves every container of this host that has an endpoint in one of our networks, by the names of those networks.
package struct ResolverUpkeep: Sendable {
    let plugin: DockerPlugin
    let engines: ContainerNames.Engines
    let logger: Logger

    package init(_ plugin: DockerPlugin, engines: @escaping ContainerNames.Engines, logger: Logger) {
        self.plugin = plugin
        self.engines = engines
        self.logger = logger
    }

    /// A container whose namespace was not there yet is served by the next look.
    private static let interval = Duration.seconds(1)
    private static let limit = Duration.seconds(5)
    /// Containers are not to wait for a Docker that is busy.
    private static let engineLimit = Duration.seconds(1)
    /// Containers that are prepared at once: each waits for the kernel most of the time.
    private static let width = 16

    /// What is remembered from one look to the next.
    private struct Memory {
        /// The namespaces of sandboxes that are served, by their paths, which are never used again.
        var sandboxes: [String: NetworkNamespace.Identity] = [:]
        /// What this host's Docker calls its networks, by their ids; that never changes.
        var networkNames: [String: String] = [:]
        /// When it was asked last.
        var asked: ContinuousClock.Instant?
        /// Why a sandbox could not be prepared, as it was logged last.
        var complaint = ""
    }

    /// Returns by being cancelled.
    package func run() async throws {
        var memory = Memory()
        try await plugin.nudge.forEach(atLeastEvery: Self.interval) {
            do { try await pass(&memory) } catch {
                // A loss of Open vSwitch is logged elsewhere.
                logger.debug("containers not served with names", metadata: ["cause": "\(HostError(error).message)"])
            }
        }
    }

    private func pass(_ memory: inout Memory) async throws {
        let host = try await plugin.hosts(Self.limit)
        let wanted = try await sandboxes(on: host, &memory)
        let served = plugin.resolver.served
        let ended = memory.sandboxes.filter { wanted[$0.key] == nil || served[$0.value] == nil }
        for (path, identity) in ended {
            plugin.resolver.leave(identity)
            memory.sandboxes.removeValue(forKey: path)
        }
        let due = wanted.filter { path, networks in memory.sandboxes[path].flatMap { served[$0] } != networks }
        for outcome in await prepare(due) { note(outcome, &memory) }
    }

    /// What became of a sandbox that was to be served: its namespace, nil where it has none, any more or yet.
    private struct Outcome: Sendable {
        let path: String
        let namespace: Result<NetworkNamespace.Identity?, any Error>
    }

    /// Serves sandboxes, several at once: after a restart they are all that the host has.
    private func prepare(_ due: [String: [ContainerResolver.Network]]) async -> [Outcome] {
        await withTaskGroup(of: Outcome.self, returning: [Outcome].self) { group in
            var outcomes: [Outcome] = []
            for (index, sandbox) in due.enumerated() {
                if index >= Self.width, let outcome = await group.next() { outcomes.append(outcome) }
                group.addTask {
                    do {
                        return Outcome(
                            path: sandbox.key, namespace: .success(try await serve(sandbox.key, sandbox.value)))
                    } catch {
                        return Outcome(path: sandbox.key, namespace: .failure(error))
                    }
                }
            }
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    private func serve(_ path: String, _ networks: [ContainerResolver.Network]) async throws
        -> NetworkNamespace.Identity?
    {
        guard let namespace = try NetworkNamespace.find(path: path) else { return nil }
        try await plugin.resolver.serve(namespace, networks)
        return namespace.identity
    }

    private func note(_ outcome: Outcome, _ memory: inout Memory) {
        switch outcome.namespace {
        case .success(nil): break
        case .success(let identity?):
            memory.sandboxes[outcome.path] = identity
            memory.complaint = ""
        case .failure(let error):
            // Once for each cause, not for each container and time.
            guard memory.complaint != "\(error)" else { return }
            memory.complaint = "\(error)"
            logger.warning(
                "container not served with names of other hosts",
                metadata: ["sandbox": "\(outcome.path)", "cause": "\(error)"])
        }
    }

    /// The networks of each sandbox, as Docker orders them: by name.
    private func sandboxes(
        on host: ContainerHost, _ memory: inout Memory
    ) async throws -> [String: [ContainerResolver.Network]] {
        let records = Dictionary(
            try host.database.networkRecords().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var sandboxes: [String: [ContainerResolver.Network]] = [:]
        for attachment in host.attachment.attachments() where attachment.isDocker {
            guard case .path(let path) = attachment.sandbox?.location,
                let id = attachment.annotations[EndpointKeys.network], let record = records[id]
            else { continue }
            if memory.networkNames[id] == nil { await askNames(&memory) }
            sandboxes[path, default: []].append(
                ContainerResolver.Network(id: record.network.description, name: memory.networkNames[id] ?? ""))
        }
        return sandboxes.mapValues { $0.sorted { ($0.name, $0.id) < ($1.name, $1.id) } }
    }

    /// Until Docker answers, a container is found by its name alone, without its network's.
    private func askNames(_ memory: inout Memory) async {
        if let asked = memory.asked, .now - asked < .seconds(1) { return }
        memory.asked = .now
        do {
            let networks = try await engines(Self.engineLimit).use {
                try await $0.networks(driver: "ovn", within: Self.engineLimit)
            }
            for network in networks { memory.networkNames[network.id] = network.name }
        } catch {
            logger.debug("names of docker's networks not known", metadata: ["cause": "\(HostError(error).message)"])
        }
    }
}
