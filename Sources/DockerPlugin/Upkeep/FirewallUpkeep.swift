package import ContainerFirewall
import HostSetup
package import Logging
package import OVSDBClient

/// Compares, at the start and every half minute, the packet filter's table of ours with what this host's settings say, and puts it back.
///
/// Asks neither central nor the engine: containers of all networks are kept away from tunnels also while those do not answer.
package struct FirewallUpkeep: Sendable {
    let client: OVSDBClient
    let firewall: HostFirewall
    let logger: Logger

    /// `client` is of this host's Open_vSwitch database, running.
    package init(client: OVSDBClient, firewall: HostFirewall = HostFirewall(), logger: Logger) {
        self.client = client
        self.firewall = firewall
        self.logger = logger
    }

    private static let interval = Duration.seconds(30)
    /// While it could not be looked at or put back.
    private static let retry = Duration.seconds(5)

    /// Returns by being cancelled.
    package func run() async throws {
        var complaint = ""
        while true {
            var pause = Self.interval
            do {
                try await client.ready(within: .seconds(5))
                try await pass()
                complaint = ""
            } catch {
                try Task.checkCancellation()
                let cause = HostError(error).message
                // Once for each cause, not for each time.
                if cause != complaint { logger.warning("firewall not installed", metadata: ["cause": "\(cause)"]) }
                complaint = cause
                pause = Self.retry
            }
            try await Task.sleep(for: pause)
        }
    }

    private func pass() async throws {
        switch try await firewall.ensure(client.replica) {
        case .missing: logger.info("firewall installed")
        case .left: logger.info("firewall removed")
        case .altered(let differences):
            logger.warning(
                "firewall was altered and is put back", metadata: ["found": "\(differences.joined(separator: ", "))"])
        case .installed, .off, .unneeded, .unknown: break
        }
    }
}
