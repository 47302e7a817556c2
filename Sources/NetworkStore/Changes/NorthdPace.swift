import Synchronization

/// How far each requester's changes are ahead of ovn-northd.
///
/// While ovn-northd computes it reads nothing, and the Northbound server gathers for it what changes meanwhile. The more that is,
/// the longer the server is busy with handing it over, and nobody's change gets on. So who has changed much waits with the next
/// change until ovn-northd has taken in the first of it: `sb_cfg` of `NB_Global` is then what `nb_cfg` was counted up to (ovn-nb(5)).
final class NorthdPace: Sendable {
    /// Operations that a requester may have committed while ovn-northd takes them in, and so many more for each second of that: who
    /// changes little waits for nothing, however long ovn-northd takes for what others do.
    static let allowance = 512
    static let rate = 200
    /// Operations from which on a change counts up `nb_cfg`.
    static let largeChange = 64

    private struct Lead {
        /// What `sb_cfg` will be.
        let end: Int
        let start: ContinuousClock.Instant
        var operations = 0

        /// Beyond what each second has room for.
        func excess(_ now: ContinuousClock.Instant) -> Int {
            operations - NorthdPace.rate * Int(start.duration(to: now).components.seconds)
        }
    }

    private let leads = Mutex<[AnyHashable: Lead]>([:])

    /// What `sb_cfg` must have come to before the requester's next change; nil where that may begin.
    func end(for requester: any Hashable & Sendable, sbCfg: Int, at now: ContinuousClock.Instant = .now) -> Int? {
        leads.withLock { leads in
            guard let lead = leads[AnyHashable(requester)], lead.excess(now) >= Self.allowance, lead.end > sbCfg else {
                return nil
            }
            return lead.end
        }
    }

    /// Whether the requester will have to wait before long, so that `nb_cfg` must be counted up.
    func isFar(_ requester: any Hashable & Sendable, at now: ContinuousClock.Instant = .now) -> Bool {
        leads.withLock { ($0[AnyHashable(requester)]?.excess(now) ?? 0) >= Self.allowance / 2 }
    }

    /// Notes a commit. `nbCfg` is from before it, `sbCfg` from after it.
    func note(
        _ operations: Int, of requester: any Hashable & Sendable, nbCfg: Int, sbCfg: Int,
        at now: ContinuousClock.Instant = .now
    ) {
        leads.withLock { leads in
            // What ovn-northd has been told to take in, it has.
            if leads.count >= 1_024 { leads = leads.filter { $0.value.end > sbCfg } }
            let key = AnyHashable(requester)
            var lead = leads[key].flatMap { $0.end > sbCfg ? $0 : nil } ?? Lead(end: nbCfg + 1, start: now)
            lead.operations += operations
            leads[key] = lead
        }
    }
}
