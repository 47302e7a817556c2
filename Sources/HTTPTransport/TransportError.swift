/// Why an exchange failed.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// There was no connection, so the request cannot have arrived.
        case unreachable
        /// The server's certificate is not trusted, or cannot be verified; the request was not sent.
        case untrusted
        /// The server does not accept this machine's certificate; the request was not carried out.
        case unwelcome
        /// The URL is invalid, or a file that is needed is unusable; nothing was sent.
        case misconfigured
        /// The connection was lost, or the deadline passed, after the request may have been sent.
        case lost
    }

    package let kind: Kind
    /// Lower case, no full stop; names the failure, not the server. Never what was sent.
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    package var description: String { reason }
}
