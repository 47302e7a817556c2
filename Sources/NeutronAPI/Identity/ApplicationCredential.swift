package import Deadlines

/// A secret with which a program is its user in one project, with no more than the roles given to it.
package struct ApplicationCredential: Hashable, Sendable {
    package var id: ID<ApplicationCredential>
    package var standard: StandardAttributes
    package var name = ""
    package var userID = ID<IdentityUser>(high: 0, low: 0)
    package var identityProjectID = ID<IdentityProject>(high: 0, low: 0)
    package var roles: [IdentityRole] = []
    /// The text of a ``PasswordHash``.
    package var secret = ""
    package var expiresAt: Timestamp?
    /// Whether its tokens may make and delete application credentials.
    package var isUnrestricted = false

    package init(id: ID<ApplicationCredential>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }

    /// What each user's credentials are found by: names are unique among them.
    package static func nameValue(_ user: ID<IdentityUser>, _ name: String) -> String { "\(user.hex)/\(name)" }
}

extension ApplicationCredential: DeclaredResource {
    package static var memberName: String { "application_credential" }
    package static var collectionName: String { "application_credentials" }
    package static let userKey = "neutron:identity_user_id"
    package static let nameKey = "neutron:credential_name"
    /// A user has no more of them.
    package static let maximumPerUser = 64

    package static let attributes = AttributeTable<ApplicationCredential>([
        .id,
        .keptOnly("neutron:name", \.name, .name),
        .keptOnly(userKey, \.userID, .hex()),
        .keptOnly("neutron:identity_project_id", \.identityProjectID, .hex()),
        .keptOnly("neutron:roles", \.roles, .roles),
        .keptOnly("neutron:secret", \.secret, .name),
        .keptOnly("neutron:expires_at", \.expiresAt, .optional(.time)),
        .keptOnly("neutron:unrestricted", \.isUnrestricted, .boolean),
    ])

    package static func notFound(_ id: String) -> NeutronError { .identityNotFound("application credential", id) }
}
