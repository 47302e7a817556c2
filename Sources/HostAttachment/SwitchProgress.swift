import OVNModel
package import OVSDB
package import OVSDBClient

/// How far ovs-vswitchd has come: `cur_cfg` follows `next_cfg`, as `ovs-vsctl` uses them (ovs-vswitchd.conf.db(5), table Open_vSwitch).
extension OVSDBClient {
    /// Commits, and asks ovs-vswitchd to say when it has come so far.
    @discardableResult
    package func transactStep(
        _ operations: [OVSDB.Operation], within limit: Duration
    ) async throws -> [OperationResult] {
        let step: [OVSDB.Operation] = replica[OpenVSwitch.Configuration.self].map {
            .mutate(OpenVSwitch.Configuration.self, $0.id, .add(.nextCfg, 1))
        }
        return try await transact(operations + step, within: limit)
    }

    /// Returns when ovs-vswitchd has taken up all that it was asked for until now; at once where it has.
    ///
    /// - Throws: `timedOut` where it has not when `limit` is over.
    package func awaitSwitch(within limit: Duration) async throws {
        guard let row = replica[OpenVSwitch.Configuration.self].only, row.curCfg < row.nextCfg else { return }
        let goal = row.nextCfg
        _ = try await wait(within: limit) { replica -> Bool? in
            (replica[OpenVSwitch.Configuration.self].only?.curCfg ?? 0) >= goal ? true : nil
        }
    }
}
