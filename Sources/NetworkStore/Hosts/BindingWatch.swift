import Logging
package import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient

/// Compares where ports are with where they belong: `Port_Binding.chassis` of Southbound, which any host's ovn-controller may
/// write, with the host that the API has bound the port to. OVN cannot refuse that a host draws another's port to itself; here it
/// is seen, and logged as a warning that names the port and both hosts.
///
/// A binding that goes from the port's host straight to another is told at once. One that appears on the wrong host is told
/// when it is still there a little later: a port that moves is for a moment where it was, or not where it will be.
package struct BindingWatch: Sendable {
    /// A port that is where it does not belong.
    package struct Finding: Hashable, Sendable {
        package let port: ID<Port>
        /// The chassis that has it, by host name.
        package let taker: String
        /// The host that the API says.
        package let owner: String
    }

    /// How long a binding may be on the wrong host before that is told. With the reading of it, less than 5 seconds.
    static let patience = Duration.seconds(2)
    /// How long the same is not told again.
    static let silence = Duration.seconds(10)
    /// The most ports that are remembered at a time.
    private static let limit = 4_096

    private let store: NetworkStore
    private let report: @Sendable (Finding) -> Void

    /// Logs by `report`, which tests replace.
    package init(store: NetworkStore, report: (@Sendable (Finding) -> Void)? = nil) {
        self.store = store
        let logger = store.logger
        self.report =
            report ?? { finding in
                logger.warning(
                    "port taken by another host",
                    metadata: [
                        "port": "\(finding.port)", "taken-by": "\(finding.taker)", "belongs-to": "\(finding.owner)",
                    ])
            }
    }

    /// Runs until it is cancelled; at once where there is no Southbound database.
    package func run() async throws {
        guard let southbound = store.southbound else { return }
        let (due, dueLater) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let state = State()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await element in southbound.changes() {
                    let suspects =
                        switch element {
                        case .resync(let replica): replica[Southbound.PortBinding.self].map { ($0, old: nil) }
                        case .changes(let changes, _):
                            changes.compactMap { change in
                                change.new(Southbound.PortBinding.self).map {
                                    ($0, old: change.old(Southbound.PortBinding.self))
                                }
                            }
                        } as [(Southbound.PortBinding, old: Southbound.PortBinding?)]
                    if await look(at: suspects, state) { dueLater.yield() }
                }
                try Task.checkCancellation()
            }
            group.addTask {
                for await _ in due {
                    while let wait = await state.nextCheck() {
                        try await Task.sleep(for: wait)
                        await check(state)
                    }
                }
                try Task.checkCancellation()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// - Returns: whether there is something to look at again.
    private func look(
        at bindings: [(Southbound.PortBinding, old: Southbound.PortBinding?)], _ state: State
    ) async -> Bool {
        var snapshot = store.snapshot()
        var isFresh = false
        var isLater = false
        for (row, old) in bindings where row.chassis != nil && row.chassis != old?.chassis {
            // What the update said, also where the port's host has taken it back since.
            guard let finding = snapshot.misplaced(row) else { continue }
            if let old, snapshot.isOwner(old.chassis, of: finding) {
                // A move that we have not heard of yet is none.
                if !isFresh {
                    do { try await store.lookAgain() } catch { return await state.suspect(finding.port) }
                    snapshot = store.snapshot()
                    isFresh = true
                }
                if let again = snapshot.misplaced(row), await state.isNew(again) { report(again) }
            } else if await state.suspect(finding.port) {
                isLater = true
            }
        }
        return isLater
    }

    /// Looks again at what was suspected long enough ago.
    private func check(_ state: State) async {
        let due = await state.takeDue()
        guard !due.isEmpty else { return }
        do { try await store.lookAgain() } catch {
            for port in due { _ = await state.suspect(port) }
            return
        }
        let snapshot = store.snapshot()
        for port in due {
            guard let row = snapshot.southbound?.first(SouthboundIndexes.binding, port.description),
                let finding = snapshot.misplaced(row)
            else { continue }
            if await state.isNew(finding) { report(finding) }
        }
    }

    private actor State {
        private var suspects: [ID<Port>: ContinuousClock.Instant] = [:]
        private var told: [Finding: ContinuousClock.Instant] = [:]

        /// False where there are too many already.
        func suspect(_ port: ID<Port>) -> Bool {
            guard suspects.count < BindingWatch.limit else { return false }
            if suspects[port] == nil { suspects[port] = .now + BindingWatch.patience }
            return true
        }

        func nextCheck() -> Duration? {
            suspects.values.min().map { max(.milliseconds(50), ContinuousClock.now.duration(to: $0)) }
        }

        func takeDue() -> [ID<Port>] {
            let now = ContinuousClock.now
            let due = suspects.filter { $0.value <= now }.keys
            for port in due { suspects[port] = nil }
            return due.sorted()
        }

        func isNew(_ finding: Finding) -> Bool {
            let now = ContinuousClock.now
            if told.count >= BindingWatch.limit { told = told.filter { $0.value > now } }
            guard told.count < BindingWatch.limit else { return false }
            if let until = told[finding], until > now { return false }
            told[finding] = now + BindingWatch.silence
            return true
        }
    }
}

extension Snapshot {
    /// What is wrong with where a port is; nil where it is right, nowhere, or may be anywhere, as subports may, whose parents
    /// say where they are.
    fileprivate func misplaced(_ binding: Southbound.PortBinding) -> BindingWatch.Finding? {
        guard let chassis = binding.chassis.flatMap({ southbound?[Southbound.Chassis.self][$0] }),
            let id = ID<Port>(binding.logicalPort), let row = logicalSwitchPort(id), row.parentName == nil
        else { return nil }
        // During a live migration, the target host follows after a comma.
        let hosts = (row.options[PortOptions.requestedChassis] ?? "").split(separator: ",").map(String.init)
        guard let owner = hosts.first, !hosts.contains(chassis.name), !hosts.contains(chassis.hostname) else {
            return nil
        }
        return BindingWatch.Finding(
            port: id, taker: chassis.hostname.isEmpty ? chassis.name : chassis.hostname, owner: owner)
    }

    fileprivate func isOwner(_ chassis: RowID?, of finding: BindingWatch.Finding) -> Bool {
        guard let row = chassis.flatMap({ southbound?[Southbound.Chassis.self][$0] }) else { return false }
        return [row.name, row.hostname].contains(finding.owner)
    }
}
