internal import NIOCore
public import OVSDB

/// Lets concurrent requests share transactions.
///
/// One transaction is in flight; requests submitted meanwhile wait for the next, clients in turn. The operations of a
/// batch are limited, unless one request alone has more, so that small requests wait briefly. Members of a batch are
/// planned one after the other, each on a replica that has the changes of those before it. If the server refuses a
/// batch, each member is planned and sent alone, so that one bad request never fails another; a lost race (a `wait`
/// that fails) is retried on the fresh replica.
///
/// Everything runs on the client's event loop, step by step and without a task: what the server's answer triggers is
/// done before the loop turns to anything else.
public actor GroupCommit {
    private let client: OVSDBClient
    private let maximumBatch: Int
    private let maximumOperations: Int
    private let maximumTries: Int
    private var waiting = Queues()
    /// Parts of a divided batch, the next one last: they precede waiting requests.
    private var parts: [Batch] = []
    /// The batch in flight.
    private var batch = Batch([])
    /// A batch is in flight, or ``begin()`` is scheduled.
    private var isBusy = false

    /// The requests waiting while a batch is in flight; nil while none is.
    var gathered: Int? { batch.members.isEmpty ? nil : waiting.count }

    /// The client's event loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { client.driver.unownedExecutor }

    /// Shares the transactions of a client.
    ///
    /// - Parameters:
    ///   - client: must be running for anything to be committed.
    ///   - maximumBatch: members of one transaction.
    ///   - maximumOperations: their operations together; a member with more goes alone.
    ///   - maximumTries: how often a member that loses races is tried before it gets the error.
    public init(
        client: OVSDBClient, maximumBatch: Int = 64, maximumOperations: Int = 256, maximumTries: Int = 20
    ) {
        self.client = client
        self.maximumBatch = max(1, maximumBatch)
        self.maximumOperations = maximumOperations
        self.maximumTries = max(1, maximumTries)
    }

    /// Plans on the newest replica and commits, together with the requests submitted meanwhile.
    ///
    /// `plan` may be called several times, each on a newer replica, and must have no effect of its own; what it throws
    /// fails this request alone. Throws what `OVSDBClient.transact` throws.
    ///
    /// The plan's first argument is the replica to plan on, with the requests that precede it in the same transaction;
    /// its second is the one without them. Where both agree on something, this request is the first of its transaction
    /// to guard it with a `wait`; where they differ, an earlier one has done so and changed it.
    ///
    /// Requests of equal `requester`s, and those of none, share a queue each.
    public nonisolated func submit<Result: Sendable>(
        within limit: Duration, for requester: (any Hashable & Sendable)? = nil,
        _ plan: @escaping @Sendable (Replica, _ committed: Replica) throws -> Plan<Result>
    ) async throws -> Result {
        let deadline = NIODeadline.now() + limit.timeAmount
        return try await withCheckedThrowingContinuation { continuation in
            client.driver.loop.execute {
                self.assumeIsolated { group in
                    group.waiting.append(Member(of: requester, deadline: deadline, plan: plan, continuation))
                    group.turn()
                }
            }
        }
    }

    // MARK: - One batch after the other

    /// Starts the next batch once the loop has handled the requests that arrived with this one: they share it.
    private func turn() {
        guard !isBusy, !waiting.isEmpty || !parts.isEmpty else { return }
        isBusy = true
        client.driver.loop.execute { self.assumeIsolated { $0.begin() } }
    }

    private func begin() {
        if let part = parts.popLast() {
            batch = part
        } else {
            batch = Batch(waiting.take(maximumBatch))
        }
        run()
    }

    private func end() {
        isBusy = false
        turn()
    }

    /// Runs the batch as soon as the replica is ready.
    private func run() {
        if client.state.isReady { return attempt() }
        let limit = batch.remaining
        client.driver.assumeIsolated { driver in
            driver.whenReady(within: limit) { outcome in
                self.assumeIsolated { group in
                    switch outcome {
                    case .success: group.attempt()
                    case .failure(let error): group.fail(error)
                    }
                }
            }
        }
    }

    private func attempt() {
        batch.tries += 1
        batch.fates = plan(batch.members)
        waiting.putBack(batch.members[batch.fates.count...])
        batch.members.removeLast(batch.members.count - batch.fates.count)
        let operations = operations(of: batch.fates)
        if operations.isEmpty { return conclude() }
        let limit = batch.remaining
        guard limit > .zero else {
            return fail(OVSDBError(.notSent, "the deadline came while others were committing, nothing was sent"))
        }
        client.driver.metrics.group(of: batch.members.count)
        client.driver.assumeIsolated { driver in
            driver.start(.transaction(operations), within: limit) { result in
                self.assumeIsolated { group in
                    switch result {
                    case .success: group.conclude()
                    case .failure(let error): group.recover(from: error)
                    }
                }
            }
        }
    }

    private func recover(from error: OVSDBError) {
        let members = batch.members
        switch error.code {
        case .waitFailed where batch.tries >= 3 && members.count > 1:
            // Another client was faster; not a member's fault, so the batch stays together at first. A smaller one is
            // planned and sent sooner and touches less: it wins more often.
            let half = (members.count + 1) / 2
            divide(into: [Array(members[..<half]), Array(members[half...])])
        case .waitFailed where batch.tries < maximumTries: pause()
        case .rejected where members.count > 1: divide(into: members.map { [$0] })
        // Perhaps the replica was behind; then planning again reports the reason.
        case .rejected where batch.tries == 1 && maximumTries > 1: run()
        default: fail(error)
        }
    }

    private func divide(into members: [[Member]]) {
        parts += members.reversed().map(Batch.init)
        end()
    }

    /// A random pause of up to a few milliseconds, longer with every lost race, so that competing clients
    /// desynchronize.
    private func pause() {
        guard batch.tries > 1 else { return run() }
        let delay = TimeAmount.microseconds(.random(in: 0...Int64(min(batch.tries, 10) * 500)))
        client.driver.loop.scheduleTask(in: delay) { self.assumeIsolated { $0.run() } }
    }

    // MARK: - Planning and outcomes

    /// Plans the members in order, each on the predicted result of those before it, as far as they fit into one
    /// transaction.
    private func plan(_ members: [Member]) -> [Member.Fate] {
        let committed = client.replica
        var replica = committed
        var foreseen: [Operation] = []
        var size = 0
        var fates: [Member.Fate] = []
        for (index, member) in members.enumerated() {
            do {
                let plan = try member.plan(replica, committed)
                if size > 0, size + plan.operations.count > maximumOperations { break }
                size += plan.operations.count
                if index + 1 < members.count, !plan.operations.isEmpty {
                    do {
                        if let foreseen = plan.foreseen {
                            replica = try foreseen()
                        } else {
                            try replica.apply(plan.operations)
                        }
                    } catch {
                        // What cannot be predicted is sent alone.
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

    /// One transaction for all; equal `wait`s are sent once.
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

    private func conclude() {
        let replica = client.replica
        for (member, fate) in zip(batch.members, batch.fates) {
            switch fate {
            case .planned(let plan): plan.succeed(replica)
            case .failed(let error): member.fail(error)
            case .postponed: parts.append(Batch([member]))
            }
        }
        end()
    }

    private func fail(_ error: any Error) {
        for member in batch.members { member.fail(error) }
        end()
    }
}
