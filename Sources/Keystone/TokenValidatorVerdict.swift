package import Deadlines
package import HTTPServing
import JSONCoding

/// Tells what a token is worth.
package protocol TokenValidation: Sendable {
    /// Asks at most Keystone, within a deadline of its own. `token` is any text that `client` sent.
    func validate(_ token: String, from client: SourceAddress?) async -> TokenVerdict
}

/// What came of validating a token.
package enum TokenVerdict: Hashable, Sendable {
    case valid(ValidToken)
    /// Keystone knows it not, or no more. The reason is for the log.
    case rejected(String)
    /// It could not be found out. The cause names Keystone's address, and no secret.
    case unavailable(String)
    /// Nor was it asked for: too much of the same client's is being asked for already. The limit is in the sentence.
    case crowded(String)
}

/// Whom a token speaks for.
package struct ValidToken: Hashable, Sendable {
    package var userID: String
    /// Nil for a token that is for a domain, for the system or for nothing.
    package var projectID: String?
    /// Names, as Keystone has them.
    package var roles: [String]
    package var expiresAt: Timestamp

    package init(userID: String, projectID: String?, roles: [String], expiresAt: Timestamp) {
        self.userID = userID
        self.projectID = projectID
        self.roles = roles
        self.expiresAt = expiresAt
    }
}

extension ValidToken {
    /// Reads the body of `GET /v3/auth/tokens`; nil where it is no such body.
    init?(_ body: JSON) {
        guard let token = body.object?["token"]?.object, let user = token["user"]?.object?["id"]?.string,
            let expires = token["expires_at"]?.string, let expiresAt = Timestamp(expires.prefix(19))
        else { return nil }
        self.init(
            userID: user, projectID: token["project"]?.object?["id"]?.string,
            roles: (token["roles"]?.array ?? []).compactMap { $0.object?["name"]?.string }, expiresAt: expiresAt)
    }
}
