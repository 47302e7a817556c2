import AsyncHTTPClient
import Deadlines
package import Logging
import NIOCore

/// A Docker Engine, through its API on a unix socket.
///
/// Every call takes how long it may last and throws `DockerError`. Calls that change something say `unknownOutcome`
/// when the reply was lost; all of them are safe to repeat, since containers are made under a name of the caller's choice.
/// Owns its connections: `shutdown()` closes them.
package struct DockerEngine: Sendable {
    package let endpoint: EngineEndpoint
    /// The API version that both sides speak, in the path of each request; `nil` only while it is being agreed on.
    package let version: APIVersion?

    let client: HTTPClient
    let logger: Logger

    /// The newest version whose shapes this code knows, and the oldest it needs (Docker 20.10).
    package static let newestVersion = APIVersion(1, 51)
    package static let oldestVersion = APIVersion(1, 41)

    /// Connects and agrees on an API version.
    /// - Throws: `DockerError`: `unreachable` naming the socket, or `refused` when the engine is too old or too new.
    package static func connect(
        to endpoint: EngineEndpoint, within timeout: Duration, logger: Logger
    ) async throws(DockerError) -> DockerEngine {
        let client = makeClient(connectTimeout: timeout)
        do {
            return try await negotiate(endpoint, client, timeout, logger)
        } catch {
            await close(client, logger)
            throw error
        }
    }

    /// Runs `body`, and closes the connections whatever comes of it.
    package func use<T: Sendable>(_ body: (DockerEngine) async throws -> T) async throws -> T {
        do {
            let result = try await body(self)
            await shutdown()
            return result
        } catch {
            await shutdown()
            throw error
        }
    }

    /// Closes the connections; no call may follow.
    package func shutdown() async {
        await Self.close(client, logger)
    }

    private static func makeClient(connectTimeout: Duration) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .nanoseconds(max(1, connectTimeout.nanoseconds / 2))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// `GET /_ping` answers the newest version that the engine speaks, `GET /version` also the oldest.
    private static func negotiate(
        _ endpoint: EngineEndpoint, _ client: HTTPClient, _ timeout: Duration, _ logger: Logger
    ) async throws(DockerError) -> DockerEngine {
        let unversioned = DockerEngine(endpoint: endpoint, version: nil, client: client, logger: logger)
        let engine: EngineVersion = try await unversioned.get("/version", "ask for its version", within: timeout)
        guard let newest = APIVersion(engine.apiVersion) else {
            throw DockerError(.badReply, "docker at \(endpoint) answers API version \"\(engine.apiVersion)\"")
        }
        let oldest = engine.minAPIVersion.flatMap { APIVersion($0) } ?? oldestVersion
        guard newest >= oldestVersion, oldest <= newestVersion else {
            throw DockerError(
                .refused,
                "docker at \(endpoint) speaks API \(oldest) to \(newest), needed is one of \(oldestVersion) to \(newestVersion)"
            )
        }
        return DockerEngine(
            endpoint: endpoint, version: min(newest, newestVersion), client: client, logger: logger)
    }

    private static func close(_ client: HTTPClient, _ logger: Logger) async {
        do {
            try await client.shutdown()
        } catch {
            logger.debug("docker connections not closed", metadata: ["cause": "\(error)"])
        }
    }
}

/// A version of the Engine API, `1.41`.
package struct APIVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses `1.41`.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else {
            return nil
        }
        self.init(major, minor)
    }

    package static func < (a: Self, b: Self) -> Bool { (a.major, a.minor) < (b.major, b.minor) }

    package var description: String { "\(major).\(minor)" }
}

/// The part of `GET /version` that is used.
struct EngineVersion: Decodable {
    let apiVersion: String
    let minAPIVersion: String?

    enum CodingKeys: String, CodingKey {
        case apiVersion = "ApiVersion"
        case minAPIVersion = "MinAPIVersion"
    }
}
