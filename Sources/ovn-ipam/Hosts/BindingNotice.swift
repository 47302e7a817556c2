import NetworkStore
import ServiceLifecycle

/// Logs ports that another host than theirs has taken.
struct BindingNotice: Service {
    let store: NetworkStore

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await BindingWatch(store: store).run()
                // Without a Southbound database there is nothing to see; a service that returns would stop the others.
                try await gracefulShutdown()
            }
        } catch is CancellationError {
            // Normal shutdown.
        }
    }
}
