/// Why there is no token, or no endpoint. Nothing changed anywhere.
package struct KeystoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; the list may grow.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        /// A setting is missing or invalid. Nothing was sent.
        package static let misconfigured = Code(description: "misconfigured")
        /// Keystone refused: wrong user, password, project or token.
        package static let refused = Code(description: "refused")
        /// Keystone cannot be reached, does not answer in time, or fails (5xx).
        package static let unreachable = Code(description: "unreachable")
        /// The server's certificate is not trusted.
        package static let untrusted = Code(description: "untrusted")
        /// The catalogue has no such endpoint.
        package static let noEndpoint = Code(description: "no endpoint")
        /// Something answered that is not the Identity API.
        package static let badReply = Code(description: "bad reply")
    }

    package let code: Code
    /// One sentence: lower case, no full stop, names the object; never a secret.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
