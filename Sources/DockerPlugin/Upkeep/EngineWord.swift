package import DockerEngine
import HostAttachment
import HostEndpoints

/// What the engine says it has: its networks, and the endpoints of containers that run.
///
/// It alone knows whether a container runs. The API is told by many.
package struct EngineWord: Hashable, Sendable {
    /// libnetwork's ids.
    package var networks: Set<String>
    package var endpoints: Set<String>

    package init(networks: Set<String>, endpoints: Set<String>) {
        self.networks = networks
        self.endpoints = endpoints
    }

    package static func ask(_ engine: DockerEngine, within limit: Duration) async throws -> EngineWord {
        let containers = try await engine.containers(labels: [], within: limit)
        let networks = try await engine.networks(within: limit)
        return EngineWord(
            networks: Set(networks.map(\.id)),
            endpoints: Set(
                containers.filter { $0.state.mayHaveEndpoints }.flatMap { $0.networks.values.compactMap(\.endpointID) }
            ))
    }

    func has(_ attachment: Attachment) -> Bool {
        attachment.annotations[EndpointKeys.endpoint].map(endpoints.contains) ?? false
    }
}

extension ContainerState {
    /// A container that is being started has its endpoints before it runs; of one that has ended the engine may tell old ones.
    fileprivate var mayHaveEndpoints: Bool { hasSandbox || self == .created }
}
