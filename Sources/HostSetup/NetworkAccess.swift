package import Certificates
package import Deadlines
import HTTPTransport
package import Keystone
package import Logging
package import NeutronClient

/// A connection to the networking API, and the owner of what is made there.
package struct NetworkAccess: Sendable {
    package let api: NeutronClient
    /// Named in what is created; empty where a token or this host's certificate says whose it is.
    package let project: String

    /// The owner of everything made without authentication, as the original tools named it.
    private static let nobodysProject = "admin"

    /// The one place that decides how the networking API is reached, and as whom.
    ///
    /// Where options, the `OS_…` variables or `OS_CLOUD` mean an OpenStack cloud, it is that cloud's network service, with
    /// a token. Else it is the central point of the overlay mode: with this host's certificate where it has joined, and without
    /// authentication where `ovn-integrate set-ipam` set it; or the base URL `api` instead. The underlay mode has none, and the
    /// error names the variable that is missing.
    package static func connect(
        _ choice: CloudChoice, central: CentralPoint?, api: String? = nil, until deadline: Deadline, logger: Logger
    ) async throws -> NetworkAccess {
        let connectTimeout = min(deadline.remaining / 2, .seconds(5))
        let isSecure = central?.isSecure ?? false
        let trust = isSecure ? Trust.host(.ofHost(choice.environment)) : .system
        func open(_ url: String) -> NetworkAccess {
            NetworkAccess(
                api: NeutronClient(endpoint: url, trust: trust, connectTimeout: connectTimeout, logger: logger),
                project: isSecure ? "" : nobodysProject)
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

extension CredentialFolder {
    /// This host's: `OVN_CONTAINERS_TLS`, by default `/var/lib/ovn-containers/tls`.
    package static func ofHost(_ environment: [String: String]) -> CredentialFolder {
        let named = environment["OVN_CONTAINERS_TLS"] ?? ""
        return CredentialFolder(named.isEmpty ? "/var/lib/ovn-containers/tls" : named)
    }
}

extension Deadline {
    /// What a command gets by default where a cloud is asked, whose services take seconds where ours take milliseconds.
    package static let inCloud = Duration.seconds(60)
}
