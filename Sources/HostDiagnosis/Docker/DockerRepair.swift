package import DockerNetworks
import HostAttachment
import HostEndpoints
package import HostSetup
import NeutronAPI
import NeutronClient

/// Carries out what puts Docker's endpoints and networks of this host right. Each may be repeated.
package struct DockerRepair: Sendable {
    let host: ContainerHost
    let reservations: Reservations

    /// The plugin's process has reservations of its own.
    package init(host: ContainerHost, reservations: Reservations = Reservations()) {
        self.host = host
        self.reservations = reservations
    }

    /// Returns when no call is at work on those of the networks that would be forgotten.
    package static func awaitCalls(on changes: [DockerChange], on host: ContainerHost) async throws {
        for case .forget(let id) in changes {
            withExtendedLifetime(try await NetworkMembership(id, on: host).lock()) {}
        }
    }

    package func perform(_ change: DockerChange) async throws {
        switch change {
        case .detach(let portID, let reason):
            let attachment = host.attachment.attachment(portID: portID)
            try await host.attachment.detach(portID: portID, within: host.remaining)
            if let attachment { try await reservations.expectRelease(of: attachment, on: host) }
            guard reason == .ended || reason == .neverMoved, let id = ID<Port>(portID) else { return }
            try await EndpointPort(host: host).release(id, isSticky: attachment?.isSticky ?? false)
        case .release(let id, let isSticky):
            guard host.attachment.attachment(portID: "\(id)") == nil else { return }
            await reservations.remove(id)
            try await EndpointPort(host: host).release(id, isSticky: isSticky)
        case .removeVeth(let veth):
            try await host.attachment.removeOrphan(veth.hostInterface, within: host.remaining)
        case .forget(let network): try await NetworkMembership(network, on: host).forget(reservations)
        case .removeNetwork(let id):
            guard let network = try await host.api.find(id, within: host.remaining) else { return }
            try await LogicalNetwork.removeUnused(network, on: host)
        }
    }
}
