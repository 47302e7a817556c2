import DockerNetworks
package import HostSetup
import NeutronAPI
import NeutronClient

/// Something out of order with the network behind one of the engine's: what the API says of it is not what this host joined. The
/// engine's network goes on being the one that it was.
package struct NetworkFinding: Hashable, Sendable {
    /// A word or two, stable.
    package let problem: String
    /// A sentence: the network, both values, and what to do.
    package let detail: String
}

extension NetworkFinding {
    /// What disagrees. Changes nothing.
    package static func all(on host: ContainerHost) async throws -> [NetworkFinding] {
        let records = try host.database.networkRecords()
        let networks = try await host.networks(Set(records.map(\.network)))
        let names = Dictionary(networks.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        return records.compactMap { $0.finding(nameInAPI: names[$0.network]) }
    }
}

extension NetworkRecord {
    /// `current` is nil where there is no such network.
    fileprivate func finding(nameInAPI current: String?) -> NetworkFinding? {
        let subject = "network \(network), which docker network \(id.prefix(12)) joined"
        guard let current else {
            return NetworkFinding(
                problem: "network deleted",
                detail: "\(subject) \(name.map { "as \"\($0)\"" } ?? "by its id"), was deleted in the API: "
                    + "remove the docker network and create it again")
        }
        guard let name, name != current else { return nil }
        return NetworkFinding(
            problem: "network renamed",
            detail: "\(subject) as \"\(name)\", is named \"\(current)\" in the API: -o net=\(name) means it "
                + "on all hosts as before; name it \"\(name)\" again to have one name for it")
    }
}
