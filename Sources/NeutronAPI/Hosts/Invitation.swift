package import Deadlines
import JSONCoding

/// What lets hosts join: a secret that whoever is invited was given, of which only the hash is kept. `/v2.0` does not show it.
package struct Invitation: Hashable, Sendable {
    /// A host that used it.
    package struct User: Hashable, Sendable {
        package let systemID: String
        /// The hash of its public key.
        package let keyHash: String

        package init(systemID: String, keyHash: String) { (self.systemID, self.keyHash) = (systemID, keyHash) }
    }

    package var id: ID<Invitation>
    /// Its project is that of the hosts that it lets in.
    package var standard: StandardAttributes
    /// SHA-256 in hexadecimal.
    package var secretHash = ""
    /// The only host that may use it, by its host name or its system id; empty for any.
    package var host = ""
    package var uses = 1
    package var usesLeft = 1
    /// From here on nobody may use it who has not yet.
    package var end = Timestamp(seconds: 0)
    package var users: [User] = []

    package init(id: ID<Invitation>, standard: StandardAttributes) { (self.id, self.standard) = (id, standard) }

    /// The most hosts that one can let in.
    package static let maximumUses = 1_000
    /// The longest time that one can last.
    package static let maximumLifetime = Duration.seconds(30 * 86_400)
}

extension ID<Invitation> {
    /// That of the invitation whose secret has this hash; nil where it is no hash in hexadecimal.
    package init?(secretHash: String) {
        guard secretHash.utf8.count == 64, let high = UInt64(secretHash.prefix(16), radix: 16),
            let low = UInt64(secretHash.dropFirst(16).prefix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}

extension Invitation: DeclaredResource {
    package static var memberName: String { "invitation" }
    package static var collectionName: String { "invitations" }

    package static let attributes = AttributeTable<Invitation>(
        [
            .id,
            .keptOnly("neutron:secret_hash", \.secretHash, .text()),
            .keptOnly("neutron:host", \.host, .text()),
            .keptOnly("neutron:uses", \.uses, .integer()),
            .keptOnly("neutron:uses_left", \.usesLeft, .integer()),
            .keptOnly("neutron:end", \.end, .timestamp),
            .keptOnly("neutron:users", \.users, .list(.user)),
        ] + Attribute.project)

    package static func notFound(_ id: String) -> NeutronError {
        NeutronError(status: 404, type: "InvitationNotFound", message: "Invitation \(id) could not be found.")
    }
}

extension Kind<Timestamp> {
    /// Kept alone: no request has one.
    static var timestamp: Self {
        Self(
            refusing: { json throws(Refusal) in
                guard let time = json.string.flatMap({ Timestamp($0) }) else {
                    throw Refusal("'\(json.shown)' is not a time")
                }
                return time
            },
            json: { .string($0.description) }, parse: { Timestamp($0) }, write: \.description)
    }
}

extension Kind<Invitation.User> {
    fileprivate static var user: Self {
        Self(
            refusing: { json throws(Refusal) in
                guard let members = json.object, let host = members["system_id"]?.string,
                    let hash = members["public_key_hash"]?.string
                else { throw Refusal("'\(json.shown)' is not a user") }
                return Invitation.User(systemID: host, keyHash: hash)
            },
            json: { ["system_id": .string($0.systemID), "public_key_hash": .string($0.keyHash)] })
    }
}
