package import Deadlines
package import NeutronAPI

// Users, projects, application credentials and what tokens need: records that no request of the Networking API sees.
extension NetworkStore {
    package func create(_ user: IdentityUser) async throws -> IdentityUser { try await insert(user) }
    package func create(_ project: IdentityProject) async throws -> IdentityProject { try await insert(project) }
    package func create(_ credential: ApplicationCredential) async throws -> ApplicationCredential {
        try await insert(credential)
    }

    /// Changes a user. A new password, and that it is disabled, end all of its tokens.
    package func change(
        _ id: ID<IdentityUser>, _ body: @escaping @Sendable (inout IdentityUser) throws -> Void
    ) async throws -> IdentityUser {
        try await change { draft in try IdentityUser.change(id, in: &draft, body) }
    }

    package func change(
        _ id: ID<IdentityProject>, _ body: @escaping @Sendable (inout IdentityProject) throws -> Void
    ) async throws -> IdentityProject {
        try await change { draft in try IdentityProject.change(id, in: &draft, body) }
    }

    /// Deletes a project, and all roles and credentials in it. One that owns resources is refused (409) unless
    /// `evenInUse`: only administrators see them then.
    package func delete(_ id: ID<IdentityProject>, evenInUse: Bool) async throws {
        try await change { draft in
            let snapshot = try draft.snapshot()
            var owned = snapshot.owned(by: id)
            // Made by the service itself, with the project's first look at its groups.
            if Set(owned.keys).isSubset(of: ["security_group", "security_group_rule"]),
                owned["security_group", default: 0] <= 1
            {
                owned = [:]
            }
            if !evenInUse, !owned.isEmpty, let project = snapshot.identityProject(id) {
                throw NeutronError.identityProjectInUse(project.name, owned)
            }
            try IdentityProject.delete(id, ifRevision: nil, in: &draft)
        }
    }

    /// The key that signs tokens; the first call of all replicas makes it. `secret` is what a new one has.
    package func tokenKey(orWith secret: @escaping @Sendable () -> String) async throws -> TokenKey {
        if let key = snapshot().newestTokenKey { return key }
        return try await change { draft in
            if let key = try draft.snapshot().newestTokenKey { return key }
            return try TokenKey.insert(TokenKey(number: 1, secret: secret(), at: draft.time), in: &draft)
        }
    }

    /// Signs with a new key from now on. Tokens of the one before stay valid until their end, unless `revoking`: then none
    /// of the present tokens is valid any more.
    package func rotateTokenKey(
        revoking: Bool, secret: @escaping @Sendable () -> String
    ) async throws -> TokenKey {
        let text = secret()
        return try await change { draft in
            let snapshot = try draft.snapshot()
            let newest = snapshot.newestTokenKey
            if draft.isRepetition, let newest, newest.secret == text { return newest }
            for key in snapshot.tokenKeys where revoking || key.id != newest?.id {
                try TokenKey.delete(key.id, ifRevision: nil, in: &draft)
            }
            return try TokenKey.insert(
                TokenKey(number: (newest?.number ?? 0) + 1, secret: text, at: draft.time), in: &draft)
        }
    }

    /// Revokes a token until its end. A user with many such tokens has all of its tokens revoked, so that their number
    /// stays small.
    package func revoke(
        _ token: ID<RevokedToken>, of user: ID<IdentityUser>, until end: Timestamp
    ) async throws {
        try await change { draft in
            let snapshot = try draft.snapshot()
            guard !snapshot.isRevoked(token), let row = IdentityUser.row(user, in: snapshot) else { return }
            draft.claim(row, RecordLayout.generation)
            let others = snapshot.revokedTokens(of: user)
            let ended = others.filter { $0.expiresAt < draft.time }
            let isMany = others.count - ended.count >= RevokedToken.maximumPerUser
            for other in isMany ? others : ended {
                try RevokedToken.delete(other.id, ifRevision: nil, in: &draft)
            }
            if isMany {
                _ = try IdentityUser.change(user, in: &draft) { $0.generation += 1 }
                return
            }
            var record = RevokedToken(id: token, standard: draft.created("", "", revision: 0))
            (record.userID, record.expiresAt) = (user, end)
            _ = try RevokedToken.insert(record, in: &draft)
        }
    }

    private func insert<Of: Record>(_ new: Of) async throws -> Of {
        try await change { draft in
            if draft.isRepetition, let made = Of.find(new.id, in: try draft.snapshot()) { return made }
            var new = new
            new.standard = draft.created("", new.standard.description, revision: 0)
            return try Of.insert(new, in: &draft)
        }
    }
}

extension TokenKey {
    fileprivate init(number: Int, secret: String, at time: Timestamp) {
        self.init(
            id: .random(), standard: StandardAttributes(projectID: "", revision: 0, createdAt: time, updatedAt: time))
        (self.number, self.secret) = (number, secret)
    }
}
