import HostAttachment
import HostNetwork
import Keystone
import Logging
import NeutronAPI
import NeutronClient

/// A host that takes part in the logical networks, with everything a command of `ovn-container` talks to.
struct ContainerHost: Sendable {
    let settings: HostSettings
    let database: HostDatabase
    let api: NeutronClient
    /// The owner that new networks and endpoints are given; empty where a token says whose they are.
    let project: String
    let attachment: HostAttachment
    let context: Context
    var deadline: Deadline
    let progress: @Sendable (String) -> Void
    let logger: Logger

    var console: Console { context.console }
    /// What is left of the command's time.
    var remaining: Duration { deadline.remaining }

    /// Connects to what the command needs, clears away what deleted endpoints left on this host, and runs `body`.
    static func with<T: Sendable>(
        _ options: HostOptions, _ context: Context, default limit: Duration = .seconds(10),
        _ body: @escaping @Sendable (ContainerHost) async throws -> T
    ) async throws -> T {
        let soon = options.deadline(default: limit)
        let patient = options.deadline(default: max(limit, Deadline.inCloud))
        let logger = options.logger(context)
        let progress = options.progress(context)
        return try await HostDatabase.with(options.remote(context), until: soon, logger: logger) { database in
            let settings = try HostSettings(try database.configuration) { database.findBridge($0) != nil }
            try settings.check(context.environment)
            let isCloud =
                settings.central == nil
                || Cloud.isMeant(
                    options: options.cloud.settings, cloud: options.cloud.osCloud, environment: context.environment)
            let deadline = isCloud ? patient : soon
            let access = try await NetworkAccess.connect(
                options.cloud, central: settings.central, context, until: deadline, logger)
            let api = access.api
            do {
                let controller = OVNController(folder: context.environment["OVN_RUNDIR"])
                let host = ContainerHost(
                    settings: settings, database: database, api: api, project: access.project,
                    attachment: try HostAttachment(
                        ovs: database.client, links: try context.seams.namespace.map { try HostLinks(in: $0) },
                        controller: controller, logger: logger),
                    context: context, deadline: deadline, progress: progress, logger: logger)
                let result = try await body(host)
                await api.shutdown()
                return result
            } catch {
                await api.shutdown()
                throw error
            }
        }
    }

    func network(_ reference: String) async throws -> Network {
        try await api.resolve(reference, within: remaining)
    }

    func endpoint(_ reference: String) async throws -> Port {
        try await api.resolve(reference, as: "endpoint", within: remaining)
    }
}
