package import NeutronAPI
import OVSDB

extension Snapshot {
    package func identityUser(_ id: ID<IdentityUser>) -> IdentityUser? { IdentityUser.find(id, in: self) }
    package func identityUser(named name: String) -> IdentityUser? {
        records(IdentityUser.self, where: IdentityUser.nameKey, is: name).first
    }

    /// In the order of their identifiers.
    package var identityUsers: [IdentityUser] { all() }

    package func identityProject(_ id: ID<IdentityProject>) -> IdentityProject? { IdentityProject.find(id, in: self) }
    package func identityProject(named name: String) -> IdentityProject? {
        records(IdentityProject.self, where: IdentityProject.nameKey, is: name).first
    }

    package var identityProjects: [IdentityProject] { all() }

    package func credential(_ id: ID<ApplicationCredential>) -> ApplicationCredential? {
        ApplicationCredential.find(id, in: self)
    }

    package func credentials(of user: ID<IdentityUser>) -> [ApplicationCredential] {
        records(where: ApplicationCredential.userKey, is: user.hex)
    }

    package func credential(named name: String, of user: ID<IdentityUser>) -> ApplicationCredential? {
        records(
            ApplicationCredential.self, where: ApplicationCredential.nameKey,
            is: ApplicationCredential.nameValue(user, name)
        ).first
    }

    /// Nil where there is no such key, or none yet.
    package func tokenKey(_ number: Int) -> TokenKey? {
        records(TokenKey.self, where: TokenKey.numberKey, is: String(number)).first
    }
    /// The one that signs.
    package var newestTokenKey: TokenKey? { tokenKeys.max { $0.number < $1.number } }
    var tokenKeys: [TokenKey] { all() }

    package func isRevoked(_ token: ID<RevokedToken>) -> Bool { RevokedToken.row(token, in: self) != nil }
    func revokedTokens(of user: ID<IdentityUser>) -> [RevokedToken] {
        records(where: ApplicationCredential.userKey, is: user.hex)
    }

    /// What a project owns, by the kinds that quotas count; those it has none of are left out.
    package func owned(by project: ID<IdentityProject>) -> [String: Int] { owned(byProject: project.hex) }

    /// The same of any project, by the `project_id` of what it owns.
    package func owned(byProject project: String) -> [String: Int] {
        var counts: [String: Int] = [:]
        for kind in QuotaLimits.kinds {
            let count = QuotaCount.used(kind, by: project, in: northbound)
            if count > 0 { counts[kind] = count }
        }
        return counts
    }

    private func all<Of: Record>() -> [Of] {
        Of.ids(in: self).next(after: nil, upwards: true, limit: .max).compactMap { Of.find($0, in: self) }
    }
}
