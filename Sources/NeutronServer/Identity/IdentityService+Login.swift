import HTTPServing
import Identity
import NetworkStore
import NeutronAPI

extension IdentityService {
    /// Authenticates, and makes the token that was asked for. Throws 401, the same for all causes; 429 where wrong
    /// passwords were too many; 503.
    func login(
        _ asked: AuthenticationRequest, from client: SourceAddress?
    ) async throws -> (text: String, session: IdentitySession) {
        switch asked.method {
        case .password(let reference, let password):
            let user = try await user(reference, password, from: client)
            return try await issue(.password, to: user, project: try scope(asked.scope, of: user))
        case .token(let text):
            let session: IdentitySession
            do { session = try await validate(text) } catch is Rejection { throw NeutronError.unauthorized }
            // It would be a way to more than the credential has.
            guard session.credential == nil else { throw NeutronError.forbiddenAction("rescope a token") }
            return try await issue(
                .token, to: session.user, project: try scope(asked.scope, of: session.user), by: session.token)
        case .credential, .namedCredential:
            // It is for one project.
            guard case .none = asked.scope else { throw NeutronError.unauthorized }
            let (user, credential) = try await credential(asked.method, from: client)
            return try await issue(
                .applicationCredential, to: user, project: credential.identityProjectID, credential: credential)
        }
    }

    /// The user with a password.
    func user(
        _ reference: AuthenticationRequest.Reference, _ password: String, from client: SourceAddress?
    ) async throws -> IdentityUser {
        try passwords.admit(Self.account(reference, nil), from: client)
        var user = find(reference)
        if user == nil {
            try await store.lookAgain()
            user = find(reference)
        }
        let account = Self.account(reference, user)
        try passwords.admit(account, from: client)
        guard try await passwords.fits(password, user?.password, of: account, from: client), let user,
            user.isEnabled
        else { throw NeutronError.unauthorized }
        return user
    }

    private func credential(
        _ method: AuthenticationRequest.Method, from client: SourceAddress?
    ) async throws -> (IdentityUser, ApplicationCredential) {
        let (secret, name): (String, String)
        switch method {
        case .credential(let id, let given): (secret, name) = (given, "credential \(id)")
        case .namedCredential(let given, let user, let text):
            (secret, name) = (text, "credential \(given) of \(Self.account(user, nil))")
        default: throw NeutronError.unauthorized
        }
        try passwords.admit(name, from: client)
        var found = find(method)
        if found == nil {
            try await store.lookAgain()
            found = find(method)
        }
        let account = found.map { "credential \($0.id.hex)" } ?? name
        try passwords.admit(account, from: client)
        guard try await passwords.fits(secret, found?.secret, of: account, from: client), let found,
            let user = store.snapshot().identityUser(found.userID), user.isEnabled,
            found.expiresAt.map({ $0 > configuration.now() }) ?? true
        else { throw NeutronError.unauthorized }
        return (user, found)
    }

    /// The project of a token; nil for one without. Without a scope it is the user's default project, where that has one.
    private func scope(
        _ scope: AuthenticationRequest.Scope, of user: IdentityUser
    ) throws -> ID<IdentityProject>? {
        let snapshot = store.snapshot()
        switch scope {
        case .unscoped: return nil
        case .other: throw NeutronError.unauthorized
        case .none:
            return user.defaultProjectID.flatMap { Self.scope(of: user, $0, nil, in: snapshot)?.project.id }
        case .project(let reference):
            let id: ID<IdentityProject>?
            switch reference {
            case .id(let text): id = ID(hex: text)
            case .name(let name): id = snapshot.identityProject(named: name)?.id
            case .elsewhere: id = nil
            }
            guard let id, let found = Self.scope(of: user, id, nil, in: snapshot) else {
                throw NeutronError.unauthorized
            }
            return found.project.id
        }
    }

    private func find(_ reference: AuthenticationRequest.Reference) -> IdentityUser? {
        switch reference {
        case .id(let text): ID(hex: text).flatMap { store.snapshot().identityUser($0) }
        case .name(let name): store.snapshot().identityUser(named: name)
        case .elsewhere: nil
        }
    }

    private func find(_ method: AuthenticationRequest.Method) -> ApplicationCredential? {
        switch method {
        case .credential(let id, _): ID(hex: id).flatMap { store.snapshot().credential($0) }
        case .namedCredential(let name, let user, _):
            find(user).flatMap { store.snapshot().credential(named: name, of: $0.id) }
        default: nil
        }
    }

    /// What wrong passwords are counted for: the user, however it was named.
    private static func account(_ reference: AuthenticationRequest.Reference, _ user: IdentityUser?) -> String {
        if let user { return user.id.hex }
        switch reference {
        case .id(let text): return text.shortened
        case .name(let name): return "name \(name.shortened)"
        case .elsewhere: return "another domain"
        }
    }
}
