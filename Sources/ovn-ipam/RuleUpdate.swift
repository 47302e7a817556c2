import Logging
import NetworkStore
import NeutronAPI
import ServiceLifecycle

/// At the start, updates the rules of networks created by an earlier release; and again later, as another replica may
/// still run that release.
struct RuleUpdate: Service {
    private static let interval = Duration.seconds(300)

    let store: NetworkStore
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await Task.sleep(for: await update() ? Self.interval : .seconds(5))
                }
            }
        } catch is CancellationError {
            // Normal shutdown.
        }
    }

    /// Whether it is done.
    private func update() async -> Bool {
        do {
            try await store.ready()
            try await store.updateRules()
            return true
        } catch let error as NeutronError {
            // The database is unavailable; requests report it.
            logger.debug("rules not updated", metadata: ["cause": "\(error.message)"])
        } catch {
            logger.warning("rules not updated", metadata: ["cause": "\(error)"])
        }
        return false
    }
}
