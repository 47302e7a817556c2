import Keystone
import Logging
import NeutronClient

/// The networking API, reached, and who is the owner of what is made there.
struct NetworkAccess: Sendable {
    let api: NeutronClient
    /// Named in what is created; empty where a token says whose it is.
    let project: String

    /// The owner of everything made without authentication, as the original tools named it.
    private static let nobodysProject = "admin"

    /// The one place that decides how the networking API is reached, and as whom.
    ///
    /// Where options, the `OS_…` variables or `OS_CLOUD` mean an OpenStack cloud, it is that cloud's network service, with
    /// a token. Else it is the central point of the overlay mode, which asks nobody who he is; the underlay mode has none,
    /// and then it is said which variable is missing.
    /// - Parameter central: what `ovn-integrate set-ipam` set; `nil` in the underlay mode.
    static func connect(
        _ options: CloudOptions, central: CentralPoint?, _ context: Context, until deadline: Deadline, _ logger: Logger
    ) async throws -> NetworkAccess {
        let connectTimeout = min(deadline.remaining / 2, .seconds(5))
        func open(_ url: String) -> NetworkAccess {
            NetworkAccess(
                api: NeutronClient(endpoint: url, connectTimeout: connectTimeout, logger: logger),
                project: nobodysProject)
        }
        let isMeant = Cloud.isMeant(
            options: options.settings, cloud: options.osCloud, environment: context.environment)
        if !isMeant, let url = context.seams.api ?? central?.api { return open(url) }
        let cloud = try Cloud.load(
            options: options.settings, cloud: options.osCloud, environment: context.environment)
        // Saying that there is no login changes nothing about where the central point is.
        if cloud.login == .none, cloud.endpoint == nil, let url = context.seams.api ?? central?.api { return open(url) }
        let api = try await NeutronClient.connect(
            to: cloud, connectTimeout: connectTimeout, within: deadline.remaining, logger: logger)
        return NetworkAccess(api: api, project: cloud.login == .none ? nobodysProject : "")
    }
}
