/// Why a call to the Docker Engine did not do what was asked.
package struct DockerError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; the list may grow.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        /// Nobody listens, or the socket may not be opened. Nothing changed.
        package static let unreachable = Code(description: "unreachable")
        /// The deadline passed while a question was open. Nothing changed.
        package static let timedOut = Code(description: "timed out")
        /// The connection was lost, or the deadline passed, after a change had been asked for: it may have happened.
        package static let unknownOutcome = Code(description: "unknown outcome")
        /// No such container or image (404).
        package static let notFound = Code(description: "not found")
        /// The name is taken, or the object's state forbids it (409).
        package static let conflict = Code(description: "conflict")
        /// Any other refusal.
        package static let refused = Code(description: "refused")
        /// What was answered is not what the Engine API describes.
        package static let badReply = Code(description: "bad reply")
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
