/// Everything that `OVSDB` and `OVSDBClient` throw.
///
/// `message` reads `constraint violation in operation 2: …`: lower case, the object, the limit, what to do. It never holds a secret.
public struct OVSDBError: Error, Hashable, Sendable {
    /// What kind of failure; open, so that a new kind is no source break.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// In words, `wait failed`.
        public let description: String
        private init(_ name: String) { description = name }

        /// The bytes from the peer are not JSON, or not the OVSDB protocol.
        public static let malformed = Code("malformed")
        /// The peer answered a request with an error of its own.
        public static let remote = Code("remote")
        /// The server refused the transaction: nothing changed.
        public static let rejected = Code("rejected")
        /// A `wait` of the transaction did not hold: nothing changed, somebody else was faster.
        public static let waitFailed = Code("wait failed")
        /// The transaction never left: nothing changed.
        public static let notSent = Code("not sent")
        /// The server could not write the transaction to its disk: nothing changed. Space may come back.
        public static let notStored = Code("not stored")
        /// The connection was lost, or the deadline came, while the transaction was in flight: it may or may not have happened.
        public static let unknownOutcome = Code("unknown outcome")
        /// No server could be reached in time.
        public static let unreachable = Code("unreachable")
        /// A deadline came while waiting for something that changes nothing.
        public static let timedOut = Code("timed out")
        /// The server has no such database, table or column, or one of another type.
        public static let schemaMismatch = Code("schema mismatch")
        /// A configuration value is unusable.
        public static let invalidConfiguration = Code("invalid configuration")
        /// The client was shut down.
        public static let closed = Code("closed")
        /// An operation that the replica cannot apply.
        public static let unsupported = Code("unsupported")
    }

    /// What kind of failure.
    public var code: Code
    /// For people: what failed, and what to do.
    public var message: String
    /// Index of the operation that the server refused, in the order in which the operations were given.
    public var operation: Int?
    /// RFC 7047's or ovsdb-server's `error` member: `constraint violation`, `timed out`, `not owner` ….
    public var serverError: String?

    /// The message is given in full; nothing is added to it.
    public init(_ code: Code, _ message: String, operation: Int? = nil, serverError: String? = nil) {
        self.code = code
        self.message = message
        self.operation = operation
        self.serverError = serverError
    }

    /// The change may or may not have been made; repeating it must be safe.
    public var isUnknownOutcome: Bool { code == .unknownOutcome }

    /// The servers could not be reached; nothing was changed.
    public var isUnreachable: Bool { code == .unreachable || code == .notSent }
}

extension OVSDBError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
