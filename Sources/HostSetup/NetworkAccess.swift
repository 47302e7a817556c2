package import Deadlines
package import Keystone
package import Logging
package import NeutronClient

/// The networking API, reached, and who is the owner of what is made there.
package struct NetworkAccess: Sendable {
    package let api: NeutronClient
    /// Named in what is created; empty where a token says whose it is.
    package let project: String

    /// The owner of everything made without authentication, as the original tools named it.
    private static let nobodysProject = "admin"

    /// The one place that decides how the networking API is reached, and as whom.
    ///
    /// Where options, the `OS_…` variables or `OS_CLOUD` mean an OpenStack cloud, it is that cloud's network service, with
    /// a token. Else it is the central point of the overlay mode that `ovn-integrate set-ipam` set, without authentication,
    /// or the base URL `api` instead; the underlay mode has none, and the error names the variable that is missing.
    package static func connect(
        _ choice: CloudChoice, central: CentralPoint?, api: String? = nil, until deadline: Deadline, logger: Logger
    ) async throws -> NetworkAccess {
        let connectTimeout = min(deadline.remaining / 2, .seconds(5))
        func open(_ url: String) -> NetworkAccess {
            NetworkAccess(
                api: NeutronClient(endpoint: url, connectTimeout: connectTimeout, logger: logger),
                project: nobodysProject)
        }
        let central = api ?? central?.api
        if !choice.isMeant, let central { return open(central) }
        let cloud = try choice.load()
        // Saying that there is no login changes nothing about where the central point is.
        if cloud.login == .none, cloud.endpoint == nil, let central { return open(central) }
        let api = try await NeutronClient.connect(
            to: cloud, connectTimeout: connectTimeout, within: deadline.remaining, logger: logger)
        return NetworkAccess(api: api, project: cloud.login == .none ? nobodysProject : "")
    }
}

extension Deadline {
    /// What a command gets by default where a cloud is asked, whose services take seconds where ours take milliseconds.
    package static let inCloud = Duration.seconds(60)
}
