package import HostNetwork
import Logging
import NetAddress
import Netlink

/// Lets no router of IPv6 tell containers anything, as soon as the engine has moved their interfaces in: it makes the sandbox after Join,
/// and neither waits for us nor tells when it has. Settings of an interface do not outlast a move, and are not writable from inside.
///
/// The kernel tells when: the host's end of the veth has a carrier as soon as the other is up. What is missed is found by
/// ``AdvertisementUpkeep``.
actor Arrivals {
    /// Cancellation is noticed this late.
    private static let cancellationLag = Duration.milliseconds(500)

    struct Guest: Sendable {
        let portID: String
        let mac: MACAddress
        let sandbox: String
    }

    private let logger: Logger
    /// Told of each.
    private let nudge: Nudge
    /// Containers that were joined and have not arrived, by the host's interface.
    private var awaited: [String: Guest] = [:]

    init(_ nudge: Nudge, logger: Logger) {
        self.nudge = nudge
        self.logger = logger
    }

    func expect(_ guest: Guest, behind hostInterface: String) { awaited[hostInterface] = guest }

    func forget(behind hostInterface: String) { awaited[hostInterface] = nil }

    /// Watches for them until it is cancelled, in the host's namespace; nil is the process's own.
    func run(in namespace: NetworkNamespace? = nil) async throws {
        while true {
            do { try await watch(namespace) } catch {
                try Task.checkCancellation()
                logger.warning("containers' interfaces are not watched", metadata: ["cause": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func watch(_ namespace: NetworkNamespace?) async throws {
        let changes = try LinkChanges(in: namespace)
        let links = try HostLinks(in: namespace)
        while true {
            try Task.checkCancellation()
            let batch = try await changes.next(within: Self.cancellationLag)
            // Those that are awaited are few; those of a host may be thousands.
            let changed = batch.isIncomplete ? try await links.all() : batch.changed
            for link in changed where link.hasCarrier {
                if let guest = awaited.removeValue(forKey: link.name) {
                    await receive(guest, links)
                    nudge()
                }
            }
        }
    }

    private func receive(_ guest: Guest, _ links: HostLinks) async {
        do {
            // A container that has ended by then needs nothing.
            guard let sandbox = try NetworkNamespace.find(path: guest.sandbox) else { return }
            try await links.refuseRouters(mac: guest.mac, in: sandbox)
        } catch {
            logger.warning(
                "router advertisements not refused", metadata: ["port": "\(guest.portID)", "cause": "\(error)"])
        }
    }
}

extension DockerPlugin {
    /// Refuses routers on behalf of containers that have started, until it is cancelled; `namespace` is the host's, nil
    /// the process's own.
    package func refuseRouters(in namespace: NetworkNamespace? = nil) async throws {
        try await arrivals.run(in: namespace)
    }
}
