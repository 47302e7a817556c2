import Logging
import OVNModel
import OVSDB
import OVSDBClient

extension NetworkStore {
    /// The sequence numbers of ovn-northd's progress. Without an ovn-northd nothing waits.
    var northdNumbers: (nbCfg: Int, sbCfg: Int) {
        northbound.replica[Northbound.NBGlobal.self].first { _ in true }.map { ($0.nbCfg, $0.sbCfg) } ?? (0, .max)
    }

    /// Returns when the requester is not too far ahead of ovn-northd, or after
    /// ``NetworkStoreConfiguration/paceTimeout``. Throws only `CancellationError`.
    func waitForNorthd() async throws {
        guard let requester = Self.requester, let end = pace.end(for: requester, sbCfg: northdNumbers.sbCfg) else {
            return
        }
        do {
            try await northbound.wait(within: configuration.paceTimeout) { replica in
                replica[Northbound.NBGlobal.self].allSatisfy { $0.sbCfg >= end } ? () : nil
            }
        } catch let error as OVSDBError {
            try Task.checkCancellation()
            logger.debug("ovn-northd is behind", metadata: ["cause": "\(error.message)"])
        }
    }
}

extension Draft {
    /// Makes ovn-northd report when it has processed the draft.
    mutating func countUp(in northbound: Replica) {
        for row in northbound[Northbound.NBGlobal.self] {
            append(.mutate(Northbound.NBGlobal.self, row.id, .add(.nbCfg, 1)))
        }
    }
}
