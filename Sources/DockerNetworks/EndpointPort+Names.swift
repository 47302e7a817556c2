import HostEndpoints
import HostSetup
package import NeutronAPI
import NeutronClient

/// The names of containers, on their ports.
extension EndpointPort {
    /// Writes names into a port whose tags are known; others' tags stay. What is as it should be is not written.
    ///
    /// - Returns: what there was no room for.
    package func write(_ names: PortNames, to port: Port) async throws -> [PortNames.Omission] {
        let (tags, omitted) = names.tags(beside: port.standard.tags)
        if tags != port.standard.tags.sorted() {
            try await host.api.setTags(tags, of: port.id, within: host.remaining)
        }
        return omitted
    }

    /// Takes the names from a port that no container has. Succeeds if there is no such port, or if somebody has it.
    package func forgetNames(ofReserved id: ID<Port>) async throws {
        guard let port = try await host.api.find(id, within: host.remaining), port.deviceOwner == DeviceOwner.reserved
        else { return }
        try await forgetNames(of: port)
    }

    func forgetNames(of port: Port) async throws {
        let others = PortNames.others(port.standard.tags)
        guard others.count < port.standard.tags.count else { return }
        try await host.api.setTags(others, of: port.id, within: host.remaining)
    }
}
