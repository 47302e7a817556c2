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
