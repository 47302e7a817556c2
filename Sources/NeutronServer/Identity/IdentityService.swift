import Deadlines
import HTTPServing
import Identity
import Logging
import NetworkStore
import NeutronAPI

/// Who a valid token belongs to, as the database has it now.
struct IdentitySession: Sendable {
    let token: SignedToken
    let user: IdentityUser
    let project: IdentityProject?
    /// With those that they imply.
    let roles: [IdentityRole]
    let credential: ApplicationCredential?

    var isAdmin: Bool { roles.contains(.admin) }

    var requester: Requester {
        Requester(projectID: project?.id.hex, userID: user.id.hex, roles: roles.map(\.rawValue))
    }
}

/// Issues and validates tokens of the users in the Northbound database.
///
/// A token is validated by its signature and a look at the snapshot, without asking anyone: what ended it has ended it
/// for every replica as soon as its copy has the change.
final class IdentityService: Sendable {
    let store: NetworkStore
    let configuration: IdentityConfiguration
    let passwords: PasswordChecks

    init(store: NetworkStore, configuration: IdentityConfiguration) {
        self.store = store
        self.configuration = configuration
        passwords = PasswordChecks(turnTime: configuration.turnTime)
    }

    /// Why a token is not valid.
    struct Rejection: Error {
        let reason: String
        /// Whether a newer copy of the database may say otherwise.
        var mayBeStale = false
    }

    /// Throws ``Rejection``; 503 where the copy may be stale and cannot be made newer.
    func validate(_ text: String) async throws -> IdentitySession {
        do throws(Rejection) { return try session(text, store.snapshot()) } catch {
            guard error.mayBeStale else { throw error }
        }
        try await store.lookAgain()
        return try session(text, store.snapshot())
    }

    private func session(_ text: String, _ snapshot: Snapshot) throws(Rejection) -> IdentitySession {
        let token: SignedToken
        do throws(TokenFault) {
            token = try SignedToken(text) { number in
                snapshot.tokenKey(Int(number)).flatMap { SigningKey(number: $0.number, secret: $0.secret) }
            }
        } catch {
            switch error {
            case .malformed: throw Rejection(reason: "malformed")
            case .forged: throw Rejection(reason: "wrong signature")
            case .unknownKey(let number):
                // Another replica may have made it just now.
                let newest = snapshot.newestTokenKey?.number ?? 0
                throw Rejection(reason: "no key \(number)", mayBeStale: Int(number) > newest)
            }
        }
        guard token.expiresAt > configuration.now() else { throw Rejection(reason: "expired") }
        guard !snapshot.isRevoked(token.auditID) else { throw Rejection(reason: "revoked") }
        return try session(token, snapshot)
    }

    /// What a token's user is now.
    private func session(_ token: SignedToken, _ snapshot: Snapshot) throws(Rejection) -> IdentitySession {
        guard let user = snapshot.identityUser(token.userID) else {
            throw Rejection(reason: "no such user", mayBeStale: true)
        }
        guard user.isEnabled else { throw Rejection(reason: "the user is disabled") }
        guard user.generation == token.generation else {
            throw Rejection(
                reason: "all tokens of the user were revoked", mayBeStale: user.generation < token.generation)
        }
        var credential: ApplicationCredential?
        if let id = token.credentialID {
            guard let found = snapshot.credential(id) else {
                throw Rejection(reason: "no such application credential", mayBeStale: true)
            }
            credential = found
        }
        guard let projectID = token.projectID else {
            return IdentitySession(token: token, user: user, project: nil, roles: [], credential: credential)
        }
        guard let scope = Self.scope(of: user, projectID, credential, in: snapshot) else {
            throw Rejection(reason: "no role in the project", mayBeStale: true)
        }
        return IdentitySession(
            token: token, user: user, project: scope.project, roles: scope.roles, credential: credential)
    }

    /// A project, and the roles that a user has there; nil for none.
    static func scope(
        of user: IdentityUser, _ id: ID<IdentityProject>, _ credential: ApplicationCredential?, in snapshot: Snapshot
    ) -> (project: IdentityProject, roles: [IdentityRole])? {
        guard let project = snapshot.identityProject(id), project.isEnabled else { return nil }
        var roles = Set(user.roles(in: id).flatMap(\.implied))
        if let credential {
            guard credential.identityProjectID == id else { return nil }
            roles.formIntersection(credential.roles.flatMap(\.implied))
        }
        return roles.isEmpty ? nil : (project, IdentityRole.allCases.filter(roles.contains))
    }

    /// Makes a token, and its text.
    func issue(
        _ methods: SignedToken.Methods, to user: IdentityUser, project: ID<IdentityProject>? = nil,
        credential: ApplicationCredential? = nil, by parent: SignedToken? = nil
    ) async throws -> (text: String, session: IdentitySession) {
        let record = try await store.tokenKey { SigningKey.newSecret() }
        guard let key = SigningKey(number: record.number, secret: record.secret) else {
            throw NeutronError.serviceUnavailable("The key of tokens in the Northbound database is damaged.")
        }
        let now = configuration.now()
        var end = Timestamp(seconds: now.seconds + Int64(configuration.tokenLifetime))
        // A token got by a token ends with it, and one of a credential with that.
        if let parent { end = min(end, parent.expiresAt) }
        if let limit = credential?.expiresAt { end = min(end, limit) }
        let token = SignedToken(
            methods: parent.map { methods.union($0.methods) } ?? methods, issuedAt: now, expiresAt: end,
            generation: user.generation, userID: user.id, projectID: project, credentialID: credential?.id,
            firstAuditID: parent.map { $0.firstAuditID ?? $0.auditID })
        do throws(Rejection) {
            return (token.signed(with: key), try session(token, store.snapshot()))
        } catch {
            throw NeutronError.unauthorized
        }
    }
}
