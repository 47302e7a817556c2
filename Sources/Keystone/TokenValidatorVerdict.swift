package import Deadlines
package import HTTPServing
import JSONCoding

/// Validates tokens.
package protocol TokenValidation: Sendable {
    /// Has a deadline of its own. `token` is any text that `client` sent.
    func validate(_ token: String, from client: SourceAddress?) async -> TokenVerdict
}

/// The result of a validation.
package enum TokenVerdict: Hashable, Sendable {
    case valid(ValidToken)
    /// Keystone does not know it. The reason is for the log.
    case rejected(String)
    /// Keystone could not be asked. The cause names Keystone's address, and no secret.
    case unavailable(String)
    /// Not validated: the client has too many pending validations. The sentence has the limit.
    case crowded(String)
}

/// The user, project and roles of a token.
package struct ValidToken: Hashable, Sendable {
    package var userID: String
    /// Nil for a token of a domain, of the system, or unscoped.
    package var projectID: String?
    /// By name.
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
    /// Reads the body of `GET /v3/auth/tokens`; nil where it is malformed.
    init?(_ body: JSON) {
        guard let token = body.object?["token"]?.object, let user = token["user"]?.object?["id"]?.string,
            let expires = token["expires_at"]?.string, let expiresAt = Timestamp(expires.prefix(19))
        else { return nil }
        self.init(
            userID: user, projectID: token["project"]?.object?["id"]?.string,
            roles: (token["roles"]?.array ?? []).compactMap { $0.object?["name"]?.string }, expiresAt: expiresAt)
    }
}
