package import DockerEngine
import HostAttachment
import HostEndpoints
import HostNetwork
package import HostSetup
import Netlink
import NeutronAPI
import NeutronClient

/// Gives a network container its endpoints back, after it got a new namespace: it was restarted, it crashed, or the host did.
///
/// The Interface rows say what it had. So neither central nor a cloud need answer; they are asked only about an endpoint that has no row.
package struct Reconnection: Sendable {
    let host: ContainerHost
    let engine: DockerEngine

    package init(host: ContainerHost, engine: DockerEngine) {
        self.host = host
        self.engine = engine
    }

    /// What there was to do.
    package enum Outcome: Hashable, Sendable {
        /// There is no such network container, or it does not run.
        case notRunning
        /// A command has been at work on it all the time.
        case busy
        /// All was well.
        case unchanged
        case restored
    }

    /// Checks each endpoint that the container was made with, and plugs in what is not. One that was deleted stays away.
    ///
    /// - Throws: the first failure, when all endpoints have been tried.
    package func perform(_ id: String) async throws -> Outcome {
        guard let seen = try await engine.findContainer(id, within: host.remaining), seen.pid != nil,
            NetworkContainer(labels: seen.labels) != nil
        else { return .notRunning }
        guard let lock = try await lock(seen.name) else { return .busy }
        defer { withExtendedLifetime(lock) {} }
        // It may have ended and been started again before the lock was ours.
        guard let container = try await engine.findContainer(id, within: host.remaining), let pid = container.pid,
            let marked = NetworkContainer(labels: container.labels)
        else { return .notRunning }
        let sandbox = Sandbox(containerID: container.id, location: .process(pid))
        var (isRestored, isMissing, failure) = (false, false, (any Error)?.none)
        for portID in marked.endpoints.map(\.description) {
            guard let record = host.attachment.attachment(portID: portID), record.containerID == container.id,
                let endpoint = record.endpoint
            else {
                isMissing = true
                continue
            }
            do {
                let now = try await host.attachment.attach(
                    endpoint, to: sandbox, within: host.remaining, awaitInstalled: false)
                if now.namespace != record.namespace { isRestored = true }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        if isMissing, try await connectMissing(of: marked, container.id) { isRestored = true }
        return isRestored ? .restored : .unchanged
    }

    /// - Returns: nil where somebody else keeps it.
    private func lock(_ name: String) async throws -> NameLock? {
        do {
            return try await NameLock.hold(NetworkContainer.lockName(name), within: host.remaining)
        } catch let error as NetlinkError where error.code == .timedOut {
            return nil
        }
    }

    /// - Returns: false where none of those without a row exists.
    private func connectMissing(of marked: NetworkContainer, _ id: String) async throws -> Bool {
        let wiring = try await Wiring.read(marked, on: host)
        let isPlugged = wiring.ports.allSatisfy {
            host.attachment.attachment(portID: $0.id.description)?.containerID == id
        }
        if isPlugged { return false }
        try await ContainerCreation(
            host: host, engine: engine, wiring: wiring, placement: try await host.placement()
        ).reconnect(id)
        return true
    }
}
