package import NeutronAPI
import OVNModel
import OVSDB

extension RBACPolicy.ObjectType {
    package var resource: any Sharable.Type {
        switch self {
        case .addressGroup: AddressGroup.self
        case .addressScope: AddressScope.self
        case .network: Network.self
        case .securityGroup: SecurityGroup.self
        case .subnetPool: SubnetPool.self
        }
    }
}

/// A policy for one project is a record; the one for every project is in its object's row.
extension RBACPolicy: Record {
    package static func ids(in snapshot: Snapshot) -> OrderedIDs<RBACPolicy> {
        let records: OrderedIDs<RBACPolicy> = snapshot.ordered(NorthboundIndexes.recordOrder, .kind(memberName))
        let inRows = ObjectType.allCases.flatMap { $0.resource.policies(in: snapshot).map(\.id) }
        return OrderedIDs(records.next(after: nil, upwards: true, limit: .max) + inRows)
    }

    package static func find(_ id: ID<RBACPolicy>, in snapshot: Snapshot) -> RBACPolicy? {
        if let row = row(id, in: snapshot) { return RBACPolicy(id, row, in: snapshot) }
        return ObjectType.allCases.lazy.compactMap { $0.resource.policy(id, in: snapshot) }.first
    }

    package static func create(
        _ id: ID<RBACPolicy>, _ given: Given<RBACPolicy>, in draft: inout Draft
    ) throws -> RBACPolicy {
        let snapshot = try draft.snapshot()
        if draft.isRepetition, let made = find(id, in: snapshot) { return made }
        var made = RBACPolicy(id: id, standard: draft.created(given.projectID, "", revision: firstRevision))
        given.apply(to: &made)
        try made.checkUnique(in: snapshot)
        try made.put(in: &draft)
        return made
    }

    package static func update(
        _ id: ID<RBACPolicy>, _ given: Given<RBACPolicy>, ifRevision revision: Int?, in draft: inout Draft
    ) throws -> RBACPolicy {
        let snapshot = try draft.snapshot()
        guard let old = find(id, in: snapshot) else { throw notFound(id.description) }
        var new = old
        given.apply(to: &new)
        guard new.target != old.target else { return old }
        try new.checkUnique(in: snapshot)
        // Every project is this one too.
        if !new.isForEveryone { try old.resource.checkRemoval(of: old, in: &draft) }
        draft.touch(&new.standard)
        if let row = row(id, in: snapshot), !new.isForEveryone {
            draft.expectUnchanged(row)
            draft.change(row, to: new.written(to: row))
            try new.resource.revise(new.objectID, in: &draft)
        } else {
            try old.take(in: &draft)
            try new.put(in: &draft)
        }
        return new
    }

    package static func delete(_ id: ID<RBACPolicy>, ifRevision revision: Int?, in draft: inout Draft) throws {
        guard let old = find(id, in: try draft.snapshot()) else {
            if draft.isRepetition { return }
            throw notFound(id.description)
        }
        try old.resource.checkRemoval(of: old, in: &draft)
        try old.take(in: &draft)
    }

    package static func apply(
        from old: RBACPolicy?, to new: inout RBACPolicy?, _ given: Given<RBACPolicy>, in draft: inout Draft
    ) throws {}

    private var resource: any Sharable.Type { objectType.resource }

    private func checkUnique(in snapshot: Snapshot) throws(NeutronError) {
        if snapshot.targets(of: objectType, objectID).contains(target) { throw .duplicateRBACPolicy }
    }

    private func put(in draft: inout Draft) throws {
        guard isForEveryone else {
            try resource.revise(objectID, in: &draft)
            return draft.insert(written(to: Northbound.DHCPOptions(id: RowID(of: id))))
        }
        try resource.revise(objectID, in: &draft) { keys in
            keys[SharingLayout.shared] = true
            keys[SharingLayout.policyID] = id
            keys[SharingLayout.policyProjectID] = standard.projectID
        }
    }

    private func take(in draft: inout Draft) throws {
        guard isForEveryone else {
            guard let row = Self.row(id, in: try draft.snapshot()) else { return }
            draft.expectUnchanged(row)
            draft.delete(row)
            return try resource.revise(objectID, in: &draft)
        }
        try resource.revise(objectID, in: &draft) { SharingLayout.erase(from: &$0) }
    }
}

extension Draft {
    /// Deletes the policies about an object that is deleted. Its row is guarded: whoever adds one changes it.
    mutating func deletePolicies<Of>(about id: ID<Of>) throws {
        for row in try snapshot().policyRows(about: id) { delete(row) }
    }
}

extension Snapshot {
    /// The targets of the policies that share an object.
    func targets(of type: RBACPolicy.ObjectType, _ object: ID<RBACPolicy.Object>) -> Set<String> {
        let records = policyRows(about: object).compactMap { $0.sharedWith }
        return Set(records + (type.resource.policy(on: object, in: self).map { [$0.target] } ?? []))
    }

    /// Whether a policy shares an object with the project that looks, beside those for every project.
    func isGranted<Of>(_ id: ID<Of>) -> Bool {
        guard let viewer else { return false }
        var isGranted = false
        let reference = RecordReference(key: RBACPolicy.objectKey, value: id.description)
        northbound.forEach(NorthboundIndexes.recordReference, reference) { row in
            isGranted = isGranted || row.sharedWith == viewer.projectID
        }
        return isGranted
    }

    fileprivate func policyRows<Of>(about id: ID<Of>) -> [Northbound.DHCPOptions] {
        northbound.rows(
            NorthboundIndexes.recordReference, RecordReference(key: RBACPolicy.objectKey, value: id.description)
        )
        .filter { $0.recordKind == RBACPolicy.memberName }
    }
}

extension Northbound.DHCPOptions {
    /// The project with which the record of a policy shares its object.
    fileprivate var sharedWith: String? {
        externalIDs[RBACPolicy.actionKey] == RBACPolicy.shared ? externalIDs[RBACPolicy.targetKey] : nil
    }
}
