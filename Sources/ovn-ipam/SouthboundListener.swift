import Logging
import OVNModel
import OVSDB
import OVSDBClient
import ServiceLifecycle

/// Keeps the row by which Southbound listens for hosts: by TLS, each as OVN's role `ovn-controller`, which may change what is its
/// own alone (ovn-sb(5), table Connection). Without TLS, keeps such a row away.
///
/// Rows of others, which operators have made with `ovn-sbctl set-connection`, stay.
struct SouthboundListener: Service {
    static let tables: [MonitoredTable] = [
        MonitoredTable(Southbound.SBGlobal.self, columns: [.connections]),
        MonitoredTable(Southbound.Connection.self, columns: [.externalIDs, .role, .target]),
    ]

    private static let mark = "ovn-containers"
    private static let role = "ovn-controller"

    let client: OVSDBClient
    /// `pssl:6642:0.0.0.0`; nil: none.
    let target: String?
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                // The database may be made anew while it is served.
                for await element in client.changes() {
                    let replica =
                        switch element {
                        case .changes(_, let replica), .resync(let replica): replica
                        }
                    do { try await ensure(in: replica) } catch let error as OVSDBError {
                        // The next change of the database, of which there is one for each heartbeat, tries again.
                        logger.warning("southbound does not listen for hosts", metadata: ["cause": "\(error.message)"])
                    }
                }
                try await gracefulShutdown()
            }
        } catch is CancellationError {
            // Normal shutdown.
        }
    }

    private func ensure(in replica: Replica) async throws {
        guard let global = replica[Southbound.SBGlobal.self].only else { return }
        let own = replica[Southbound.Connection.self].filter { $0.externalIDs[Self.mark] != nil }
        if let target, own.count == 1, own[0].target == target, own[0].role == Self.role { return }
        if target == nil, own.isEmpty { return }
        var operations: [OVSDB.Operation] = []
        if !own.isEmpty {
            operations.append(
                .mutate(Southbound.SBGlobal.self, global.id, .delete(from: .connections, own.map(\.id))))
        }
        if let target {
            var row = Southbound.Connection(id: RowID.random())
            row.target = target
            row.role = Self.role
            row.externalIDs[Self.mark] = "hosts"
            operations.append(.insert(row))
            operations.append(.mutate(Southbound.SBGlobal.self, global.id, .insert(into: .connections, [row.id])))
        }
        try await client.transact(operations, within: .seconds(10))
        logger.info(
            "southbound listens for hosts", metadata: ["at": "\(target ?? "nowhere by TLS")", "role": "\(Self.role)"])
    }
}
