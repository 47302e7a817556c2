package import Deadlines

/// A token of Keystone, and its attributes.
package struct Token: Hashable, Sendable {
    /// An id and its name.
    package struct Named: Hashable, Sendable {
        package let id: String
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// The `X-Auth-Token`.
    package let secret: Secret
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp
    package let user: Named
    /// Empty in Identity v2.0, which has no domains.
    package let userDomain: Named
    /// The project it is for; nil for an unscoped token or another scope.
    package let project: Named?
    package let projectDomain: Named?
    /// Names of the roles that the user has there, `member`.
    package let roles: [String]
    package let isAdminProject: Bool
    /// Whether it is for the system as a whole.
    package let isSystemScoped: Bool
    package let catalogue: Catalogue

    /// Its validity at its issue, by Keystone's clock alone: ours may be wrong.
    package var lifetime: Duration { .seconds(max(0, expiresAt.seconds - issuedAt.seconds)) }
}
