import Deadlines
import JSONCoding

/// A user of the service's own identity (`--auth builtin`), with what it may do in which project.
package struct IdentityUser: Hashable, Sendable {
    package var id: ID<IdentityUser>
    package var standard: StandardAttributes
    package var name = ""
    package var isEnabled = true
    /// The text of a ``PasswordHash``; empty where no password fits.
    package var password = ""
    /// Counts what ends all tokens: those of an earlier generation are not valid.
    package var generation = 0
    /// The project of a token that is asked for without one.
    package var defaultProjectID: ID<IdentityProject>?
    package var grants: [RoleGrant] = []

    package init(id: ID<IdentityUser>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }

    /// Its roles in a project.
    package func roles(in project: ID<IdentityProject>) -> [IdentityRole] {
        IdentityRole.allCases.filter { grants.contains(RoleGrant(project, $0)) }
    }

    /// The projects in which it has a role, in the order of their identifiers.
    package var projectIDs: [ID<IdentityProject>] { Set(grants.map(\.projectID)).sorted() }
}

/// A role, whose name is its identifier too. What each of them may do is the policy's.
package enum IdentityRole: String, Hashable, Sendable, CaseIterable {
    case admin, member, reader

    /// The roles that a user with this one has, as Keystone's implied roles.
    package var implied: [IdentityRole] {
        switch self {
        case .admin: [.admin, .member, .reader]
        case .member: [.member, .reader]
        case .reader: [.reader]
        }
    }
}

/// A role in a project.
package struct RoleGrant: Hashable, Sendable {
    package let projectID: ID<IdentityProject>
    package let role: IdentityRole

    package init(_ projectID: ID<IdentityProject>, _ role: IdentityRole) {
        (self.projectID, self.role) = (projectID, role)
    }

    /// `<project>:<role>`
    var text: String { "\(projectID.hex):\(role.rawValue)" }

    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let project = ID<IdentityProject>(hex: parts[0]),
            let role = IdentityRole(rawValue: parts[1])
        else { return nil }
        self.init(project, role)
    }
}

extension IdentityUser: DeclaredResource {
    package static var memberName: String { "identity_user" }
    package static var collectionName: String { "identity_users" }
    /// The key under which a user is found by name.
    package static let nameKey = "neutron:user_name"

    package static let attributes = AttributeTable<IdentityUser>([
        .id,
        .keptOnly(nameKey, \.name, .name),
        .keptOnly("neutron:enabled", \.isEnabled, .boolean),
        .keptOnly("neutron:password", \.password, .name),
        .keptOnly("neutron:token_generation", \.generation, .integer()),
        .keptOnly("neutron:default_project_id", \.defaultProjectID, .optional(.hex())),
        .keptOnly("neutron:grants", \.grants, .grants),
    ])

    package static func notFound(_ id: String) -> NeutronError { .identityNotFound("user", id) }
}

extension Kind<[RoleGrant]> {
    /// Separated by blanks.
    static var grants: Self {
        Self(
            refusing: { _ throws(Refusal) in [] }, json: { .array($0.map { .string($0.text) }) },
            parse: { $0.split(separator: " ").compactMap { RoleGrant(String($0)) } },
            write: { $0.map(\.text).joined(separator: " ") })
    }
}

extension Kind<[IdentityRole]> {
    /// Separated by blanks.
    static var roles: Self {
        Self(
            refusing: { _ throws(Refusal) in [] }, json: { .array($0.map { .string($0.rawValue) }) },
            parse: { $0.split(separator: " ").compactMap { IdentityRole(rawValue: String($0)) } },
            write: { $0.map(\.rawValue).joined(separator: " ") })
    }
}

extension Kind<Timestamp> {
    static var time: Self {
        Self(
            refusing: { json throws(Refusal) in
                guard case .string(let text) = json, let time = Timestamp(text) else {
                    throw Refusal("'\(json.shown)' is not a time")
                }
                return time
            },
            json: { .string($0.description) }, parse: { Timestamp($0) }, write: \.description)
    }
}
