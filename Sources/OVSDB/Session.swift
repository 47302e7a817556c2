public import JSONCoding

/// One connection's conversation with an ovsdb-server as a state machine: bytes and requests in, actions out. It has no socket, no clock
/// and no task.
///
/// Order of things: `start` → the handshake (`_Server`, schema, monitor) → `.synchronized` → updates and replies. `.close` ends it.
public struct Session {
    /// What to talk about.
    public struct Settings: Sendable {
        /// The database's name, `OVN_Northbound`.
        public var database: String
        /// Whether a server that is not the leader of its cluster is refused.
        public var leaderOnly: Bool
        /// In bytes; a longer message closes the session.
        public var maximumMessageSize: Int

        /// The longest message is 1 GiB.
        public init(database: String, leaderOnly: Bool = true, maximumMessageSize: Int = 1 << 30) {
            self.database = database
            self.leaderOnly = leaderOnly
            self.maximumMessageSize = maximumMessageSize
        }
    }

    /// What outlives a connection.
    public struct Memory: Sendable {
        /// The copy of the tables.
        public var replica: Replica
        /// The last transaction that `replica` contains; zero where the server does not name them (a standalone database).
        var lastTransaction = RowID.zero
        /// A clustered server that is behind this has stale data.
        var minimumIndex = 0
        var isComplete = false
        /// Conditions that were changed after the start, by table.
        var conditions: [String: [Condition]?] = [:]

        /// Empty tables, so that the first copy is a whole one.
        public init(of tables: [MonitoredTable]) { replica = Replica(of: tables) }
    }

    /// The caller's name for a request.
    public typealias Call = UInt64

    /// What a request came to.
    public enum Reply: Sendable {
        case transaction([OperationResult])
        case value(JSON)
    }

    /// What the caller is to do, in the order given.
    public enum Action: Sendable {
        case send([UInt8])
        /// `memory.replica` has the changes; recorded only if asked for.
        case changed([Change])
        /// `memory.replica` was replaced or its differences are not known.
        case replaced
        /// The first copy is complete; transactions are welcome.
        case synchronized
        case finish(Call, Result<Reply, OVSDBError>)
        /// This client now owns the lock, or lost it to a thief.
        case lock(String, isOwned: Bool)
        /// Something an operator should know.
        case warn(String)
        /// The connection is of no use any more.
        case close(OVSDBError)
    }

    let settings: Settings
    /// To be given to the next session.
    public internal(set) var memory: Memory
    /// Whether `.changed` lists the changes.
    public var recordsChanges = false
    /// Updates applied as they are read are worth sharing their strings for as long as the connection lives.
    let strings = StringInterner()
    var framer: MessageFramer
    var pending: [UInt64: Pending] = [:]
    var nextID: UInt64 = 0
    var state = State.handshake(Handshake())
    var status = Replica(of: [MonitoredTable(DatabaseStatus.self)])

    /// How far the conversation has come.
    enum State {
        /// The server's status and the database's schema have been asked for.
        case handshake(Handshake)
        /// So have the tables; their first copy is on its way.
        case copying(Copying)
        /// The replica follows the database.
        case replicating
        case closed
    }

    /// What a request was for.
    enum Pending {
        case databaseChangeAware
        case serverMonitor
        case schema
        case monitor
        case probe
        case transaction(Call, [Operation])
        case request(Call, Request)
    }

    /// The part of the conversation before the monitor request.
    struct Handshake {
        var isStatusKnown = false
        var schema: DatabaseSchema?
    }

    /// The wait for the monitor request's reply.
    struct Copying {
        var method: MonitorMethod
        /// As they were asked for.
        let tables: [MonitoredTable]
        /// Updates that came before the reply.
        var heldBack: [[UInt8]] = []
    }

    /// How the tables are watched; a server that does not know one is asked for the next.
    enum MonitorMethod: Sendable {
        case conditionalSince
        case conditional
        case plain

        var format: UpdateFormat { self == .plain ? .rows : .differences }
    }

    /// Sends nothing yet: that is `start`'s.
    public init(_ settings: Settings, memory: Memory) {
        self.settings = settings
        self.memory = memory
        framer = MessageFramer(limit: settings.maximumMessageSize)
    }

    /// Whether the first copy is complete and transactions are welcome.
    public var isSynchronized: Bool { if case .replicating = state { true } else { false } }

    /// Whether the handshake is over and only the first copy is missing, which takes as long as it takes.
    public var isAwaitingCopy: Bool { if case .copying = state { true } else { false } }

    /// Whether `.close` has been returned: nothing is taken any more.
    public var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Ends the session for a reason; answers the fate of everything under way.
    public mutating func end(_ reason: OVSDBError) -> [Action] {
        guard !isClosed else { return [] }
        state = .closed
        var actions: [Action] = []
        for (_, request) in pending.sorted(by: { $0.key < $1.key }) {
            switch request {
            case .transaction(let call, _):
                let error = OVSDBError(
                    .unknownOutcome,
                    "connection lost while the transaction was in flight, it may have been committed: \(reason)")
                actions.append(.finish(call, .failure(error)))
            case .request(let call, _): actions.append(.finish(call, .failure(reason)))
            default: break
            }
        }
        pending = [:]
        actions.append(.close(reason))
        return actions
    }

    /// Takes what came from the server, cut anywhere.
    public mutating func receive(_ bytes: UnsafeRawBufferPointer) -> [Action] {
        guard !isClosed else { return [] }
        var actions: [Action] = []
        do {
            var framer = self.framer
            self.framer = MessageFramer(limit: 0)  // so that the bytes it keeps have one owner
            defer { self.framer = framer }
            try framer.receive(bytes) { message in
                if !isClosed { try receive(message: message, &actions) }
            }
        } catch let error as OVSDBError {
            actions += end(error)
        } catch let error as JSONSyntaxError {
            actions += end(OVSDBError(.malformed, "malformed json at byte \(error.offset): \(error.reason)"))
        } catch {
            actions += end(OVSDBError(.malformed, "\(error)"))
        }
        return actions
    }
}
