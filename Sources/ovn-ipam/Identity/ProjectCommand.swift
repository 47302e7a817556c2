import ArgumentParser
import JSONCoding
import NetworkStore
import NeutronAPI

struct ProjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Projects of the service itself (--auth builtin): create, list, set, delete.",
        subcommands: [Create.self, List.self, Set.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a project, and print its identifier.")

        @Argument(help: "The project's name.")
        var name: String

        @Option(help: ArgumentHelp("A line about the project.", valueName: "text"))
        var description: String = ""

        @OptionGroup var central: CentralOptions

        func validate() throws { try checkName(name) }

        func run() async throws {
            let made = try await central.withStore { store in
                var project = IdentityProject(id: .random(), standard: .new(description))
                project.name = name
                return try await store.create(project)
            }
            print(made.id.hex)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the projects.")

        @Option(name: [.short, .long], help: "table or json.")
        var format = OutputFormat.table

        @OptionGroup var central: CentralOptions

        func run() async throws {
            let rows = try await central.withStore { store in
                let snapshot = store.snapshot()
                return snapshot.identityProjects.sorted { $0.name < $1.name }.map { project -> [JSON] in
                    [
                        .string(project.id.hex), .string(project.name), .boolean(project.isEnabled),
                        .integer(Int64(snapshot.owned(by: project.id)["network"] ?? 0)),
                        .string(project.standard.description),
                    ]
                }
            }
            Listing(headings: ["id", "name", "enabled", "networks", "description"], rows: rows).print(format)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a project.",
            discussion: "Tokens for a disabled project are not valid until it is enabled again.")

        @Argument(help: "The project's name or identifier.")
        var project: String

        @Option(help: ArgumentHelp("A new name.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("A line about the project.", valueName: "text"))
        var description: String?

        @Flag(inversion: .prefixedEnableDisable, help: "Whether its tokens are valid.")
        var access: Bool?

        @OptionGroup var central: CentralOptions

        func validate() throws { if let name { try checkName(name) } }

        func run() async throws {
            try await central.withStore { store in
                _ = try await store.change(try store.project(project).id) { project in
                    if let name { project.name = name }
                    if let description { project.standard.description = description }
                    if let access { project.isEnabled = access }
                }
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete projects, with all roles and application credentials in them.")

        @Argument(help: "Names or identifiers.")
        var projects: [String]

        @Flag(help: "Even those that have networks or other resources, which only administrators see from then on.")
        var force = false

        @OptionGroup var central: CentralOptions

        func run() async throws {
            try await central.withStore { store in
                for project in projects {
                    do { try await store.delete(try store.project(project).id, evenInUse: force) } catch let error
                        as NeutronError where error.status == 409
                    {
                        throw CommandFailure("\(error.message) Delete them, or keep them with --force.")
                    }
                }
            }
        }
    }
}
