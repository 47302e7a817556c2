package import NeutronAPI
import OVNModel

extension AddressScope: Record, Sharable {
    package static var objectType: RBACPolicy.ObjectType { .addressScope }

    /// The projects of its pools.
    package static func users(of id: ID<AddressScope>, in snapshot: Snapshot) -> Set<String> {
        Set(snapshot.subnetPools(of: id).map(\.standard.projectID))
    }

    package static func apply(
        from old: AddressScope?, to new: inout AddressScope?, _ given: Given<AddressScope>, in draft: inout Draft
    ) throws {
        guard let old else { return }
        if let new {
            if old.shared, !new.shared {
                throw NeutronError.addressScopeUpdate(old.id, "Shared address scope can't be unshared")
            }
            return
        }
        let snapshot = try draft.snapshot()
        guard snapshot.subnetPools(of: old.id).isEmpty else { throw NeutronError.addressScopeInUse(old.id) }
        // A pool that joins it at the same time claims it too.
        if let row = row(old.id, in: snapshot) { draft.claim(row, RecordLayout.generation) }
    }
}

extension Snapshot {
    func subnetPools(of scope: ID<AddressScope>) -> [SubnetPool] {
        records(where: SubnetPoolLayout.addressScopeID.name, is: scope.description)
    }

    /// The scope of a pool, without reading the pool.
    func addressScope(ofPool pool: ID<SubnetPool>) -> ID<AddressScope>? {
        SubnetPool.row(pool, in: self)?.externalIDs[SubnetPoolLayout.addressScopeID]
    }
}
