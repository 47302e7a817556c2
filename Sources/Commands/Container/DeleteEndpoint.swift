import ArgumentParser
import Discretion
import DockerEngine
import HostAttachment
import HostEndpoints
import HostNetwork
import HostSetup
import NetworkContainers
import NeutronAPI
import NeutronClient

/// `ovn-container endpoint-delete`
struct DeleteEndpoint: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint-delete",
        abstract: "Delete an endpoint, and its network container when that has no other.",
        discussion: """
            Any host will do. Where the endpoint's container is on another host, it is removed when ovn-container next \
            runs there.
            """)

    @Argument(help: "The endpoint's name or id.")
    var endpoint: String

    @Flag(help: "If there is no such endpoint, do nothing.")
    var ifExists = false

    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let (reference, ifExists) = (endpoint, ifExists)
        try await ContainerHost.with(host, context) { host in
            let engine = await host.findEngine()
            do {
                try await Self.delete(reference, ifExists, host, engine, context.console)
            } catch {
                await engine?.shutdown()
                throw error
            }
            await engine?.shutdown()
        }
    }

    private static func delete(
        _ reference: String, _ ifExists: Bool, _ host: ContainerHost, _ engine: DockerEngine?, _ console: Console
    ) async throws {
        let cleared = await Sweep.leftovers(on: host, engine)
        let port: Port
        do {
            port = try await host.endpoint(reference)
        } catch let error as NeutronClientError where error.isNotFound && (ifExists || cleared.contains(reference)) {
            // An earlier run deleted it and was cut short; what it left is gone now too.
            host.progress("endpoint \(reference) was deleted before")
            return
        }
        // Asked before the port is gone, and only where there is something to tell of it.
        let placement = port.deviceID.isEmpty ? nil : try await host.placement()
        host.progress("deleting endpoint \(port.shownName)")
        try await Carrying(host)?.release(port)
        try host.hooks.afterCarrying()
        try await host.api.remove(port.id, as: "endpoint", within: host.remaining)
        try await clear(port, host, engine)
        if let placement, !placement.isHere(port), case let place = placement.shown(port), !place.isEmpty {
            console.errors(
                "note: its interface in container \(port.deviceID.prefix(12).plain())\(place.plain()) "
                    + "goes away when ovn-container next runs there")
        }
    }

    /// Takes the endpoint's interface out of its container, and the container away with the last one.
    private static func clear(_ port: Port, _ host: ContainerHost, _ engine: DockerEngine?) async throws {
        let attachment = host.attachment.attachment(portID: port.id.description)
        try await host.attachment.detach(portID: port.id.description, within: host.remaining)
        guard let engine else {
            guard attachment == nil else {
                throw HostError(
                    .refused,
                    "endpoint \(port.shownName) is deleted, but docker cannot be asked to remove its network container: "
                        + "repeat the command when dockerd runs")
            }
            return
        }
        let containers = try await engine.containers(
            labels: [NetworkContainer.endpointsLabel], within: host.remaining)
        for container in containers {
            guard let endpoints = NetworkContainer(labels: container.labels)?.endpoints, endpoints.contains(port.id)
            else { continue }
            let others = try await host.ports(Set(endpoints).subtracting([port.id]))
            guard others.isEmpty else { continue }
            // A command that is just making it fails now, and takes it away itself.
            let lock = try await NameLock.hold(
                NetworkContainer.lockName(container.names.first ?? container.id), within: host.remaining)
            defer { withExtendedLifetime(lock) {} }
            host.progress("removing network container \(container.id.prefix(12))")
            try await host.attachment.detach(portID: port.id.description, within: host.remaining)
            try await engine.removeContainer(container.id, within: host.remaining)
        }
    }
}
