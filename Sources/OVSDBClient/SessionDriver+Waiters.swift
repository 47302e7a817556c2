import Deadlines
internal import NIOCore
internal import OVSDB

/// A caller waiting for a condition on the replica.
struct Waiter {
    /// Resumes the continuation and returns true once the condition holds.
    let check: (Replica) -> Bool
    let fail: (OVSDBError) -> Void
    let timer: Scheduled<Void>
}

extension SessionDriver {
    /// Returns `condition`'s first non-nil result on a replica that is complete and kept up to date.
    func wait<T: Sendable>(
        within limit: Duration, until condition: @escaping @Sendable (Replica) -> T?
    ) async throws -> T {
        let number = number()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
                wait(number, within: limit, until: condition) { outcome in
                    continuation.resume(with: outcome.mapError { $0 as any Error })
                }
                if Task.isCancelled { failWaiter(number, OVSDBError(.timedOut, "the wait was cancelled")) }
            }
        } onCancel: {
            loop.execute {
                self.assumeIsolated { $0.failWaiter(number, OVSDBError(.timedOut, "the wait was cancelled")) }
            }
        }
    }

    /// The same without a task; `completion` is called on the loop.
    func whenReady(within limit: Duration, completion: @escaping @Sendable (Result<Void, OVSDBError>) -> Void) {
        wait(number(), within: limit, until: { _ in () as Void? }, completion: completion)
    }

    private func wait<T: Sendable>(
        _ number: UInt64, within limit: Duration, until condition: @escaping (Replica) -> T?,
        completion: @escaping @Sendable (Result<T, OVSDBError>) -> Void
    ) {
        if let refusal { return completion(.failure(refusal)) }
        if published.state.isReady, let value = condition(published.replica) { return completion(.success(value)) }
        let timer = loop.scheduleTask(in: limit.timeAmount) {
            self.assumeIsolated { $0.expireWaiter(number, limit) }
        }
        waiters[number] = Waiter(
            check: { replica in
                guard let value = condition(replica) else { return false }
                completion(.success(value))
                return true
            }, fail: { completion(.failure($0)) }, timer: timer)
    }

    func askWaiters() {
        guard !waiters.isEmpty else { return }
        let replica = published.replica
        for (number, waiter) in waiters where waiter.check(replica) {
            waiter.timer.cancel()
            waiters[number] = nil
        }
    }

    func failWaiter(_ number: UInt64, _ error: OVSDBError) {
        guard let waiter = waiters.removeValue(forKey: number) else { return }
        waiter.timer.cancel()
        waiter.fail(error)
    }

    private func expireWaiter(_ number: UInt64, _ limit: Duration) {
        let error =
            published.state.isReady
            ? OVSDBError(.timedOut, "the awaited change in \(place) did not happen \(limit.asLimit)")
            : OVSDBError(.unreachable, unreachable(limit))
        failWaiter(number, error)
    }
}
