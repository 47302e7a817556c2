public import OVSDB

/// Where a client stands with its database; for readiness and `status`.
public enum ConnectionState: Sendable {
    /// Nothing is connected; the cause, once there is one.
    case disconnected(OVSDBError?)
    case connecting(Remote)
    /// Connected; the first copy is on its way.
    case synchronizing(Remote)
    /// The replica is complete and kept.
    case ready(Remote)

    /// Whether the replica is complete and kept.
    public var isReady: Bool {
        if case .ready = self { true } else { false }
    }
}
