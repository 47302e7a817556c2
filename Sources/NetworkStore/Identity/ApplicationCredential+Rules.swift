package import NeutronAPI
package import OVNModel
import OVSDB

extension ApplicationCredential: Record {
    package func write(to row: inout Northbound.DHCPOptions) {
        row.externalIDs[RecordLayout.kind] = Self.memberName
        row.externalIDs[RecordLayout.id] = id.description
        row.externalIDs[Self.nameKey] = Self.nameValue(userID, name)
    }

    package static func apply(
        from old: ApplicationCredential?, to new: inout ApplicationCredential?,
        _ given: Given<ApplicationCredential>, in draft: inout Draft
    ) throws {
        guard old == nil, let new else { return }
        let snapshot = try draft.snapshot()
        guard let row = IdentityUser.row(new.userID, in: snapshot) else {
            throw IdentityUser.notFound(new.userID.hex)
        }
        // With it their number holds, and the user is not deleted at the same time.
        draft.claim(row, RecordLayout.generation)
        try draft.claim(new.identityProjectID)
        let others = snapshot.credentials(of: new.userID)
        guard others.count < maximumPerUser else { throw NeutronError.tooManyCredentials(maximumPerUser) }
        guard !others.contains(where: { $0.name == new.name }) else {
            throw NeutronError.identityNameTaken("application_credential", new.name)
        }
    }
}
