/// Why an endpoint could not be attached, detached or found working.
package struct AttachmentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; more may come.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        /// The endpoint, the bridge or the sandbox is not as it must be; nothing changed.
        package static let refused = Code(description: "refused")
        /// The port is attached to another live container of this host; nothing changed.
        package static let inUse = Code(description: "in use")
        /// The kernel refused a change; what had been done was undone.
        package static let network = Code(description: "network")
        /// The Open vSwitch database refused a change; what had been done was undone.
        package static let database = Code(description: "database")
        /// The Open vSwitch database cannot be reached; nothing changed.
        package static let unreachable = Code(description: "unreachable")
        /// The caller was cancelled; what had been done was undone.
        package static let cancelled = Code(description: "cancelled")
        /// The connection was lost or the deadline came while a change was under way. Repeating the call is safe and settles it.
        package static let unknown = Code(description: "unknown")
        /// The endpoint is plugged, but ovn-controller has not installed its flows by the deadline.
        package static let notInstalled = Code(description: "not installed")
    }

    package let code: Code
    /// One sentence: the object, what was wrong and what to do.
    package let message: String
    /// What the layer below said, where there is something to add.
    package let cause: String?

    package init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { cause.map { "\(message): \($0)" } ?? message }
}
