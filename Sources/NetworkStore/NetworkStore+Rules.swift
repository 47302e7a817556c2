import Logging
import NeutronAPI
import OVNModel
import OVSDB

extension NetworkStore {
    /// Adds missing rules to networks created by an earlier release, also by another replica that still runs it; one
    /// transaction for each network, safe for several replicas at once.
    ///
    /// - Returns: the number of networks changed.
    @discardableResult
    package func updateRules() async throws -> Int {
        let snapshot = snapshot()
        let lacking = snapshot.northbound[Northbound.LogicalSwitch.self].lazy
            .filter { !snapshot.hasRules($0) }.compactMap(\.networkID)
        var count = 0
        for id in lacking {
            try Task.checkCancellation()
            try await change { draft in try draft.ensureRules(of: id) }
            count += 1
        }
        if count > 0 { logger.info("rules of networks updated", metadata: ["networks": "\(count)"]) }
        return count
    }
}
