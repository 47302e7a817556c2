import NeutronAPI
import OVNModel
import OVSDB

/// How the resources of a project are counted, by kind: an index of their rows, so that no count is stored that could be
/// wrong, and none costs more with more rows.
enum QuotaCount {
    typealias Count = @Sendable (_ northbound: Replica, _ project: String) -> Int

    /// A line for each kind that is not a ``Record``: records are counted by their kind.
    private static let counts: [String: Count] = [
        "network": by(ProjectIndexes.networks),
        "subnet": by(ProjectIndexes.subnets),
        "port": by(ProjectIndexes.ports),
        "security_group": by(ProjectIndexes.groups),
        "security_group_rule": by(ProjectIndexes.rules),
        "trunk": by(ProjectIndexes.trunks),
    ]

    private static func by<R>(_ index: Index<R, String>) -> Count {
        { northbound, project in northbound.count(index, project) }
    }

    static func used(_ kind: String, by project: String, in northbound: Replica) -> Int {
        counts[kind]?(northbound, project)
            ?? northbound.count(ProjectIndexes.records, OwnedKind(kind: kind, project: project))
    }
}
