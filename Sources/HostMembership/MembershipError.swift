package import HostSetup

/// Why central did not do what this host asked of it as a member, or as one that wants to be.
package struct MembershipError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// It cannot be reached, or did not answer.
        case unreachable
        /// One end does not trust the other.
        case untrusted
        /// It knows no such host: it was removed, or has left.
        case unknownHost
        /// It refuses, for the reason it says.
        case refused
    }

    package let kind: Kind
    /// A sentence for the user: lower case, no full stop.
    package let description: String

    init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }
}

extension HostError {
    package init(_ error: MembershipError) {
        self.init(error.kind == .unreachable ? .unreachable : .refused, error.description)
    }
}
