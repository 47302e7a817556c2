public import NIOCore
public import OVSDB

/// How a client reaches one database and what it replicates.
public struct OVSDBConfiguration: Sendable {
    /// Files in PEM for `ssl:` remotes. OVN authenticates both ends.
    public struct TLS: Sendable {
        /// The client's private key.
        public var privateKeyFile: String
        /// The client's certificate, with intermediates.
        public var certificateFile: String
        /// The CA certificates that the server's certificate is verified with.
        public var authorityFile: String

        /// Paths; the files are read when a connection is made.
        public init(privateKeyFile: String, certificateFile: String, authorityFile: String) {
            self.privateKeyFile = privateKeyFile
            self.certificateFile = certificateFile
            self.authorityFile = authorityFile
        }
    }

    /// The servers of the database; tried in turn.
    public var remotes: [Remote]
    /// Required for `ssl:` remotes.
    public var tls: TLS?
    /// The database's name, `OVN_Northbound`.
    public var database: String
    /// What is replicated.
    public var tables: [MonitoredTable]
    /// Whether to connect to the leader of a clustered database only; a standalone one is its own leader. Writes are
    /// faster there, and reads are never older than what another client of the leader has seen.
    public var leaderOnly = true
    /// How long the server may be silent before it is probed (`echo`), and again before the connection is closed.
    public var inactivityProbe: Duration = .seconds(5)
    /// For one remote: connecting, handshake and the first copy of small databases start within this.
    public var connectTimeout: Duration = .seconds(5)
    /// The pause before all remotes are tried again: doubled each time, and randomly shortened by up to half.
    public var backoff: ClosedRange<Duration> = .milliseconds(100)...(.seconds(8))
    /// Lets a server be silent for a minute, for one that is known to run or is not urgent. While it copies a large
    /// database to ovn-northd it answers no other client, and a socket on this machine reports by itself that the
    /// server is gone.
    public mutating func waitForBusyServer() {
        inactivityProbe = .seconds(30)
        connectTimeout = .seconds(60)
    }

    /// Longest message accepted from the server, in bytes.
    public var maximumMessageSize = 1 << 30
    /// The loop on which the client works; nil: one of NIO's shared ones.
    public var eventLoop: (any EventLoop)?

    /// All other settings have their defaults.
    public init(remotes: [Remote], database: String, tables: [MonitoredTable], tls: TLS? = nil) {
        self.remotes = remotes
        self.database = database
        self.tables = tables
        self.tls = tls
    }
}
