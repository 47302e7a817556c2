/// Where a container's network lives: the network namespace that an endpoint is plugged into.
package struct Sandbox: Hashable, Sendable {
    /// How the namespace is found.
    package enum Location: Hashable, Sendable {
        /// The namespace of a process, `/proc/PID/ns/net`. The process is pinned while the namespace is opened, so that a
        /// process id that is given out again in between is refused, and so is a process in this host's own namespace.
        case process(Int32)
        /// A file that the namespace is bound to, `/run/netns/NAME` or Docker's `SandboxKey`.
        case path(String)
    }

    /// The container's id, as the Engine prints it in full. It becomes the Interface row's `vm-id`.
    package let containerID: String
    package let location: Location

    package init(containerID: String, location: Location) {
        self.containerID = containerID
        self.location = location
    }
}
