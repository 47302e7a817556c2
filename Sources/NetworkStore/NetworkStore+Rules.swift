import Logging
import NeutronAPI
import OVNModel
import OVSDB

extension NetworkStore {
    /// Gives the networks of an earlier release, and such as another replica of one made meanwhile, the rules that they lack; one
    /// transaction for each network, of which those of several replicas at the same time do no harm.
    ///
    /// - Returns: how many networks lacked something.
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
