package import Deadlines
package import HostAttachment
import HostNetwork
package import Keystone
package import Logging
package import NeutronAPI
package import NeutronClient

/// A host that takes part in the logical networks, with everything that work on its endpoints talks to.
package struct ContainerHost: Sendable {
    package let settings: HostSettings
    package let database: HostDatabase
    package let api: NeutronClient
    /// The owner that new networks and endpoints are given; empty where a token says whose they are.
    package let project: String
    package let attachment: HostAttachment
    /// Where Docker is (`DOCKER_HOST`) and the program of network containers (`OVN_CONTAINERS_PAUSE`).
    package let environment: [String: String]
    /// The path of the running program, beside which its other files are looked for.
    package let executable: String
    package let hooks: TestHooks
    /// By when the work must have ended. What gets time of its own takes a copy.
    package var deadline: Deadline
    /// Told each step, for a person who watches.
    package let progress: @Sendable (String) -> Void
    package let logger: Logger

    package init(
        settings: HostSettings, database: HostDatabase, api: NeutronClient, project: String,
        attachment: HostAttachment, environment: [String: String], executable: String, hooks: TestHooks = TestHooks(),
        deadline: Deadline, progress: @escaping @Sendable (String) -> Void = { _ in }, logger: Logger
    ) {
        self.settings = settings
        self.database = database
        self.api = api
        self.project = project
        self.attachment = attachment
        self.environment = environment
        self.executable = executable
        self.hooks = hooks
        self.deadline = deadline
        self.progress = progress
        self.logger = logger
    }

    /// What is left of the time.
    package var remaining: Duration { deadline.remaining }

    /// The same with time of its own.
    package func within(_ limit: Duration) -> ContainerHost {
        var host = self
        host.deadline = Deadline(after: limit)
        return host
    }

    /// Reads the host's settings, connects to the networking API, runs `body`, disconnects. A cloud's services take
    /// longer than ours: `deadline` is given whether one is asked.
    package static func with<T: Sendable>(
        _ database: HostDatabase, _ cloud: CloudChoice, executable: String, hooks: TestHooks = TestHooks(),
        deadline: (_ isCloud: Bool) -> Deadline, progress: @escaping @Sendable (String) -> Void = { _ in },
        logger: Logger, _ body: (ContainerHost) async throws -> T
    ) async throws -> T {
        let settings = try database.settings()
        try settings.check(cloud.environment)
        let deadline = deadline(settings.central == nil || cloud.isMeant)
        let access = try await NetworkAccess.connect(
            cloud, central: settings.central, api: hooks.api, until: deadline, logger: logger)
        let api = access.api
        do {
            let controller = OVNController(folder: cloud.environment["OVN_RUNDIR"])
            let host = ContainerHost(
                settings: settings, database: database, api: api, project: access.project,
                attachment: try HostAttachment(
                    ovs: database.client, links: try hooks.namespace.map { try HostLinks(in: $0) },
                    controller: controller, logger: logger),
                environment: cloud.environment, executable: executable, hooks: hooks, deadline: deadline,
                progress: progress, logger: logger)
            let result = try await body(host)
            await api.shutdown()
            return result
        } catch {
            await api.shutdown()
            throw error
        }
    }

    package func network(_ reference: String) async throws -> Network {
        try await api.resolve(reference, within: remaining)
    }

    package func endpoint(_ reference: String) async throws -> Port {
        try await api.resolve(reference, as: "endpoint", within: remaining)
    }

    /// Those of the ports that exist, with the attributes `fields`; empty for all.
    package func ports(_ ids: Set<ID<Port>>, fields: [String] = []) async throws -> [ID<Port>: Port] {
        Dictionary(try await existing(ids, fields).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    /// Those of the networks that exist.
    package func networks(_ ids: Set<ID<Network>>) async throws -> [Network] { try await existing(ids) }

    private func existing<Resource: NeutronResource>(
        _ ids: Set<ID<Resource>>, _ fields: [String] = []
    ) async throws -> [Resource] {
        var found: [Resource] = []
        var rest = ids.sorted()[...]
        while !rest.isEmpty {
            // Forty ids make a request line of less than 2 KB, which every server takes.
            found += try await api.list(
                where: rest.prefix(40).map { ("id", "\($0)") }, fields: fields, within: remaining)
            rest = rest.dropFirst(40)
        }
        return found
    }
}
