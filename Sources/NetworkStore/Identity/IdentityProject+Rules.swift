package import NeutronAPI

extension IdentityProject: Record {
    package static func apply(
        from old: IdentityProject?, to new: inout IdentityProject?, _ given: Given<IdentityProject>,
        in draft: inout Draft
    ) throws {
        let snapshot = try draft.snapshot()
        if let new {
            guard new.name != old?.name else { return }
            guard snapshot.identityProject(named: new.name) == nil else {
                throw NeutronError.identityNameTaken("project", new.name)
            }
            draft.waitForAbsence(of: nameKey, new.name)
            return
        }
        guard let old else { return }
        // Who gets a role in it at the same time claims it too.
        if let row = row(old.id, in: snapshot) { draft.claim(row, RecordLayout.generation) }
        for user in snapshot.identityUsers
        where user.projectIDs.contains(old.id) || user.defaultProjectID == old.id {
            _ = try IdentityUser.change(user.id, in: &draft) { user in
                user.grants.removeAll { $0.projectID == old.id }
                if user.defaultProjectID == old.id { user.defaultProjectID = nil }
            }
            for credential in snapshot.credentials(of: user.id) where credential.identityProjectID == old.id {
                try ApplicationCredential.delete(credential.id, ifRevision: nil, in: &draft)
            }
        }
    }
}
