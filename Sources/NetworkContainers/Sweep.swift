package import DockerEngine
package import HostAttachment
import HostEndpoints
import HostNetwork
package import HostSetup
import Logging
package import NeutronAPI
import NeutronClient

/// Clears away what is left on this host of endpoints that were deleted, here or from another host.
package struct Sweep: Equatable, Sendable {
    /// Ports whose attachment here has no port any more, or one that a container of another host uses now.
    package var detach: [String] = []
    /// Network containers none of whose endpoints are theirs any more.
    package var remove: [String] = []

    /// Decides from what is here and what the API says.
    ///
    /// A container whose endpoints are not claimed yet is one that is just being made: it stays. Deleting an endpoint, from whatever host,
    /// is how its container is told to go. But that an endpoint is said to be in a container elsewhere takes it from none that has had it
    /// since before: such a container runs, and its interface is one of which the API had said that it is its own.
    package init(
        attachments: [Attachment], containers: [ContainerSummary], ports: [ID<Port>: Port], isHere: (Port) -> Bool
    ) {
        let living = Set(containers.filter { $0.state.hasSandbox }.map(\.id))
        let kept = Set(
            attachments.filter { $0.isConfirmed && living.contains($0.containerID) }.map {
                Holding(portID: $0.portID, container: $0.containerID)
            })
        func isLost(_ id: ID<Port>, to container: String) -> Bool {
            guard let port = ports[id] else { return true }
            return !port.deviceID.isEmpty && port.deviceID != container && !isHere(port)
                && !kept.contains(Holding(portID: "\(id)", container: container))
        }
        detach = attachments.filter { attachment in
            ID<Port>(attachment.portID).map { isLost($0, to: attachment.containerID) } ?? false
        }.map(\.portID)
        remove = containers.filter { container in
            NetworkContainer(labels: container.labels)?.endpoints.allSatisfy { isLost($0, to: container.id) } ?? false
        }.map(\.id)
    }

    /// Which container has which port.
    private struct Holding: Hashable {
        let portID: String
        let container: String
    }
}

extension Sweep {
    /// Does it beside other work, of a command that has its own to do: what does not work is logged and left to the next.
    ///
    /// - Returns: the ids and names of the endpoints of which something was cleared away.
    @discardableResult
    package static func leftovers(on host: ContainerHost, _ engine: DockerEngine? = nil) async -> Set<String> {
        // A central point that does not answer must not take the time in which the command itself says so.
        let host = host.within(host.remaining / 2)
        do {
            return try await clear(on: host, engine)
        } catch {
            host.logger.info("leftovers not cleared away", metadata: ["cause": "\(error)"])
            return []
        }
    }

    /// Does it. Given an engine, it also looks for containers that have lost all their endpoints; without one, Docker is
    /// asked only where an attachment was left.
    ///
    /// - Returns: the ids and names of the endpoints of which something was cleared away.
    @discardableResult
    package static func clear(on host: ContainerHost, _ engine: DockerEngine? = nil) async throws -> Set<String> {
        let attachments = host.attachment.attachments().filter(\.isNetworkContainers)
        guard !attachments.isEmpty || engine != nil else { return [] }
        let containers = try await engine?.containers(
            labels: [NetworkContainer.endpointsLabel], within: host.remaining)
        let sweep = try await plan(attachments, containers ?? [], on: host)
        guard !sweep.detach.isEmpty || !sweep.remove.isEmpty else { return [] }
        if let engine {
            return try await sweep.perform(attachments, containers ?? [], on: host, engine)
        }
        return try await host.withEngine { engine in
            let containers = try await engine.containers(
                labels: [NetworkContainer.endpointsLabel], within: host.remaining)
            let sweep = try await plan(attachments, containers, on: host)
            return try await sweep.perform(attachments, containers, on: host, engine)
        }
    }

    private static func plan(
        _ attachments: [Attachment], _ containers: [ContainerSummary], on host: ContainerHost
    ) async throws -> Sweep {
        let ids =
            attachments.compactMap { ID<Port>($0.portID) }
            + containers.flatMap { NetworkContainer(labels: $0.labels)?.endpoints ?? [] }
        let found = try await host.ports(Set(ids))
        try await confirm(attachments, found, on: host)
        // Where a port is matters only of one that none of these containers uses, and in a cloud costs a list of all its ports.
        let users = Set(attachments.map(\.containerID) + containers.map(\.id))
        let hasStranger = found.values.contains { !$0.deviceID.isEmpty && !users.contains($0.deviceID) }
        let placement = hasStranger ? try await host.placement() : nil
        return Sweep(
            attachments: attachments, containers: containers, ports: found, isHere: { placement?.isHere($0) ?? true })
    }

    /// Notes of which interfaces the API says that they are their containers'. It is asked about each once.
    package static func confirm(
        _ attachments: [Attachment], _ ports: [ID<Port>: Port], on host: ContainerHost
    ) async throws {
        for attachment in attachments where !attachment.isConfirmed {
            guard let id = ID<Port>(attachment.portID), ports[id]?.deviceID == attachment.containerID else { continue }
            try await host.attachment.confirm(portID: attachment.portID, within: host.remaining)
        }
    }

    private func perform(
        _ attachments: [Attachment], _ containers: [ContainerSummary], on host: ContainerHost, _ engine: DockerEngine
    ) async throws -> Set<String> {
        var cleared: Set<String> = []
        for id in detach {
            host.progress("clearing away what endpoint \(id) left on this host")
            host.logger.warning(
                "interface taken from its container: its endpoint was deleted, or is another container's elsewhere",
                metadata: [
                    "port": "\(id)",
                    "container": "\(attachments.first { $0.portID == id }?.containerName ?? "")",
                ])
            try await host.attachment.detach(portID: id, within: host.remaining)
            cleared.insert(id)
            if let name = attachments.first(where: { $0.portID == id })?.annotations["endpoint"] {
                cleared.insert(name)
            }
        }
        for container in containers where remove.contains(container.id) {
            if try await Self.removeLost(container, attachments, on: host, engine) {
                let endpoints = NetworkContainer(labels: container.labels)
                cleared.formUnion(endpoints?.endpoints.map(\.description) ?? [])
                cleared.formUnion(endpoints?.names ?? [])
            }
        }
        return cleared
    }

    /// Removes a container under its lock, unless a command is at work on it: then what was seen is out of date.
    private static func removeLost(
        _ container: ContainerSummary, _ attachments: [Attachment], on host: ContainerHost, _ engine: DockerEngine
    ) async throws -> Bool {
        let lock: NameLock
        do {
            lock = try await NameLock.hold(
                NetworkContainer.lockName(container.names.first ?? container.id), within: .zero)
        } catch {
            // Whoever holds the lock is at work on it.
            host.logger.info(
                "network container left for the next sweep",
                metadata: ["container": "\(container.id)", "cause": "\(error)"])
            return false
        }
        defer { withExtendedLifetime(lock) {} }
        let own = attachments.filter { $0.containerID == container.id }
        guard try await plan(own, [container], on: host).remove == [container.id] else { return false }
        host.progress("removing network container \(container.id.prefix(12)), whose endpoints were deleted")
        try await engine.removeContainer(container.id, within: host.remaining)
        return true
    }
}
