package import DockerEngine
import HostEndpoints
package import NeutronAPI

/// What makes a container a network container: its name, which follows from its endpoints, and its labels.
///
/// The engine gives a name once. A repeated command therefore finds what an earlier run has made, and two runs
/// at once cannot make two.
package struct NetworkContainer: Equatable, Sendable {
    package static let endpointsLabel = "ovn-containers.endpoints"
    package static let namesLabel = "ovn-containers.endpoint-names"

    /// The endpoints in the order of their interfaces, `eth0` first.
    package let endpoints: [ID<Port>]
    /// What they were called when the container was made.
    package let names: [String]

    package init(ports: [Port]) {
        endpoints = ports.map(\.id)
        names = ports.map(\.name)
    }

    /// Reads the labels of a container; `nil` when it is not one of our network containers.
    package init?(labels: [String: String]) {
        guard let list = labels[Self.endpointsLabel] else { return nil }
        let ids = list.split(separator: ",").map { ID<Port>($0) }
        guard !ids.isEmpty, !ids.contains(nil) else { return nil }
        endpoints = ids.compactMap(\.self)
        names = (labels[Self.namesLabel] ?? "").split(separator: ",").map(String.init)
    }

    /// `network_` and a hash of the endpoints' ids, whatever their order: one endpoint is in one container.
    package var name: String { "network_" + endpoints.sorted().map(\.description).joined().fingerprint }

    package var labels: [String: String] {
        [
            Self.endpointsLabel: endpoints.map(\.description).joined(separator: ","),
            Self.namesLabel: names.joined(separator: ","),
        ]
    }

    /// The address on which a network container's PID 1 answers for names.
    static let nameServer = "127.0.0.53"

    package func spec(image: String, dns: [String], nameSources: [String] = []) -> ContainerSpec {
        var spec = ContainerSpec(image: image)
        spec.labels = labels
        spec.dns = dns
        if !nameSources.isEmpty {
            spec.command = nameSources
            // The machine's domains are not this network's: every look-up in them would have to be waited for.
            spec.dnsSearch = ["."]
        }
        // With the host it comes up again, and when it ended by itself; its endpoints come back by the keeper.
        spec.restartPolicy = .unlessStopped
        return spec
    }

    /// The lock that is held while this container is made or removed.
    package static func lockName(_ name: String) -> String { "ovn-containers/container/\(name)" }
}
