import ArgumentParser
import Deadlines
import Identity
import JSONCoding
import NetworkStore
import NeutronAPI

extension IdentityRole: ExpressibleByArgument {}

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Users of the service itself (--auth builtin): create, list, set, delete.",
        subcommands: [Create.self, List.self, Set.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a user.",
            discussion: "The password is asked for on the terminal unless --password-file or --generate is given.")

        @Argument(help: "The user's name.")
        var name: String

        @Option(help: ArgumentHelp("The project in which the user has the role.", valueName: "project"))
        var project: String?

        @Option(help: ArgumentHelp("The role there: admin, member or reader (default: member).", valueName: "role"))
        var role: IdentityRole?

        @Option(help: ArgumentHelp("A line about the user.", valueName: "text"))
        var description: String = ""

        @OptionGroup var password: PasswordSource
        @OptionGroup var central: CentralOptions

        func validate() throws {
            try checkName(name)
            if role != nil, project == nil { throw ValidationError("--role needs --project") }
        }

        func run() async throws {
            try await central.withStore { store in
                // Before the password is asked for.
                if store.snapshot().identityUser(named: name) != nil {
                    throw CommandFailure("there is a user \(name) already")
                }
                var user = IdentityUser(id: .random(), standard: .new(description))
                user.name = name
                if let project {
                    let found = try store.project(project)
                    user.grants = [RoleGrant(found.id, role ?? .member)]
                    user.defaultProjectID = found.id
                }
                let text = try password.read(for: name)
                user.password = try PasswordHash.make(text)
                _ = try await store.create(user)
                password.show(text)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the users and their roles.")

        @Option(name: [.short, .long], help: "table or json.")
        var format = OutputFormat.table

        @OptionGroup var central: CentralOptions

        func run() async throws {
            let rows = try await central.withStore { store in
                let snapshot = store.snapshot()
                return snapshot.identityUsers.sorted { $0.name < $1.name }.map { user -> [JSON] in
                    let grants = user.grants.map { grant in
                        let name = snapshot.identityProject(grant.projectID)?.name ?? grant.projectID.hex
                        return "\(name):\(grant.role.rawValue)"
                    }
                    return [
                        .string(user.id.hex), .string(user.name), .boolean(user.isEnabled),
                        .array(grants.sorted().map { .string($0) }), .string(user.standard.description),
                    ]
                }
            }
            Listing(headings: ["id", "name", "enabled", "roles", "description"], rows: rows).print(format)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a user.",
            discussion: """
                A new password, and --disable, end all of the user's tokens at once. So does --revoke-tokens. A role that \
                is taken away is gone for tokens that are in use, too.
                """)

        @Argument(help: "The user's name or identifier.")
        var user: String

        @Option(help: ArgumentHelp("A new name.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("A line about the user.", valueName: "text"))
        var description: String?

        @Option(help: ArgumentHelp("The project that --role and --remove-role are about.", valueName: "project"))
        var project: String?

        @Option(help: ArgumentHelp("A role to have there: admin, member or reader.", valueName: "role"))
        var role: IdentityRole?

        @Option(help: ArgumentHelp("A role to have there no longer.", valueName: "role"))
        var removeRole: IdentityRole?

        @Option(help: ArgumentHelp("The project of tokens that are asked for without one.", valueName: "project"))
        var defaultProject: String?

        @Flag(inversion: .prefixedEnableDisable, help: "Whether the user may authenticate.")
        var access: Bool?

        @Flag(help: "Ask for a new password on the terminal.")
        var askPassword = false

        @Flag(help: "End all tokens of the user.")
        var revokeTokens = false

        @OptionGroup var password: PasswordSource
        @OptionGroup var central: CentralOptions

        func validate() throws {
            if let name { try checkName(name) }
            if role != nil || removeRole != nil, project == nil {
                throw ValidationError("--role and --remove-role need --project")
            }
            if project != nil, role == nil, removeRole == nil {
                throw ValidationError("--project needs --role or --remove-role")
            }
        }

        func run() async throws {
            try await central.withStore { store in
                let found = try store.user(user)
                let project = try project.map { try store.project($0).id }
                let defaultProject = try defaultProject.map { try store.project($0).id }
                var (text, hash): (String?, String?)
                if askPassword || password.generate || password.passwordFile != nil {
                    let new = try password.read(for: found.name)
                    (text, hash) = (new, try PasswordHash.make(new))
                }
                _ = try await store.change(found.id) { [hash] user in
                    if let name { user.name = name }
                    if let description { user.standard.description = description }
                    if let access { user.isEnabled = access }
                    if let hash { user.password = hash }
                    if let defaultProject { user.defaultProjectID = defaultProject }
                    if revokeTokens { user.generation = found.generation + 1 }
                    guard let project else { return }
                    if let removeRole { user.grants.removeAll { $0 == RoleGrant(project, removeRole) } }
                    if let role, !user.grants.contains(RoleGrant(project, role)) {
                        user.grants.append(RoleGrant(project, role))
                    }
                }
                if let text { password.show(text) }
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete users, with their application credentials; their tokens end at once.")

        @Argument(help: "Names or identifiers.")
        var users: [String]

        @OptionGroup var central: CentralOptions

        func run() async throws {
            try await central.withStore { store in
                for user in users { try await store.delete(try store.user(user).id) }
            }
        }
    }
}

extension StandardAttributes {
    /// Of what is new: the store sets the times.
    static func new(_ description: String) -> Self {
        Self(
            projectID: "", description: description, revision: 0, createdAt: Timestamp(seconds: 0),
            updatedAt: Timestamp(seconds: 0))
    }
}
