package import Deadlines

/// A key that signs tokens. All replicas sign with that of the highest number, and know those before it.
package struct TokenKey: Hashable, Sendable {
    package var id: ID<TokenKey>
    package var standard: StandardAttributes
    /// From 1 on.
    package var number = 0
    /// 64 hexadecimal digits.
    package var secret = ""

    package init(id: ID<TokenKey>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }
}

extension TokenKey: DeclaredResource {
    package static var memberName: String { "token_key" }
    package static var collectionName: String { "token_keys" }
    package static let numberKey = "neutron:token_key_number"

    package static let attributes = AttributeTable<TokenKey>([
        .id,
        .keptOnly(numberKey, \.number, .integer()),
        .keptOnly("neutron:secret", \.secret, .name),
    ])

    package static func notFound(_ id: String) -> NeutronError { .identityNotFound("token key", id) }
}

/// A token that was revoked before its end, by its audit identifier.
package struct RevokedToken: Hashable, Sendable {
    package var id: ID<RevokedToken>
    package var standard: StandardAttributes
    package var userID = ID<IdentityUser>(high: 0, low: 0)
    /// From then on it is not valid anyway.
    package var expiresAt = Timestamp(seconds: 0)

    package init(id: ID<RevokedToken>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }
}

extension RevokedToken: DeclaredResource {
    package static var memberName: String { "revoked_token" }
    package static var collectionName: String { "revoked_tokens" }
    /// A user has no more records of them: beyond it all of its tokens are revoked, and the records go.
    package static let maximumPerUser = 64

    package static let attributes = AttributeTable<RevokedToken>([
        .id,
        .keptOnly(ApplicationCredential.userKey, \.userID, .hex()),
        .keptOnly("neutron:expires_at", \.expiresAt, .time),
    ])

    package static func notFound(_ id: String) -> NeutronError { .identityNotFound("token", id) }
}
