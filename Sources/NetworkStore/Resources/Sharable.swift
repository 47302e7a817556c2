package import NeutronAPI
package import OVSDB

/// A resource that can be shared with projects other than its own, by policies (`/v2.0/rbac-policies`).
///
/// The policy for every project is a flag of the resource's own row, as it was before there were policies; the others are
/// records. Whoever changes them writes the next revision of the resource's row, so that of two concurrent changes, the
/// resource's deletion among them, one fails and is planned again.
package protocol Sharable: RowResource {
    /// Whether the project that looks (``Snapshot/seen(by:)``) may use it although it may not be its own. Where nobody in
    /// particular looks, as in drafts: whether every project may.
    var shared: Bool { get set }

    static var objectType: RBACPolicy.ObjectType { get }
    static func id(of row: Row) -> ID<Self>?
    /// The rows that are shared with every project.
    static var sharedRows: Index<Row, SharedKey> { get }

    /// The projects that use it, its own among them or not: none of these can lose it.
    static func users(of id: ID<Self>, in snapshot: Snapshot) -> Set<String>
    /// Fails the transaction if another project begins to use it meanwhile.
    static func expectUsersUnchanged(of row: Row, in draft: inout Draft) throws
    /// What a refusal says of a project that would lose it.
    static func refusal(of id: ID<Self>, target: String) -> String
}

/// How rows that are shared with every project are found.
package enum SharedKey: Hashable, Sendable {
    /// By the name of the resource in the singular.
    case kind(String)
    case policy(ID<RBACPolicy>)
}

extension Sharable {
    package static func users(of id: ID<Self>, in snapshot: Snapshot) -> Set<String> { [] }
    package static func expectUsersUnchanged(of row: Row, in draft: inout Draft) throws {}
    package static func refusal(of id: ID<Self>, target: String) -> String { "project_id=\(target)" }

    /// The resource as the project that looks sees it.
    package func asSeen(in snapshot: Snapshot) -> Self {
        var seen = self
        seen.shared = shared || snapshot.isGranted(id)
        return seen
    }

    /// Its owner, and whether the project that looks may use it; nil if there is none.
    package static func standing(
        of object: ID<RBACPolicy.Object>, in snapshot: Snapshot
    ) -> (owner: String, isShared: Bool)? {
        find(ID(object), in: snapshot).map { ($0.standard.projectID, $0.shared) }
    }
}

extension RuledResource where Self: Sharable {
    package mutating func read(_ row: Row, in snapshot: Snapshot) { self = asSeen(in: snapshot) }
}

extension Record where Self: Sharable {
    package static func id(of row: Row) -> ID<Self>? {
        row.recordKind == memberName ? row.recordNumber.map { ID(number: $0) } : nil
    }

    package static var sharedRows: Index<Row, SharedKey> { NorthboundIndexes.sharedRecord }
}

// The policy for every project, which is in the row.
extension Sharable {
    static func policies(in snapshot: Snapshot) -> [RBACPolicy] {
        snapshot.northbound.rows(sharedRows, .kind(memberName)).compactMap { policy(of: $0) }
    }

    static func policy(_ id: ID<RBACPolicy>, in snapshot: Snapshot) -> RBACPolicy? {
        snapshot.northbound.rows(sharedRows, .policy(id)).lazy.compactMap { policy(of: $0) }.first
    }

    static func policy(on object: ID<RBACPolicy.Object>, in snapshot: Snapshot) -> RBACPolicy? {
        row(ID(object), in: snapshot).flatMap { policy(of: $0) }
    }

    /// Nil where the row is not shared with every project.
    private static func policy(of row: Row) -> RBACPolicy? {
        let keys = row.externalIDs
        guard keys[SharingLayout.shared], let id = id(of: row), var standard = StandardAttributes(externalIDs: keys)
        else { return nil }
        standard.projectID = keys[SharingLayout.policyProjectID] ?? standard.projectID
        var policy = RBACPolicy(id: SharingLayout.policyID(in: keys, of: id.number), standard: standard)
        (policy.objectType, policy.objectID, policy.target) = (objectType, ID(id), RBACPolicy.everyone)
        return policy
    }

    /// Writes the next revision of an object's row, and of its keys what `body` does.
    static func revise(
        _ object: ID<RBACPolicy.Object>, in draft: inout Draft, _ body: (inout StringMap) -> Void = { _ in }
    ) throws {
        guard let row = row(ID(object), in: try draft.snapshot()),
            var standard = StandardAttributes(externalIDs: row.externalIDs)
        else { throw NeutronError.rbacObjectNotFound(notFound(object.description)) }
        draft.touch(&standard)
        var changed = row
        standard.write(to: &changed.externalIDs)
        body(&changed.externalIDs)
        draft.expectUnchanged(row)
        draft.change(row, to: changed)
    }

    /// Refuses to take from a policy's target what it uses, unless another policy gives it.
    static func checkRemoval(of policy: RBACPolicy, in draft: inout Draft) throws {
        let snapshot = try draft.snapshot()
        guard let row = row(ID(policy.objectID), in: snapshot) else { return }
        let owner = row.externalIDs[Layout.projectID]
        let others = snapshot.targets(of: policy.objectType, policy.objectID).subtracting([policy.target])
        guard policy.target != owner, !others.contains(RBACPolicy.everyone) else { return }
        try expectUsersUnchanged(of: row, in: &draft)
        let users = users(of: ID(policy.objectID), in: snapshot)
        let losers =
            policy.isForEveryone ? users.subtracting(others + [owner, ""]) : users.intersection([policy.target])
        guard losers.isEmpty else {
            throw NeutronError.rbacPolicyInUse(
                policy.objectID, details: refusal(of: ID(policy.objectID), target: policy.target))
        }
    }
}

extension ID {
    init<Other>(_ other: ID<Other>) { self.init(high: other.high, low: other.low) }
}
