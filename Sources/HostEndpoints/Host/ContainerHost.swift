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
    package let seams: Seams
    /// By when the work must have ended. What gets time of its own takes a copy.
    package var deadline: Deadline
    /// Told each step, for a person who watches.
    package let progress: @Sendable (String) -> Void
    package let logger: Logger

    package init(
        settings: HostSettings, database: HostDatabase, api: NeutronClient, project: String,
        attachment: HostAttachment, environment: [String: String], executable: String, seams: Seams = Seams(),
        deadline: Deadline, progress: @escaping @Sendable (String) -> Void = { _ in }, logger: Logger
    ) {
        self.settings = settings
        self.database = database
        self.api = api
        self.project = project
        self.attachment = attachment
        self.environment = environment
        self.executable = executable
        self.seams = seams
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
        _ database: HostDatabase, _ cloud: CloudChoice, executable: String, seams: Seams = Seams(),
        deadline: (_ isCloud: Bool) -> Deadline, progress: @escaping @Sendable (String) -> Void = { _ in },
        logger: Logger, _ body: (ContainerHost) async throws -> T
    ) async throws -> T {
        let settings = try database.settings()
        try settings.check(cloud.environment)
        let deadline = deadline(settings.central == nil || cloud.isMeant)
        let access = try await NetworkAccess.connect(
            cloud, central: settings.central, api: seams.api, until: deadline, logger: logger)
        let api = access.api
        do {
            let controller = OVNController(folder: cloud.environment["OVN_RUNDIR"])
            let host = ContainerHost(
                settings: settings, database: database, api: api, project: access.project,
                attachment: try HostAttachment(
                    ovs: database.client, links: try seams.namespace.map { try HostLinks(in: $0) },
                    controller: controller, logger: logger),
                environment: cloud.environment, executable: executable, seams: seams, deadline: deadline,
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
}
