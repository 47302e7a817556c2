import Deadlines
package import DockerEngine
import HostAttachment
import HostEndpoints

/// What the engine says it has: its networks, and the endpoints of containers that run or are being started.
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

    /// Asks it about the endpoints of networks, by libnetwork's ids. A list of containers knows nothing of a start that
    /// goes on: that has its endpoints in its networks alone, until it is done.
    package static func ask(
        _ engine: DockerEngine, about networks: [String], within limit: Duration
    ) async throws -> EngineWord {
        let deadline = Deadline(after: limit)
        var word = EngineWord(networks: [], endpoints: [])
        for container in try await engine.containers(labels: [], within: deadline.remaining)
        where container.state.mayHaveEndpoints {
            word.endpoints.formUnion(container.networks.values.compactMap(\.endpointID))
        }
        word.networks = Set(try await engine.networks(within: deadline.remaining).map(\.id))
        for id in networks where word.networks.contains(id) {
            word.endpoints.formUnion(try await engine.endpoints(ofNetwork: id, within: deadline.remaining).keys)
        }
        return word
    }

    func has(_ attachment: Attachment) -> Bool {
        attachment.annotations[EndpointKeys.endpoint].map(endpoints.contains) ?? false
    }
}

extension ContainerState {
    /// A container that is being started has its endpoints before it runs; of one that has ended the engine may tell old ones.
    fileprivate var mayHaveEndpoints: Bool { hasSandbox || self == .created }
}
