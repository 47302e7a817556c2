import Deadlines
import Hummingbird
import Identity
import JSONCoding
import Logging
import NetworkStore
import NeutronAPI

// Application credentials of oneself.
extension IdentityController {
    func addCredentials(to routes: Routes) {
        route(routes, "users/:user/application_credentials", [.get: credentials, .post: createCredential])
        route(
            routes, "users/:user/application_credentials/:credential",
            [.get: credential, .delete: deleteCredential])
    }

    @Sendable private func credentials(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (user, _) = try await userOfPath(request, context, "identity:list_application_credentials")
        let name = request.queryString["name"].first
        let found = store.snapshot().credentials(of: user.id).filter { name == nil || $0.name == name }
            .sorted { $0.id < $1.id }
        return list(
            "application_credentials", .array(found.map { $0.json(context.base + "/v3") }), request, context)
    }

    @Sendable private func credential(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (user, _) = try await userOfPath(request, context, "identity:get_application_credential")
        let found = try credential(of: user, context)
        return reply(["application_credential": found.json(context.base + "/v3")])
    }

    @Sendable private func createCredential(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let action = "identity:create_application_credential"
        let (user, session) = try await userOfPath(request, context, action)
        guard user.id == session.user.id, let project = session.project, session.mayManageCredentials else {
            throw NeutronError.forbiddenAction(action)
        }
        let asked = try await work.reading(request, for: context.client) { json, _ in
            try CredentialRequest(json.members, roles: session.roles)
        }
        let secret = asked.secret ?? PasswordHash.newSecret()
        var made = ApplicationCredential(
            id: .random(),
            standard: StandardAttributes(
                projectID: "", description: asked.description, createdAt: Timestamp(seconds: 0),
                updatedAt: Timestamp(seconds: 0)))
        made.name = asked.name
        (made.userID, made.identityProjectID, made.roles) = (user.id, project.id, asked.roles)
        (made.expiresAt, made.isUnrestricted) = (asked.expiresAt, asked.isUnrestricted)
        made.secret = try await identity.passwords.hash(secret, for: context.client)
        made = try await store.create(made)
        context.logger.info(
            "application credential created", metadata: ["id": "\(made.id.hex)", "user": "\(user.id.hex)"])
        let shown = made.json(context.base + "/v3", secret: secret)
        return .json(.created) { $0.value(["application_credential": shown]) }
    }

    @Sendable private func deleteCredential(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let action = "identity:delete_application_credential"
        let (user, session) = try await userOfPath(request, context, action)
        guard session.mayManageCredentials else { throw NeutronError.forbiddenAction(action) }
        let found = try credential(of: user, context)
        try await store.delete(found.id)
        context.logger.info("application credential deleted", metadata: ["id": "\(found.id.hex)"])
        return .empty(.noContent)
    }

    private func credential(
        of user: IdentityUser, _ context: APIRequestContext
    ) throws(NeutronError) -> ApplicationCredential {
        let text = try context.parameter("credential")
        guard let id = ID<ApplicationCredential>(hex: text), let found = store.snapshot().credential(id),
            found.userID == user.id
        else { throw ApplicationCredential.notFound(text) }
        return found
    }
}

extension IdentitySession {
    /// A program with a restricted credential makes no others.
    fileprivate var mayManageCredentials: Bool { credential?.isUnrestricted ?? true }
}

/// The body that makes an application credential.
private struct CredentialRequest {
    let name: String
    let description: String
    let secret: String?
    let roles: [IdentityRole]
    let expiresAt: Timestamp?
    let isUnrestricted: Bool

    /// `roles` are those of the requester, of which the credential has all unless told otherwise.
    init(_ body: [String: JSON], roles: [IdentityRole]) throws(NeutronError) {
        guard let given = body["application_credential"]?.object else {
            throw .badRequest("'application_credential' is a required property")
        }
        name = given["name"]?.string ?? ""
        if let fault = IdentityName.fault(name) { throw .badRequest("The name \(fault).") }
        description = try Self.text(given["description"], "description") ?? ""
        guard description.unicodeScalars.count <= 255, !description.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { throw .badRequest("The description must be a line of at most 255 characters.") }
        secret = try Self.text(given["secret"], "secret")
        if let secret, let fault = IdentityPassword.fault(secret) { throw .badRequest("The secret \(fault).") }
        if let rules = given["access_rules"], rules != .null, rules.array?.isEmpty != true {
            throw .badRequest("access_rules are not supported.")
        }
        isUnrestricted = given["unrestricted"]?.boolean ?? false
        if let text = try Self.text(given["expires_at"], "expires_at") {
            guard let time = Timestamp(keystone: text) else {
                throw .badRequest("expires_at must be in the format YYYY-MM-DDTHH:MM:SS.ffffffZ.")
            }
            guard time > .now else { throw .badRequest("expires_at must be in the future.") }
            expiresAt = time
        } else {
            expiresAt = nil
        }
        guard let wanted = given["roles"], wanted != .null, wanted.array?.isEmpty != true else {
            self.roles = roles
            return
        }
        guard let items = wanted.array, items.count <= 16 else { throw .badRequest("roles must be a list.") }
        var found: Set<IdentityRole> = []
        for item in items {
            let name = item["id"]?.string ?? item["name"]?.string ?? ""
            guard let role = IdentityRole(rawValue: name.lowercased()), roles.contains(role) else {
                throw .badRequest(
                    "Invalid application credential: Could not find role assignment for \(name.shortened).")
            }
            found.insert(role)
        }
        self.roles = IdentityRole.allCases.filter(found.contains)
    }

    /// Nil where it is absent or null.
    private static func text(_ json: JSON?, _ name: String) throws(NeutronError) -> String? {
        switch json {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw .badRequest("\(name) must be a text.")
        }
    }
}
