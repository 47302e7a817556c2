/// Why there is no token, or no endpoint. Nothing changed anywhere.
package struct KeystoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; the list may grow.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        /// Something that is needed is not given, or what is given makes no sense. Nothing was asked.
        package static let misconfigured = Code(description: "misconfigured")
        /// Keystone answered and said no: a wrong user, password, project, token.
        package static let refused = Code(description: "refused")
        /// Keystone cannot be reached, does not answer in time, or is not able to work (5xx).
        package static let unreachable = Code(description: "unreachable")
        /// Who answers has no certificate that is trusted.
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
