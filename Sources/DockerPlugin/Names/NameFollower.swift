import ContainerResolver
import DockerNetworks
import HostSetup
package import Logging
import NIOConcurrencyHelpers
import NameDirectory
import NeutronAPI
import NeutronClient

/// Keeps the names that this host's containers can ask for as the API has them: those of every port of the networks that this host's
/// Docker has. While the API does not answer, what was known last is kept.
package struct NameFollower: Sendable {
    let plugin: DockerPlugin
    let logger: Logger

    package init(_ plugin: DockerPlugin, logger: Logger) {
        self.plugin = plugin
        self.logger = logger
    }

    /// What names and addresses are made of. More would tell of changes that are none.
    private static let fields = ["id", "network_id", "mac_address", "name", "fixed_ips", "tags", "dns_name"]
    private static let opening = Duration.seconds(10)
    /// How often the networks that Docker has are looked at.
    private static let interval = Duration.milliseconds(500)
    private static let longestPause = Duration.seconds(1)

    /// Returns by being cancelled.
    package func run() async throws {
        var pause = Duration.milliseconds(100)
        var complaint = ""
        while true {
            let start = ContinuousClock.now
            do { try await follow() } catch {
                try Task.checkCancellation()
                let failure = HostError(error)
                // Once for each cause, not for each time.
                if failure.message != complaint {
                    logger.warning("names of other hosts not followed", metadata: ["cause": "\(failure.message)"])
                }
                complaint = failure.message
            }
            if .now - start > .seconds(30) { (pause, complaint) = (.milliseconds(100), "") }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Follows the ports of the networks there are, until those are others.
    private func follow() async throws {
        let host = try await plugin.hosts(Self.opening)
        let networks = Set(try host.database.networkRecords().map(\.network))
        plugin.resolver.withNames { names in
            for other in names.networkIDs where !networks.contains(where: { $0.description == other }) {
                names.forget(network: other)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while Set(try host.database.networkRecords().map(\.network)) == networks {
                    try await Task.sleep(for: Self.interval)
                }
            }
            if !networks.isEmpty {
                let told = NIOLockedValueBox<Set<String>?>([])
                group.addTask {
                    try await host.api.watchPorts(of: Array(networks), fields: Self.fields, opening: Self.opening) {
                        take($0, told)
                    }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// `told` are the ports that were told so far, nil once all were.
    private func take(_ event: PortWatchEvent, _ told: NIOLockedValueBox<Set<String>?>) {
        plugin.resolver.withNames { names in
            switch event {
            case .port(let port):
                told.withLockedValue { _ = $0?.insert(port.id.description) }
                names.set(
                    NamedPort(
                        id: port.id.description, network: port.networkID.description,
                        addresses: port.fixedIPs.map(\.ipAddress), names: PortNames.of(port)))
            case .gone(let id):
                names.remove(port: id.description)
            case .synchronized:
                let all = told.withLockedValue { told in
                    defer { told = nil }
                    return told
                }
                if let all { names.removeAll(except: all) }
            }
        }
    }
}
