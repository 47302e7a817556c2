import Deadlines
public import JSONCoding
public import Logging
internal import NIOCore
internal import NIOPosix
public import OVSDB

/// A client of one database: replica, transactions and their deadlines.
///
/// `run()` connects and stays connected; everything else may be called from anywhere, before it and while it runs. What
/// needs a connection waits for one, at most as long as its own deadline.
public final class OVSDBClient: Sendable {
    /// As given at the start.
    public let configuration: OVSDBConfiguration
    let driver: SessionDriver
    private let logger: Logger

    /// Connects nowhere yet: that is ``run()``'s.
    public init(configuration: OVSDBConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        driver = SessionDriver(
            configuration, logger: logger,
            loop: configuration.eventLoop ?? MultiThreadedEventLoopGroup.singleton.next())
    }

    /// Connects and stays connected until the task is cancelled; may be called once.
    ///
    /// The remotes are tried in turn, from one chosen at random; when all have failed, after a growing, partly random
    /// pause, so that the clients of a restarted server do not all reconnect at once.
    public func run() async throws {
        guard !configuration.remotes.isEmpty else {
            throw OVSDBError(.invalidConfiguration, "no remote of \(configuration.database) is configured")
        }
        var failures = 0
        var next = Int.random(in: configuration.remotes.indices)
        while !Task.isCancelled {
            let remote = configuration.remotes[next]
            let (reason, wasSynchronized) = await driver.serve(remote)
            if Task.isCancelled { break }
            logger.log(
                level: wasSynchronized ? .warning : .debug, "database not connected",
                metadata: [
                    "database": "\(configuration.database)", "remote": "\(remote)", "cause": "\(reason.message)",
                ])
            next = (next + 1) % configuration.remotes.count
            failures = wasSynchronized ? 0 : failures + 1
            if wasSynchronized || failures % configuration.remotes.count == 0 {
                let round = min(failures / configuration.remotes.count, 16)
                let pause = min(configuration.backoff.upperBound, configuration.backoff.lowerBound * (1 << round))
                do { try await Task.sleep(for: pause * Double.random(in: 0.5...1)) } catch { break }
            }
        }
        await driver.shutDown()
    }

    /// The newest state of the replicated tables.
    public var replica: Replica { driver.published.replica }

    /// The current state of the connection.
    public var state: ConnectionState { driver.published.state }

    /// Returns once the replica is complete and kept up to date; throws `unreachable` naming the remotes and the last
    /// cause.
    public func ready(within limit: Duration) async throws {
        try await driver.wait(within: limit) { _ in () as Void? }
    }

    /// Everything committed before this call is in `replica` afterwards: an empty transaction makes a round trip, and
    /// the server sends changes before its reply. Throws `unreachable` if that does not succeed in time, reconnects
    /// included.
    public func barrier(within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            do {
                _ = try await driver.call(.transaction([]), within: deadline - .now)
                return
            } catch let error as OVSDBError where error.isUnknownOutcome {
                guard ContinuousClock.now < deadline, !Task.isCancelled else {
                    throw OVSDBError(.unreachable, "\(configuration.database) did not answer \(limit.asLimit)")
                }
            }
        }
    }

    /// Commits `operations` as one transaction; when it returns, `replica` has its effects.
    ///
    /// Throws `rejected`, `waitFailed`, `notStored` or `notSent` (nothing changed), or `unknownOutcome`.
    @discardableResult
    public func transact(_ operations: [Operation], within limit: Duration) async throws -> [OperationResult] {
        let reply = try await driver.call(.transaction(operations), within: limit)
        guard case .transaction(let results) = reply else { return [] }
        return results
    }

    /// Makes any other request; returns the reply's result.
    @discardableResult
    public func request(_ request: Request, within limit: Duration) async throws -> JSON {
        let reply = try await driver.call(.request(request), within: limit)
        guard case .value(let value) = reply else { return .null }
        return value
    }

    /// Names of the locks that this client owns now (RFC 7047 §4.1.8). They are lost with the connection.
    public var ownedLocks: Set<String> { driver.published.locks }

    /// Returns `condition`'s first non-nil result, evaluating it after each change; throws `timedOut`, or `unreachable`
    /// if there is no connection by then.
    ///
    /// `condition` runs on the client's event loop and should be quick.
    public func wait<T: Sendable>(
        within limit: Duration, until condition: @escaping @Sendable (Replica) -> T?
    ) async throws -> T {
        try await driver.wait(within: limit, until: condition)
    }

    /// Every change from now on. A reader that is more than `limit` batches behind gets `.resync` instead.
    public func changes(buffering limit: Int = 256) -> Changes { driver.published.subscribe(limit: limit) }

    /// Calls `body` on the client's event loop after each change, which the replica has by then, for as long as the
    /// answer is held. It must be quick: nothing else of the client goes on meanwhile.
    ///
    /// A cheaper ``changes(buffering:)`` for a reader that only notes what to look at again: no task, and nothing kept.
    public func observe(_ body: @escaping Observation.Body) -> Observation { driver.published.observe(body) }
}
