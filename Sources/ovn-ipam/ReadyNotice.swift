import Keystone
import Logging
import OVSDB
import OVSDBClient
import ServiceLifecycle

/// A client of a database, as a service.
struct ClientService: Service {
    let client: OVSDBClient

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await client.run() }
        } catch is CancellationError {
            // Normal shutdown.
        }
    }
}

/// Logs when requests can be served, and until then every half minute what is missing.
struct ReadyNotice: Service {
    let clients: [OVSDBClient]
    /// The API's URL, once it is served.
    let listening: AsyncStream<String>
    /// Nil without authentication.
    let validator: TokenValidator?
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                for client in clients { try await wait(for: client) }
                for await url in listening {
                    logger.info("ready", metadata: ["url": "\(url)"])
                    break
                }
                // Checked again by requests: Keystone may start later.
                if let cause = await validator?.problem() {
                    logger.warning("tokens cannot be validated", metadata: ["cause": "\(cause)"])
                }
                // A service that returns would stop the others.
                try await gracefulShutdown()
            }
        } catch is CancellationError {
            // Shutdown.
        }
    }

    private func wait(for client: OVSDBClient) async throws {
        while true {
            do {
                return try await client.ready(within: .seconds(30))
            } catch let error as OVSDBError {
                try Task.checkCancellation()
                logger.warning("not ready", metadata: ["cause": "\(error.message)"])
            }
        }
    }
}
