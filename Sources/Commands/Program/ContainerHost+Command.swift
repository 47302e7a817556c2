import Deadlines
import HostSetup

extension ContainerHost {
    /// Connects to what a command of `ovn-container` needs and runs `body`.
    static func with<T: Sendable>(
        _ options: HostOptions, _ context: Context, default limit: Duration = .seconds(10),
        _ body: @escaping @Sendable (ContainerHost) async throws -> T
    ) async throws -> T {
        let soon = options.deadline(default: limit)
        let patient = options.deadline(default: max(limit, Deadline.inCloud))
        let logger = options.logger(context)
        let progress = options.progress(context)
        let cloud = options.cloud.choice(context)
        return try await HostDatabase.with(options.remote(context), until: soon, logger: logger) { database in
            try await ContainerHost.with(
                database, cloud, executable: context.executable, hooks: context.hooks,
                deadline: { $0 ? patient : soon }, progress: progress, logger: logger, body)
        }
    }
}
