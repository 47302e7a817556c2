package import HostAttachment
package import NeutronAPI

/// What is out of order with the engine's endpoints and networks of this host, each with what puts it right.
///
/// Only what is ours is in it. Each may also be something that is just being made or taken away: an audit therefore acts on what it
/// sees again when the work that was going on is done.
package enum DockerChange: Hashable, Sendable {
    /// An Interface row whose container is gone, or whose port is.
    case detach(portID: String, DetachReason)
    /// A port of this host that no endpoint has.
    case release(ID<Port>, isSticky: Bool)
    /// One of our veths, without a row.
    case removeVeth(OrphanVeth)
    /// A network that the engine does not know any more, by libnetwork's id.
    case forget(network: String)
    /// A network that we made, which is no longer used.
    case removeNetwork(ID<Network>)

    /// Whether it undoes what the engine may be about to finish: only when it is at work on no container is that out of order.
    package var mayBeUnderway: Bool {
        switch self {
        case .release, .detach(_, .neverMoved): true
        // Told by the kernel or the engine, kept by a lock, or made again by a call that goes on.
        case .detach, .removeVeth, .forget, .removeNetwork: false
        }
    }
}

/// Why an Interface row is not needed.
package enum DetachReason: String, Hashable, Sendable {
    case ended = "its container has ended"
    case neverMoved = "no container took it"
    case portGone = "its container has ended and its port was deleted"
    case elsewhere = "its container has ended and its port is on another host"
}
