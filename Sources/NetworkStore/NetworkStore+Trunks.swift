package import NeutronAPI
import OVNModel
import OVSDB

// A trunk has no row of its own.
extension Trunk: StoredResource {
    package static func ids(in snapshot: Snapshot) -> OrderedIDs<Trunk> {
        snapshot.ordered(NorthboundIndexes.trunkOrder, .all)
    }

    package static func find(_ id: ID<Trunk>, in snapshot: Snapshot) -> Trunk? { snapshot.trunk(id) }

    package static func create(_ id: ID<Trunk>, _ request: TrunkCreate, in draft: inout Draft) throws -> Trunk {
        try draft.create(id, request)
    }

    package static func update(
        _ id: ID<Trunk>, _ update: TrunkUpdate, ifRevision revision: Int?, in draft: inout Draft
    ) throws -> Trunk {
        try draft.update(id, update, revision)
    }

    /// Its ports stay, no longer as subports.
    package static func delete(_ id: ID<Trunk>, ifRevision revision: Int?, in draft: inout Draft) throws {
        try draft.delete(id, revision)
    }

    package static func changeTags(
        of id: ID<Trunk>, in draft: inout Draft, _ body: (inout [String]) throws -> Void
    ) throws {
        guard var trunk = try draft.snapshot().trunk(id) else { throw NeutronError.trunkNotFound(id) }
        let old = trunk.standard.tags
        trunk.standard.tags = try draft.tags(old, body)
        if trunk.standard.tags != old { _ = try draft.write(trunk) }
    }
}

extension NetworkStore {
    /// Adds subports to a trunk, all or none.
    package func addSubports(_ requests: [SubportRequest], to id: ID<Trunk>) async throws -> Trunk {
        try await change { draft in try draft.add(requests, to: id) }
    }

    /// Removes subports from a trunk, all or none.
    package func removeSubports(_ ports: [ID<Port>], from id: ID<Trunk>) async throws -> Trunk {
        try await change { draft in try draft.remove(ports, from: id) }
    }
}
