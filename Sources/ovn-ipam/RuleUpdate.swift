import Logging
import NetworkStore
import NeutronAPI
import ServiceLifecycle

/// Gives networks that an earlier release made the rules of this one, at the start; and again, for another replica may still be of that
/// release.
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
            // That is how it ends.
        }
    }

    /// Whether it is done.
    private func update() async -> Bool {
        do {
            try await store.ready()
            try await store.updateRules()
            return true
        } catch let error as NeutronError {
            // The database is away; who serves says so.
            logger.debug("rules not brought up to date", metadata: ["cause": "\(error.message)"])
        } catch {
            logger.warning("rules not brought up to date", metadata: ["cause": "\(error)"])
        }
        return false
    }
}
