import Hummingbird
import Identity
import JSONCoding
import Logging
import NetworkStore
import NeutronAPI

// Users, projects, domains and roles, to read: administrators see all of them, others what is theirs.
extension IdentityController {
    func addDirectory(to routes: Routes) {
        route(routes, "users", [.get: users])
        route(routes, "users/:user", [.get: user])
        route(routes, "users/:user/projects", [.get: projectsOfUser])
        route(routes, "users/:user/password", [.post: changePassword])
        route(routes, "projects", [.get: projects])
        route(routes, "projects/:project", [.get: project])
        route(routes, "domains", [.get: domains])
        route(routes, "domains/:domain", [.get: domain])
        route(routes, "roles", [.get: roles])
        route(routes, "roles/:role", [.get: role])
        route(routes, "role_assignments", [.get: assignments])
    }

    @Sendable private func users(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try await session(request, context)
        let all = session.isAdmin ? store.snapshot().identityUsers : [session.user]
        let query = request.queryString
        let found = all.filter { query.fits("name", $0.name) && query.fitsDomain && query.fits(enabled: $0.isEnabled) }
        return list("users", .array(found.map { $0.json(context.base + "/v3") }), request, context)
    }

    @Sendable private func user(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        reply(["user": try await userOfPath(request, context, "identity:get_user").user.json(context.base + "/v3")])
    }

    @Sendable private func projectsOfUser(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let user = try await userOfPath(request, context, "identity:list_user_projects").user
        let snapshot = store.snapshot()
        let projects = user.projectIDs.compactMap { snapshot.identityProject($0) }
        return list("projects", .array(projects.map { $0.json(context.base + "/v3") }), request, context)
    }

    /// One's own password, with the one before.
    @Sendable private func changePassword(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.parameter("user")
        let given = try await work.reading(request, for: context.client) { json, _ in
            (
                password: json.members["user"]?["password"]?.string,
                original: json.members["user"]?["original_password"]?.string
            )
        }
        guard let password = given.password, let original = given.original else {
            throw NeutronError.badRequest("user.password and user.original_password are required.")
        }
        if let fault = IdentityPassword.fault(password) { throw NeutronError.badRequest("The password \(fault).") }
        let user = try await identity.user(.id(id), original, from: context.client)
        let hash = try await identity.passwords.hash(password, for: context.client)
        _ = try await store.change(user.id) { found in
            guard found.password == user.password else { throw NeutronError.unauthorized }
            found.password = hash
        }
        context.logger.info("password changed", metadata: ["user": "\(user.id.hex)"])
        return .empty(.noContent)
    }

    @Sendable private func projects(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try await session(request, context)
        let snapshot = store.snapshot()
        let all =
            session.isAdmin
            ? snapshot.identityProjects : session.user.projectIDs.compactMap { snapshot.identityProject($0) }
        let query = request.queryString
        let found = all.filter { query.fits("name", $0.name) && query.fitsDomain && query.fits(enabled: $0.isEnabled) }
        return list("projects", .array(found.map { $0.json(context.base + "/v3") }), request, context)
    }

    @Sendable private func project(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try await session(request, context)
        let text = try context.parameter("project")
        guard let id = ID<IdentityProject>(hex: text), let project = store.snapshot().identityProject(id),
            session.isAdmin || session.user.projectIDs.contains(id)
        else { throw session.isAdmin ? IdentityProject.notFound(text) : .forbiddenAction("identity:get_project") }
        return reply(["project": project.json(context.base + "/v3")])
    }

    @Sendable private func domains(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        _ = try await session(request, context)
        let fits = request.queryString.fits("name", IdentityDomain.name)
        return list("domains", fits ? [IdentityDomain.json(context.base + "/v3")] : [], request, context)
    }

    @Sendable private func domain(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        _ = try await session(request, context)
        let id = try context.parameter("domain")
        guard id == IdentityDomain.id else { throw NeutronError.identityNotFound("domain", id) }
        return reply(["domain": IdentityDomain.json(context.base + "/v3")])
    }

    @Sendable private func roles(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        _ = try await session(request, context)
        let found = IdentityRole.allCases.filter { request.queryString.fits("name", $0.rawValue) }
        return list("roles", .array(found.map { $0.json(context.base + "/v3") }), request, context)
    }

    @Sendable private func role(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        _ = try await session(request, context)
        let id = try context.parameter("role")
        guard let role = IdentityRole(rawValue: id) else { throw NeutronError.identityNotFound("role", id) }
        return reply(["role": role.json(context.base + "/v3")])
    }

    @Sendable private func assignments(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try await session(request, context)
        let snapshot = store.snapshot()
        let query = request.queryString
        let users = session.isAdmin ? snapshot.identityUsers : [session.user]
        let isNamed = query["include_names"].first.map { $0 != "false" && $0 != "0" } ?? false
        var items: [JSON] = []
        for user in users where query.fits("user.id", user.id.hex) {
            for grant in user.grants
            where query.fits("scope.project.id", grant.projectID.hex) && query.fits("role.id", grant.role.rawValue) {
                guard let project = snapshot.identityProject(grant.projectID) else { continue }
                let path = "projects/\(project.id.hex)/users/\(user.id.hex)/roles/\(grant.role.rawValue)"
                items.append([
                    "user": isNamed ? user.short : ["id": .string(user.id.hex)],
                    "role": isNamed ? grant.role.short : ["id": .string(grant.role.rawValue)],
                    "scope": ["project": isNamed ? project.short : ["id": .string(project.id.hex)]],
                    "links": ["assignment": .string("\(context.base)/v3/\(path)")],
                ])
            }
        }
        return list("role_assignments", .array(items), request, context)
    }

    /// The user that the path names: oneself, or anyone for an administrator.
    func userOfPath(
        _ request: Request, _ context: APIRequestContext, _ action: String
    ) async throws -> (user: IdentityUser, session: IdentitySession) {
        let session = try await session(request, context)
        let text = try context.parameter("user")
        guard let id = ID<IdentityUser>(hex: text) else {
            throw session.isAdmin ? IdentityUser.notFound(text) : .forbiddenAction(action)
        }
        if id == session.user.id { return (session.user, session) }
        guard session.isAdmin else { throw NeutronError.forbiddenAction(action) }
        guard let user = store.snapshot().identityUser(id) else { throw IdentityUser.notFound(text) }
        return (user, session)
    }
}

extension QueryString {
    /// Whether a filter is not there, or has the value.
    fileprivate func fits(_ name: String, _ value: String) -> Bool { self[name].first.map { $0 == value } ?? true }

    fileprivate var fitsDomain: Bool { fits("domain_id", IdentityDomain.id) }

    fileprivate func fits(enabled: Bool) -> Bool {
        self["enabled"].first.map { !["false", "0"].contains($0.lowercased()) == enabled } ?? true
    }
}
