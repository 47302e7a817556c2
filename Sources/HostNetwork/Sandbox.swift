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

extension Sandbox.Location: LosslessStringConvertible {
    /// Nil unless `text` is `process:PID` or `path:PATH`.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "process":
            guard let number = Int32(parts[1]), number > 0 else { return nil }
            self = .process(number)
        case "path": self = .path(String(parts[1]))
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .process(let number): "process:\(number)"
        case .path(let path): "path:\(path)"
        }
    }
}
