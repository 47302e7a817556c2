public import OVSDB

/// A client's connection to its database; for readiness and `status`.
public enum ConnectionState: Sendable {
    /// Not connected; the cause, if known.
    case disconnected(OVSDBError?)
    case connecting(Remote)
    /// Connected; the first copy is on its way.
    case synchronizing(Remote)
    /// The replica is complete and kept up to date.
    case ready(Remote)

    /// Whether the replica is complete and kept up to date.
    public var isReady: Bool {
        if case .ready = self { true } else { false }
    }
}
