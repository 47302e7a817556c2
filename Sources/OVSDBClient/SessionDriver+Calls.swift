import Deadlines
import JSONCoding
internal import NIOCore
internal import OVSDB

/// A call awaiting its answer.
struct PendingCall {
    enum Work {
        case transaction([Operation])
        case request(Request)
    }

    let work: Work
    let limit: Duration
    /// False while it waits for a connection.
    var isSent = false
    let timer: Scheduled<Void>
    let completion: @Sendable (Result<Session.Reply, OVSDBError>) -> Void
}

extension SessionDriver {
    /// Makes a call as soon as there is a connection; fails with a known or unknown outcome after `limit`, or when the
    /// task is cancelled.
    func call(_ work: PendingCall.Work, within limit: Duration) async throws -> Session.Reply {
        let number = number()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                start(work, number, within: limit) { continuation.resume(with: $0.mapError { $0 as any Error }) }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.abandon(number) } }
        }
    }

    /// The same without a task; `completion` is called on the loop.
    func start(
        _ work: PendingCall.Work, within limit: Duration,
        completion: @escaping @Sendable (Result<Session.Reply, OVSDBError>) -> Void
    ) {
        start(work, number(), within: limit, completion: completion)
    }

    private func start(
        _ work: PendingCall.Work, _ number: Session.Call, within limit: Duration,
        completion: @escaping @Sendable (Result<Session.Reply, OVSDBError>) -> Void
    ) {
        if let refusal { return completion(.failure(refusal)) }
        let timer = loop.scheduleTask(in: limit.timeAmount) { self.assumeIsolated { $0.expire(number) } }
        calls[number] = PendingCall(work: work, limit: limit, timer: timer, completion: completion)
        if session?.isSynchronized == true { send(number) }
    }

    private func send(_ number: Session.Call) {
        guard let work = calls[number]?.work else { return }
        calls[number]?.isSent = true
        let actions =
            switch work {
            case .transaction(let operations): session?.transact(operations, call: number)
            case .request(let request): session?.send(request, call: number)
            }
        if let actions { perform(actions) }
    }

    /// Sends calls that waited for a connection, in their order.
    func sendParked() {
        for number in calls.keys.sorted() where calls[number]?.isSent == false { send(number) }
    }

    func finish(_ number: Session.Call, _ result: Result<Session.Reply, OVSDBError>) {
        guard let call = calls.removeValue(forKey: number) else { return }
        call.timer.cancel()
        if case .transaction = call.work { metrics.transaction(result) }
        if case .request(.lock(let name)) = call.work, case .success(.value(let reply)) = result {
            published.setLock(name, isOwned: reply["locked"]?.boolean == true)
        }
        if case .request(.steal(let name)) = call.work, case .success = result {
            published.setLock(name, isOwned: true)
        }
        if case .request(.unlock(let name)) = call.work, case .success = result {
            published.setLock(name, isOwned: false)
        }
        call.completion(result)
    }

    private func expire(_ number: Session.Call) {
        guard let call = calls[number] else { return }
        guard call.isSent else {
            return finish(number, .failure(OVSDBError(.notSent, unreachable(call.limit))))
        }
        finish(number, .failure(interruption(call, "no answer from \(place) \(call.limit.asLimit)", number)))
    }

    private func abandon(_ number: Session.Call) {
        guard let call = calls[number] else { return }
        guard call.isSent else {
            return finish(number, .failure(OVSDBError(.notSent, "cancelled before it was sent to \(place)")))
        }
        finish(number, .failure(interruption(call, "cancelled while \(place) was working on it", number)))
    }

    /// The error of an abandoned call that was sent; a transaction blocked on the server is cancelled.
    private func interruption(_ call: PendingCall, _ reason: String, _ number: Session.Call) -> OVSDBError {
        guard case .transaction = call.work else { return OVSDBError(.timedOut, reason) }
        if let actions = session?.cancel(number) { perform(actions) }
        return OVSDBError(.unknownOutcome, "\(reason), the transaction may have been committed")
    }
}
