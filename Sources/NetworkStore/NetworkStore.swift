package import Deadlines
package import Logging
package import NeutronAPI
package import OVSDB
package import OVSDBClient

/// Networks, subnets, ports and trunks of the API, stored as rows of OVN_Northbound; every rule that involves other
/// resources is enforced here.
///
/// Reads come from a replica in memory. A look-up that misses, and a change that the replica forbids, fetch the
/// server's newest state once: a client may write through one instance of the service and read through another. Changes
/// are transactions that many requests share, each guarded by `wait`s for what it was planned on, so that of two
/// conflicting ones one is planned again.
///
/// Throws `NeutronError` for what the API refuses, and for a database that cannot be reached (503).
package final class NetworkStore: Sendable {
    /// The client on whose behalf the task makes changes: requesters take turns, and keep to ovn-northd's pace. Nil for
    /// the service itself.
    @TaskLocal package static var requester: (any Hashable & Sendable)?

    package let configuration: NetworkStoreConfiguration
    let northbound: OVSDBClient
    let southbound: OVSDBClient?
    let commits: GroupCommit
    let storage = StorageHealth()
    let pace = NorthdPace()
    let ping = ChassisPing()
    let watches = PortWatches()
    let logger: Logger
    let now: @Sendable () -> Timestamp

    /// The clients are running and replicate ``northboundTables`` and ``southboundTables``. The Southbound database has
    /// the hosts' chassis and the networks' tunnel keys: without it every host counts as one with a chassis, and no key
    /// is known.
    package init(
        northbound: OVSDBClient, southbound: OVSDBClient?, configuration: NetworkStoreConfiguration = .init(),
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.northbound = northbound
        self.southbound = southbound
        self.configuration = configuration
        self.logger = logger
        self.now = now
        commits = GroupCommit(client: northbound)
    }

    /// The tables that the client of OVN_Northbound must replicate.
    package static var northboundTables: [MonitoredTable] { NorthboundIndexes.tables }
    /// The tables that the client of OVN_Southbound must replicate.
    package static var southboundTables: [MonitoredTable] { SouthboundIndexes.tables }

    // MARK: Reading

    /// The current state in this process.
    package func snapshot() -> Snapshot {
        Snapshot(
            northbound: northbound.replica, southbound: southbound?.replica, serverDomain: configuration.serverDomain)
    }

    /// All networks, in no particular order, from one snapshot.
    package func networks() -> some Sequence<Network> { snapshot().networks }

    /// All subnets, in no particular order, from one snapshot.
    package func subnets() -> some Sequence<Subnet> { snapshot().subnets }

    /// All ports, in no particular order, from one snapshot.
    package func ports() -> some Sequence<Port> { snapshot().ports }

    func find<Resource>(
        for project: String? = nil, _ look: (Snapshot) -> Resource?, else error: NeutronError
    ) async throws -> Resource {
        if let found = look(snapshot().seen(by: project)) { return found }
        try await lookAgain()
        guard let found = look(snapshot().seen(by: project)) else { throw error }
        return found
    }

    /// Ensures that snapshots have everything committed before this call.
    package func lookAgain() async throws {
        do {
            try await northbound.barrier(within: configuration.barrierTimeout)
        } catch let error as OVSDBError {
            throw NeutronError.serviceUnavailable("The Northbound database did not answer: \(error.message).")
        }
    }
}
