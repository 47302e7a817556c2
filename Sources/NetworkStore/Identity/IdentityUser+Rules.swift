package import NeutronAPI
import OVNModel
import OVSDB

extension IdentityUser: Record {
    package static func apply(
        from old: IdentityUser?, to new: inout IdentityUser?, _ given: Given<IdentityUser>, in draft: inout Draft
    ) throws {
        let snapshot = try draft.snapshot()
        guard var changed = new else {
            guard let old else { return }
            // A credential that is made at the same time claims the user too.
            if let row = row(old.id, in: snapshot) { draft.claim(row, RecordLayout.generation) }
            for credential in snapshot.credentials(of: old.id) {
                try ApplicationCredential.delete(credential.id, ifRevision: nil, in: &draft)
            }
            for token in snapshot.revokedTokens(of: old.id) {
                try RevokedToken.delete(token.id, ifRevision: nil, in: &draft)
            }
            return
        }
        if changed.name != old?.name {
            guard snapshot.identityUser(named: changed.name) == nil else {
                throw NeutronError.identityNameTaken("user", changed.name)
            }
            draft.waitForAbsence(of: nameKey, changed.name)
        }
        for grant in changed.grants where old?.grants.contains(grant) != true {
            try draft.claim(grant.projectID)
        }
        if let project = changed.defaultProjectID, project != old?.defaultProjectID { try draft.claim(project) }
        if let old, old.password != changed.password || old.isEnabled && !changed.isEnabled {
            changed.generation = max(changed.generation, old.generation + 1)
        }
        new = changed
    }
}

extension Draft {
    /// Fails the transaction if a record has the value under the key by then.
    mutating func waitForAbsence(of key: String, _ value: String) {
        append(
            .wait(
                on: Northbound.DHCPOptions.tableName,
                where: [Condition("external_ids", .includes, StringMap([key: value]).value)], columns: ["_uuid"],
                until: .equal, rows: [], timeout: .zero))
    }

    /// Refuses a project that is not there, and excludes its deletion at the same time.
    mutating func claim(_ project: ID<IdentityProject>) throws {
        guard let row = IdentityProject.row(project, in: try snapshot()) else {
            throw IdentityProject.notFound(project.hex)
        }
        claim(row, RecordLayout.generation)
    }
}
