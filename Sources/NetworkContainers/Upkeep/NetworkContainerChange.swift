package import NeutronAPI

/// What puts something right that is out of order with a network container of this host.
package enum NetworkContainerChange: Hashable, Sendable {
    /// Takes away what is left here of an endpoint.
    case detach(portID: String)
    /// The same of a container that was removed: first its port is freed, where that still names the container.
    case abandon(portID: String, container: String)
    /// Says in a port that no container has it any more. Nothing here shows that one of this host ever had it: that is an operator's to
    /// say.
    case release(ID<Port>)
    /// Gives a container that runs its endpoints back.
    case reconnect(container: String)
    /// Removes a container that has lost all its endpoints.
    case remove(container: String)
    /// Takes a container to the namespace of the network container whose old one it is in, which only a restart does: its user's to do.
    case restart(container: String)

    /// Whether it is done to what is ours.
    package var isOurs: Bool {
        if case .restart = self { return false }
        return true
    }

    /// Whether it is done without being asked for.
    package var isAutomatic: Bool {
        if case .release = self { return false }
        return isOurs
    }
}

/// Something out of order on this host, and what puts it right.
package struct HostFinding: Hashable, Sendable {
    /// A word or two, stable.
    package let problem: String
    /// Empty where it is about no endpoint.
    package let portID: String
    /// The container's name or id; empty where it is about none.
    package let container: String
    /// A sentence.
    package let detail: String
    /// Nil where nothing on this host puts it right.
    package let change: NetworkContainerChange?

    package init(
        _ problem: String, portID: String = "", container: String = "", _ detail: String,
        change: NetworkContainerChange? = nil
    ) {
        self.problem = problem
        self.portID = portID
        self.container = container
        self.detail = detail
        self.change = change
    }
}
