/// Why a key, a certificate or a token of ours cannot be read or made: a sentence for the user, with the name of its object.
package struct CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
