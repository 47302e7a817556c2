package import DockerEngine
import Logging

extension ContainerHost {
    /// Connects to this host's Docker, runs `body`, disconnects.
    package func withEngine<T: Sendable>(_ body: (DockerEngine) async throws -> T) async throws -> T {
        try await DockerEngine.connect(
            to: try EngineEndpoint(environment: environment), within: remaining, logger: logger
        ).use(body)
    }

    /// This host's Docker where there is one: an endpoint can be deleted from a host without. The caller shuts it down.
    package func findEngine() async -> DockerEngine? {
        do {
            return try await DockerEngine.connect(
                to: try EngineEndpoint(environment: environment), within: min(remaining, .seconds(5)),
                logger: logger)
        } catch {
            logger.info("no docker on this host", metadata: ["cause": "\(error)"])
            return nil
        }
    }
}
