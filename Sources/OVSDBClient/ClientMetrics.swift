internal import Metrics
internal import OVSDB

/// A client's metrics, labelled with its database.
struct ClientMetrics: Sendable {
    private let connected: Gauge
    private let lost: Counter
    private let committed: Counter
    private let refused: Counter
    private let unknown: Counter
    private let members: Recorder

    init(database: String) {
        let label = [("database", database)]
        connected = Gauge(label: "ovsdb_connected", dimensions: label)
        lost = Counter(label: "ovsdb_connections_lost_total", dimensions: label)
        let outcome = { Counter(label: "ovsdb_transactions_total", dimensions: label + [("outcome", $0)]) }
        committed = outcome("committed")
        refused = outcome("refused")
        unknown = outcome("unknown")
        members = Recorder(label: "ovsdb_group_commit_members", dimensions: label, aggregate: true)
    }

    func connection(isReady: Bool) { connected.record(isReady ? 1 : 0) }

    func connectionLost() { lost.increment() }

    func transaction(_ result: Result<Session.Reply, OVSDBError>) {
        switch result {
        case .success: committed.increment()
        case .failure(let error) where error.isUnknownOutcome: unknown.increment()
        case .failure: refused.increment()
        }
    }

    /// Requests that shared one transaction.
    func group(of count: Int) { members.record(count) }
}
