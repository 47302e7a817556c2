public import Logging
public import OVSDB

/// A client of one database: replica, transactions and their deadlines.
public final class OVSDBClient: Sendable {
    public let configuration: OVSDBConfiguration
    let logger: Logger

    public init(configuration: OVSDBConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Connects and stays connected until the task is cancelled.
    public func run() async throws {}

    /// The newest copy.
    public var replica: Replica { Replica(of: configuration.tables) }

    public var state: ConnectionState { .disconnected(nil) }

    /// Returns once the replica is complete and kept; throws `unreachable` naming the remotes and the last cause.
    public func ready(within limit: Duration) async throws {}

    /// Everything committed before this call is in `replica` afterwards.
    public func barrier(within limit: Duration) async throws {}

    /// Commits `operations` as one transaction; when it returns, `replica` has its effects.
    ///
    /// Throws `rejected` or `waitFailed` (nothing changed), `notSent` (nothing changed), or `unknownOutcome`.
    @discardableResult
    public func transact(_ operations: [Operation], within limit: Duration) async throws -> [OperationResult] { [] }

    /// Returns what `condition` answers as soon as it answers something, asking it after each change; throws `timedOut`.
    public func wait<T: Sendable>(
        within limit: Duration, until condition: @escaping @Sendable (Replica) -> T?
    ) async throws -> T {
        throw OVSDBError(.timedOut, "not there")
    }

    /// Every change from now on.
    public func changes(buffering limit: Int = 256) -> Changes { Changes() }
}
