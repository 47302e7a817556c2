package import NeutronAPI
import OVSDB
import OVSDBClient

/// How a resource that follows from others is found in a snapshot.
package protocol StoredDerivedResource: DerivedResource {
    /// Those among which a query searches; its filters are not yet applied.
    static func all(_ query: ListQuery<Self>, in snapshot: Snapshot) -> [Self]
    static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self?
    /// Whether they follow from what the Southbound database says of the hosts.
    static var isOfHosts: Bool { get }
}

extension StoredDerivedResource {
    package static var isOfHosts: Bool { false }
}

extension NetworkStore {
    /// Ensures that snapshots have everything that such resources follow from and that was committed before this call.
    package func lookAgain<Of: StoredDerivedResource>(for type: Of.Type) async throws {
        try await lookAgain()
        guard Of.isOfHosts, let southbound else { return }
        do {
            try await southbound.ready(within: configuration.barrierTimeout)
            try await southbound.barrier(within: configuration.barrierTimeout)
        } catch let error as OVSDBError {
            throw NeutronError.serviceUnavailable("The Southbound database did not answer: \(error.message).")
        }
    }
}
