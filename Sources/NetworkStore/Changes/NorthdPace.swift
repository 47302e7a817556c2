import Synchronization

/// How far each requester's changes are ahead of ovn-northd.
///
/// While ovn-northd computes it reads nothing, and the Northbound server queues the changes for it. The longer the
/// queue, the longer the server is busy sending it, blocking all clients. So a requester with many changes waits with
/// the next until ovn-northd has processed the first of them: `sb_cfg` of `NB_Global` has then reached their `nb_cfg`
/// (ovn-nb(5)).
final class NorthdPace: Sendable {
    /// Operations that a requester may be ahead of ovn-northd, plus ``rate`` for each second of processing: a requester
    /// with few changes never waits, however long ovn-northd works for others.
    static let allowance = 512
    /// Operations per second.
    static let rate = 200
    /// The least number of operations for which a change increments `nb_cfg`.
    static let largeChange = 64

    private struct Lead {
        /// The `sb_cfg` by which ovn-northd has processed the lead's first change.
        let end: Int
        let start: ContinuousClock.Instant
        var operations = 0

        /// Operations beyond those that ``rate`` grants since the start.
        func excess(_ now: ContinuousClock.Instant) -> Int {
            operations - NorthdPace.rate * Int(start.duration(to: now).components.seconds)
        }
    }

    private let leads = Mutex<[AnyHashable: Lead]>([:])

    /// The `sb_cfg` that the requester's next change must wait for; nil if it may begin.
    func end(for requester: any Hashable & Sendable, sbCfg: Int, at now: ContinuousClock.Instant = .now) -> Int? {
        leads.withLock { leads in
            guard let lead = leads[AnyHashable(requester)], lead.excess(now) >= Self.allowance, lead.end > sbCfg else {
                return nil
            }
            return lead.end
        }
    }

    /// Whether the requester will soon have to wait, so that `nb_cfg` must be incremented.
    func isFar(_ requester: any Hashable & Sendable, at now: ContinuousClock.Instant = .now) -> Bool {
        leads.withLock { ($0[AnyHashable(requester)]?.excess(now) ?? 0) >= Self.allowance / 2 }
    }

    /// Records a commit. `nbCfg` is from before it, `sbCfg` from after it.
    func note(
        _ operations: Int, of requester: any Hashable & Sendable, nbCfg: Int, sbCfg: Int,
        at now: ContinuousClock.Instant = .now
    ) {
        leads.withLock { leads in
            // ovn-northd has processed these.
            if leads.count >= 1_024 { leads = leads.filter { $0.value.end > sbCfg } }
            let key = AnyHashable(requester)
            var lead = leads[key].flatMap { $0.end > sbCfg ? $0 : nil } ?? Lead(end: nbCfg + 1, start: now)
            lead.operations += operations
            leads[key] = lead
        }
    }
}
