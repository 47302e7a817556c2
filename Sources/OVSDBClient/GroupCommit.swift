internal import NIOCore
public import OVSDB

/// Lets concurrent requests share transactions.
///
/// One transaction is in flight; whoever submits meanwhile gathers for the next. Members of a batch are planned one after the other, each
/// on a replica that has the changes of those before it. If the server refuses a batch, each member is planned and sent alone, so that
/// one bad request never fails another; a lost race (a `wait` that fails) is run again on the fresh replica.
///
/// There is no task behind it: the first member of a batch drives it, and hands over to the first of the next.
public actor GroupCommit {
    private let client: OVSDBClient
    private let maximumBatch: Int
    private let maximumTries: Int
    private var waiting: [Member] = []
    private var isDriven = false

    /// The client's event loop, so that a commit costs no further hop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { client.driver.unownedExecutor }

    /// - Parameters:
    ///   - maximumBatch: members of one transaction.
    ///   - maximumTries: how often a member that loses races is tried before it gets the error.
    public init(client: OVSDBClient, maximumBatch: Int = 64, maximumTries: Int = 20) {
        self.client = client
        self.maximumBatch = max(1, maximumBatch)
        self.maximumTries = max(1, maximumTries)
    }

    /// Plans on the newest replica and commits, together with whoever else submits meanwhile.
    ///
    /// `plan` may be called several times, each on a newer replica, and must have no effect of its own; what it throws fails this request
    /// alone. Throws what `OVSDBClient.transact` throws.
    ///
    /// The plan's first argument is the replica to plan on, with the requests that precede it in the same transaction; its second is the
    /// one without them. Where both agree on something, this request is the first of its transaction to guard it with a `wait`; where
    /// they differ, an earlier one has done so and changed it.
    public func submit<Result: Sendable>(
        within limit: Duration, _ plan: @escaping @Sendable (Replica, _ committed: Replica) throws -> Plan<Result>
    ) async throws -> Result {
        let member = Member(deadline: .now() + limit.timeAmount) { replica, committed in
            let plan = try plan(replica, committed)
            return Member.Planned(operations: plan.operations) { replica in
                Swift.Result { try plan.result(replica) as any Sendable }
            }
        }
        waiting.append(member)
        if isDriven {
            let isDriver = await withCheckedContinuation { member.turn = $0 }
            if isDriver { await drive(upTo: member) }
        } else {
            isDriven = true
            await drive(upTo: member)
        }
        guard let outcome = member.outcome else {
            throw OVSDBError(.unsupported, "a member of a commit was left without an outcome")
        }
        guard let result = try outcome.get() as? Result else {
            throw OVSDBError(.unsupported, "a member of a commit has another result than it promised")
        }
        return result
    }

    /// Commits batches until `member` has its outcome, then lets the next in line drive.
    private func drive(upTo member: Member) async {
        while member.outcome == nil {
            let batch = Array(waiting.prefix(maximumBatch))
            waiting.removeFirst(batch.count)
            await commit(batch)
        }
        if let next = waiting.first {
            next.resume(isDriver: true)
        } else {
            isDriven = false
        }
    }

    // MARK: - One batch

    /// Gives every member of the batch its outcome.
    private func commit(_ batch: [Member]) async {
        var tries = 0
        while tries < maximumTries {
            tries += 1
            do {
                try await ready(batch)
                let fates = plan(batch)
                let operations = operations(of: fates)
                if !operations.isEmpty { try await transact(operations, batch) }
                conclude(batch, fates)
                break
            } catch let error as OVSDBError where error.code == .waitFailed {
                // Somebody else was faster; that is nobody's fault here, so the batch stays together at first. A smaller one is planned and
                // sent sooner and touches less: it wins more often.
                if batch.count > 1, tries >= 3 {
                    let half = (batch.count + 1) / 2
                    await commit(Array(batch[..<half]))
                    return await commit(Array(batch[half...]))
                }
                if tries == maximumTries { return fail(batch, error) }
                await pause(tries)
            } catch let error as OVSDBError where error.code == .rejected {
                if batch.count > 1 { break }
                // Perhaps the copy was behind; then the plan itself will find out why it cannot be.
                if tries > 1 || maximumTries == 1 { return fail(batch, error) }
            } catch {
                return fail(batch, error)
            }
        }
        for member in batch where member.outcome == nil { await commit([member]) }
    }

    /// Returns once there is a copy to plan on; members whose time is over get their outcome.
    private func ready(_ batch: [Member]) async throws {
        if client.state.isReady { return }
        try await client.ready(within: remaining(batch))
    }

    private func remaining(_ batch: [Member]) -> Duration {
        let deadline = batch.map(\.deadline).max() ?? .now()
        return .nanoseconds(max(0, (deadline - .now()).nanoseconds))
    }

    /// Plans the members in order, each on what those before it will leave.
    private func plan(_ batch: [Member]) -> [Member.Fate] {
        let committed = client.replica
        var replica = committed
        var foreseen: [Operation] = []
        var fates: [Member.Fate] = []
        for (index, member) in batch.enumerated() {
            do {
                let plan = try member.plan(replica, committed)
                if index + 1 < batch.count, !plan.operations.isEmpty {
                    do { try replica.apply(plan.operations) } catch {
                        // What cannot be foreseen is sent alone.
                        replica = try committed.applying(foreseen)
                        fates.append(.postponed)
                        continue
                    }
                    foreseen += plan.operations
                }
                fates.append(.planned(plan))
            } catch {
                fates.append(.failed(error))
            }
        }
        return fates
    }

    /// One transaction for all; what several members wait for is waited for once.
    private func operations(of fates: [Member.Fate]) -> [Operation] {
        var operations: [Operation] = []
        var waits: Set<[UInt8]> = []
        for case .planned(let plan) in fates {
            for operation in plan.operations {
                if fates.count > 1, operation.isWait, !waits.insert(operation.encoded).inserted { continue }
                operations.append(operation)
            }
        }
        return fates.count > 1 ? operations.coalesced() : operations
    }

    private func transact(_ operations: [Operation], _ batch: [Member]) async throws {
        let limit = remaining(batch)
        guard limit > .zero else {
            throw OVSDBError(.notSent, "the deadline came while others were committing, nothing was sent")
        }
        client.driver.metrics.group(of: batch.count)
        _ = try await client.driver.callForOthers(.transaction(operations), within: limit)
    }

    private func conclude(_ batch: [Member], _ fates: [Member.Fate]) {
        let replica = client.replica
        for (member, fate) in zip(batch, fates) {
            switch fate {
            case .planned(let plan): member.finish(plan.result(replica))
            case .failed(let error): member.finish(.failure(error))
            case .postponed: break
            }
        }
    }

    private func fail(_ batch: [Member], _ error: any Error) {
        for member in batch where member.outcome == nil { member.finish(.failure(error)) }
    }

    /// Up to a few milliseconds, longer with every lost race, so that rivals do not stay in step.
    private func pause(_ tries: Int) async {
        guard tries > 1 else { return }
        let delay = TimeAmount.microseconds(.random(in: 0...Int64(min(tries, 10) * 500)))
        let timer = client.driver.loop.scheduleTask(in: delay) {}
        do { try await timer.futureResult.get() } catch { return }  // The loop is shutting down.
    }
}
