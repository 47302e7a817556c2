package import HostNetwork

/// What only tests change.
package struct TestHooks: Sendable {
    /// The network namespace that Open vSwitch works in; `nil` is the process's own.
    package var namespace: NetworkNamespace?
    /// The network namespace whose packets are filtered; `nil` is that of Open vSwitch.
    package var filteredNamespace: NetworkNamespace?
    /// Where nft(8) is.
    package var nft = "nft"
    /// Base URL of the networking API instead of the central point's.
    package var api: String?
    /// Called when a step of making a network container is done; what it throws fails the command there.
    package var afterStep: @Sendable (CreationStep) throws -> Void = { _ in }

    /// Called when this machine's port carries a new endpoint; what it throws fails the command there.
    package var afterCarrying: @Sendable () throws -> Void = {}
    /// Called when the database knows nothing of this host's part any more; what it throws fails the command there.
    package var afterLeaving: @Sendable () throws -> Void = {}
    /// Called when a step of joining is done; what it throws fails the command there.
    package var afterJoinStep: @Sendable (JoinStep) throws -> Void = { _ in }
    /// Called when a step of leaving is done; what it throws fails the command there.
    package var afterLeaveStep: @Sendable (LeaveStep) throws -> Void = { _ in }
    /// Runs programs such as systemctl(1) within a time instead of running them; returns why one failed.
    package var programs: (@Sendable (_ words: [String], _ limit: Duration) -> String?)?
    /// Whether systemd runs; `nil` is what is so.
    package var hasSystemd: Bool?
    /// Where Open vSwitch's start script keeps the system id; `nil` is where it does.
    package var systemIDFile: String?
    /// Between an audit's two looks; `nil` is what an audit takes.
    package var settlingTime: Duration?
    /// Works as with a network service that has no trunks.
    package var ignoresTrunks = false

    package init() {}
}

/// What making a network container consists of, in order.
package enum CreationStep: String, Hashable, Sendable, CaseIterable {
    case image, create, start, claim, attach, installed
}

/// What joining consists of, in order.
package enum JoinStep: String, Hashable, Sendable, CaseIterable {
    case key, authority, answer, certificate, bridge, settings, firewall, daemons
}

/// What leaving a central that this host has joined consists of, in order.
package enum LeaveStep: String, Hashable, Sendable, CaseIterable {
    case daemons, central, endpoints, settings, firewall, certificate
}
