package import NeutronAPI

/// Why a call to the Networking API failed.
package struct NeutronClientError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; the list may grow.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        /// The API refused the request. Nothing changed.
        package static let refused = Code(description: "refused")
        /// Nothing has the name or id that was given. Nothing changed.
        package static let notFound = Code(description: "not found")
        /// The API cannot be reached, does not answer in time, or fails (5xx). Nothing changed.
        package static let unreachable = Code(description: "unreachable")
        /// The connection was lost, or the deadline passed, after a change had been sent: it may have happened.
        package static let unknownOutcome = Code(description: "unknown outcome")
        /// Something answered that is not the Networking API.
        package static let badReply = Code(description: "bad reply")
    }

    package let code: Code
    /// One sentence: lower case, no full stop, names the object. Neutron's own message is kept as it is.
    package let message: String
    /// The API's own error, where it was the API that refused.
    package let cause: NeutronError?

    package init(_ code: Code, _ message: String, cause: NeutronError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the resource does not exist.
    package var isNotFound: Bool { code == .notFound || cause?.status == 404 }

    package var description: String { message }
}
