import Deadlines
import Logging
import NeutronAPI
import OVSDB
import OVSDBClient

extension NetworkStore {
    /// Plans a change on the newest replica and commits it, sharing the transaction with concurrent requests.
    ///
    /// `plan` works on a ``Draft`` and may be called several times; identifiers of new resources are chosen before, so
    /// that a try whose outcome is unknown is simply repeated: if it was committed, it is found.
    func change<Result: Sendable>(_ plan: @escaping @Sendable (inout Draft) throws -> Result) async throws -> Result {
        if let problem = storage.refusal() { throw unwritable(problem) }
        try await waitForNorthd()
        let deadline = ContinuousClock.now + configuration.changeTimeout
        let time = now()
        var isRepetition = false
        var isNewest = false
        while true {
            do {
                let nbCfg = northdNumbers.nbCfg
                let (result, operations) = try await submit(time, isRepetition, until: deadline, plan)
                if operations > 0 { noteWritten() }
                if let requester = Self.requester {
                    pace.note(operations, of: requester, nbCfg: nbCfg, sbCfg: northdNumbers.sbCfg)
                }
                return result
            } catch let error as NeutronError {
                // The replica that forbids it may be stale.
                guard !isNewest else { throw error }
                try await lookAgain()
                isNewest = true
            } catch let error as OVSDBError {
                isRepetition = isRepetition || error.isUnknownOutcome
                isNewest = false
                try await recover(from: error, isRepetition, until: deadline)
            }
        }
    }

    private func submit<Result: Sendable>(
        _ time: Timestamp, _ isRepetition: Bool, until deadline: ContinuousClock.Instant,
        _ plan: @escaping @Sendable (inout Draft) throws -> Result
    ) async throws -> (Result, operations: Int) {
        let isFar = Self.requester.map { pace.isFar($0) } ?? false
        let southbound = southbound
        let configuration = configuration
        return try await commits.submit(within: deadline - .now, for: Self.requester) { replica, committed in
            var draft = Draft(
                Snapshot(
                    northbound: replica, southbound: southbound?.replica, serverDomain: configuration.serverDomain),
                committed: committed,
                configuration: configuration, time: time, isRepetition: isRepetition)
            let result = try plan(&draft)
            let operations = draft.operations.contains { !$0.isWait } ? draft.operations.count : 0
            if operations >= NorthdPace.largeChange || isFar && operations > 0 { draft.countUp(in: replica) }
            let planned = draft
            return Plan(draft.operations, returning: (result, operations)) {
                var draft = planned
                return try draft.snapshot().northbound
            }
        }
    }

    /// Returns when the change can be retried; else throws the client's error.
    private func recover(from error: OVSDBError, _ isRepetition: Bool, until deadline: ContinuousClock.Instant)
        async throws
    {
        switch error.code {
        case .waitFailed:
            if ContinuousClock.now < deadline { return }
            throw NeutronError.serviceUnavailable(
                "Others changed the same network at the same time, again and again. Nothing was changed. Try again.")
        case .notStored:
            noteUnwritable(error)
            throw isRepetition ? NeutronError.outcomeUnknown("\(error.message).") : unwritable(error.message)
        case .unknownOutcome, .notSent, .unreachable, .closed:
            logger.debug("change interrupted", metadata: ["cause": "\(error.message)"])
            do {
                try await northbound.ready(within: deadline - .now)
                try await northbound.barrier(within: deadline - .now)
            } catch let later as OVSDBError {
                throw isRepetition
                    ? NeutronError.outcomeUnknown(
                        "The connection to the Northbound database was lost: \(later.message).")
                    : NeutronError.serviceUnavailable(
                        "The Northbound database cannot be reached: \(later.message). Nothing was changed.")
            }
        default:
            // A try that was committed after all conflicts with its own repetition.
            if isRepetition, error.code == .rejected, ContinuousClock.now < deadline { return try await lookAgain() }
            throw error
        }
    }
}
