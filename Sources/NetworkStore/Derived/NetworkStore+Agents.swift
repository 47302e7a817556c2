import Logging
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import Synchronization

/// When the hosts were last asked for a sign of life.
final class ChassisPing: Sendable {
    /// Half of the time after which a silent one counts as dead.
    static let interval = Duration.seconds(Agent.downTime / 2)

    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// Whether it is time for the next.
    func isDue(at now: ContinuousClock.Instant = .now) -> Bool {
        last.withLock { last in
            if let last, last.duration(to: now) < Self.interval { return false }
            last = now
            return true
        }
    }
}

extension NetworkStore {
    /// Asks the hosts for a sign of life: each ovn-controller repeats `nb_cfg` of `NB_Global` in its row of
    /// `Chassis_Private`, with the time (ovn-sb(5)). Not more often than every half minute, and without waiting for it, as
    /// ML2/OVN does when agents are listed. Where Northbound cannot be written, what is known is shown without.
    package func pingChassis() async throws {
        guard southbound != nil, ping.isDue() else { return }
        do {
            try await change { draft in draft.countUp(in: try draft.snapshot().northbound) }
        } catch let error as NeutronError {
            logger.debug("hosts not asked", metadata: ["cause": "\(error.message)"])
        }
    }
}
