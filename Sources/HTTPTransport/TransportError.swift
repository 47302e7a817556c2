/// Why an exchange brought no answer.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// There was no connection, so the request cannot have arrived.
        case unreachable
        /// The server's certificate is not trusted, or cannot be judged; the request was not sent.
        case untrusted
        /// The URL is none, or a file that is needed cannot be used; nothing was sent.
        case misconfigured
        /// The connection was lost, or the deadline passed, after the request may have been sent.
        case lost
    }

    package let kind: Kind
    /// Lower case, no full stop; names what went wrong, not with whom. Never what was sent.
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    package var description: String { reason }
}
