import NeutronAPI
import Synchronization

/// The project that looks at a snapshot.
final class Viewer: Sendable {
    let projectID: String
    /// What is known of networks already: a list has thousands of ports of a few.
    private let networks = Mutex<[ID<Network>: NetworkOwnership?]>([:])

    init(projectID: String) { self.projectID = projectID }

    /// What `read` says of a network, which is asked once for each.
    func ownership(of network: ID<Network>, _ read: () -> NetworkOwnership?) -> NetworkOwnership? {
        networks.withLock { networks in
            if let known = networks[network] { return known }
            let ownership = read()
            networks[network] = .some(ownership)
            return ownership
        }
    }
}

extension Snapshot {
    /// The same as one project sees it: what policies share with it is shared. Nil is nobody in particular.
    package func seen(by projectID: String?) -> Snapshot {
        var snapshot = self
        snapshot.viewer = projectID.map { Viewer(projectID: $0) }
        return snapshot
    }
}
