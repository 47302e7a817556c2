package import NeutronAPI
import OVNModel
import OVSDB

extension NetworkStore {
    package func trunk(_ id: ID<Trunk>) async throws -> Trunk {
        try await find({ $0.trunk(id) }, else: .trunkNotFound(id))
    }

    /// Creates trunks, all or none.
    package func createTrunks(_ requests: [TrunkCreate]) async throws -> [Trunk] {
        let named = requests.map { (id: ID<Trunk>.random(), request: $0) }
        return try await change { draft in
            try named.map { try draft.create($0.id, $0.request) }
        }
    }

    /// Changes a trunk, if it has `revision`.
    package func updateTrunk(
        _ id: ID<Trunk>, _ update: TrunkUpdate, ifRevision revision: Int? = nil
    ) async throws -> Trunk {
        try await change { draft in try draft.update(id, update, revision) }
    }

    /// Deletes a trunk; its ports stay, no longer as subports.
    package func deleteTrunk(_ id: ID<Trunk>, ifRevision revision: Int? = nil) async throws {
        try await change { draft in try draft.delete(id, revision) }
    }

    /// Adds subports to a trunk, all or none.
    package func addSubports(_ requests: [SubportRequest], to id: ID<Trunk>) async throws -> Trunk {
        try await change { draft in try draft.add(requests, to: id) }
    }

    /// Removes subports from a trunk, all or none.
    package func removeSubports(_ ports: [ID<Port>], from id: ID<Trunk>) async throws -> Trunk {
        try await change { draft in try draft.remove(ports, from: id) }
    }
}
