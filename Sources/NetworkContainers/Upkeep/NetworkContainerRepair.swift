package import DockerEngine
import HostAttachment
import HostEndpoints
package import HostSetup
import NeutronAPI
import NeutronClient

/// Carries out what puts network containers of this host right. Each may be repeated.
package struct NetworkContainerRepair: Sendable {
    let host: ContainerHost
    let engine: DockerEngine

    package init(host: ContainerHost, engine: DockerEngine) {
        self.host = host
        self.engine = engine
    }

    package func perform(_ change: NetworkContainerChange) async throws {
        switch change {
        case .detach(let portID): try await host.attachment.detach(portID: portID, within: host.remaining)
        case .abandon(let portID, let container):
            // In this order: as long as the row is there, whoever looks knows that the port is to be freed.
            if let id = ID<Port>(portID) { try await release(id, of: container) }
            try await host.attachment.detach(portID: portID, within: host.remaining)
        case .release(let id): try await release(id)
        case .reconnect(let container):
            if try await Reconnection(host: host, engine: engine).perform(container) == .busy {
                throw HostError(.refused, "another command is at work on container \(container.prefix(12)); repeat it")
            }
        case .remove: try await Sweep.clear(on: host, engine)
        case .restart(let container):
            throw HostError(.refused, "container \(container) is its user's to restart: docker restart \(container)")
        }
    }

    /// Unless another container has taken the port meanwhile.
    private func release(_ id: ID<Port>, of container: String? = nil) async throws {
        guard let port = try await host.api.find(id, within: host.remaining), !port.deviceID.isEmpty,
            container == nil || port.deviceID == container,
            try await engine.findContainer(port.deviceID, within: host.remaining) == nil
        else { return }
        let placement = try await host.placement()
        guard placement.isHere(port) else { return }
        do {
            try await host.api.update(
                id, placement.disuse, ifRevision: port.standard.revision, within: host.remaining)
        } catch {
            guard error.isNotFound || error.cause?.status == 412 else { throw error }
        }
    }
}
