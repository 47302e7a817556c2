import Deadlines
package import DockerEngine
import HostAttachment
package import HostEndpoints
import HostNetwork
package import HostSetup
import Logging
import NeutronAPI
import NeutronClient

/// Makes a network container, or finishes one.
///
/// Each step finds what an earlier run left and goes on from there, so that a run may be killed anywhere. What fails is
/// undone, unless the container was there before.
package struct ContainerCreation: Sendable {
    package let host: ContainerHost
    package let engine: DockerEngine
    package let wiring: Wiring
    package let placement: Placement

    package init(host: ContainerHost, engine: DockerEngine, wiring: Wiring, placement: Placement) {
        self.host = host
        self.engine = engine
        self.wiring = wiring
        self.placement = placement
    }

    private var name: String { wiring.container.name }

    /// - Returns: the container's id, when OVN has connected all of its endpoints.
    package func perform() async throws -> String {
        // Two runs for the same container follow one another; the second finds everything done.
        let lock = try await NameLock.hold(NetworkContainer.lockName(name), within: host.remaining)
        defer { withExtendedLifetime(lock) {} }
        let existing = try await usable(try await engine.findContainer(name, within: host.remaining))
        try await refuseOtherUsers(than: existing?.id)
        let id = try await ensureContainer(existing)
        do {
            try await start(id)
            try await connect(id)
            return id
        } catch {
            throw existing == nil ? await undo(id, after: error) : error
        }
    }

    /// Gives a container that runs its endpoints back. Nothing is undone where that fails, and OVN is not waited for.
    ///
    /// The caller holds the container's lock.
    package func reconnect(_ id: String) async throws {
        try await refuseOtherUsers(than: id)
        try await plug(id)
    }

    /// The container that has our name, if it is ours and can still be used; one whose removal got stuck is removed.
    private func usable(_ container: Container?) async throws -> Container? {
        guard let container else { return nil }
        guard NetworkContainer(labels: container.labels)?.endpoints == wiring.container.endpoints else {
            let others = NetworkContainer(labels: container.labels)?.names.joined(separator: ", ") ?? "none"
            throw HostError(
                .refused,
                "container \(container.shortID) has these endpoints in another order or is another (endpoints: \(others)): "
                    + "remove it with 'docker rm -f \(name)' first")
        }
        guard container.state == .dead || container.state == .removing else { return container }
        try await engine.removeContainer(container.id, within: host.remaining)
        return nil
    }

    private func ensureContainer(_ existing: Container?) async throws -> String {
        try await PauseImage(environment: host.environment, executable: host.executable)
            .ensure(engine, until: host.deadline, host.progress)
        try host.hooks.afterStep(.image)
        if let existing { return existing.id }
        host.progress("creating container \(name)")
        return try await createContainer()
    }

    private func start(_ id: String) async throws {
        try host.hooks.afterStep(.create)
        try await engine.startContainer(id, within: host.remaining)
        try host.hooks.afterStep(.start)
    }

    /// Makes the container, or finds the one that a killed run had asked for: the engine reserves its name some time before
    /// it can be inspected, and says nothing when either changes.
    private func createContainer() async throws -> String {
        while true {
            if let id = try await createUnlessNamed() { return id }
            if let container = try await usable(try await engine.findContainer(name, within: host.remaining)) {
                return container.id
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// - Returns: `nil` when the engine has given the name to another.
    private func createUnlessNamed() async throws -> String? {
        do {
            return try await engine.createContainer(
                wiring.container.spec(
                    image: PauseImage.reference, dns: wiring.dns, nameSources: wiring.nameSources), name: name,
                within: host.remaining)
        } catch {
            guard error.code == .conflict, host.remaining > .zero else { throw error }
            return nil
        }
    }

    private func connect(_ id: String) async throws {
        try await plug(id)
        try host.hooks.afterStep(.attach)
        for endpoint in wiring.endpoints {
            try await host.attachment.waitInstalled(portID: endpoint.portID, within: host.remaining)
        }
        if placement.carrier != nil { try await Activation(host: host).wait(for: wiring.ports) }
        try host.hooks.afterStep(.installed)
    }

    private func plug(_ id: String) async throws {
        guard let pid = try await engine.findContainer(id, within: host.remaining)?.pid else {
            throw HostError(.refused, "network container \(id.prefix(12)) ended at once: see 'docker logs \(name)'")
        }
        for port in wiring.ports { try await claim(port, for: id) }
        try host.hooks.afterStep(.claim)
        let sandbox = Sandbox(containerID: id, location: .process(pid))
        for endpoint in wiring.endpoints {
            host.progress("attaching endpoint \(endpoint.portID) as \(endpoint.interfaceName ?? "")")
            try await attach(endpoint, to: sandbox)
        }
    }

    /// What was plugged into a container that is gone is plugged out first; into one that lives, it was refused before. The port has
    /// been claimed by now.
    private func attach(_ endpoint: Endpoint, to sandbox: Sandbox) async throws {
        if let old = host.attachment.attachment(portID: endpoint.portID), old.containerID != sandbox.containerID {
            try await host.attachment.detach(portID: endpoint.portID, within: host.remaining)
        }
        var endpoint = endpoint
        endpoint.isConfirmed = true
        try await host.attachment.attach(endpoint, to: sandbox, within: host.remaining, awaitInstalled: false)
    }
}

/// The user of an endpoint, as the port says: `device_id` is a container, `binding:host_id` its host.
extension ContainerCreation {
    /// - Throws: `refused`, naming host and container, while another container that lives has the endpoint.
    private func refuseOtherUser(of port: Port, than id: String?) async throws {
        guard !port.deviceID.isEmpty, port.deviceID != id else { return }
        guard try await userIsGone(port) else { throw refusal(of: port) }
        let place = placement.isHere(port) ? "" : placement.shown(port)
        host.progress("endpoint \(port.shownName) was left by a container\(place) that is gone")
    }

    private func refuseOtherUsers(than id: String?) async throws {
        for port in wiring.ports { try await refuseOtherUser(of: port, than: id) }
    }

    /// Whether it is known that the container which has the port does not live.
    @inline(never)  // Swift 6.3's optimizer crashes where this is inlined into ``perform()``.
    private func userIsGone(_ port: Port) async throws -> Bool {
        if placement.isHere(port) {
            return try await engine.findContainer(port.deviceID, within: host.remaining)?.pid == nil
        }
        // A user that named no host is not ours and cannot be asked whether it lives; a machine's port
        // says nothing about containers.
        return placement.carrier == nil && !port.binding.hostID.isEmpty && port.status != .active
    }

    private func refusal(of port: Port) -> HostError {
        HostError(
            .refused,
            "endpoint \(port.shownName) is attached to container "
                + "\(port.deviceID.prefix(12))\(placement.shown(port)): "
                + "delete the endpoint there, or create another")
    }

    /// Writes the container into the port, unless another was faster.
    private func claim(_ port: Port, for id: String) async throws {
        var port = port
        while !placement.isUsed(port, by: id) {
            if try await writeUser(id, into: port) { return }
            // The port changed since it was read. What it says now decides.
            guard let current = try await host.api.find(port.id, within: host.remaining) else {
                throw HostError(.refused, "endpoint \(port.shownName) was deleted meanwhile")
            }
            try await refuseOtherUser(of: current, than: id)
            port = current
        }
    }

    /// - Returns: false when the port is no longer as it was read.
    private func writeUser(_ id: String, into port: Port) async throws -> Bool {
        do {
            var use = placement.use(by: id)
            use.dnsName = port.ownHostName
            try await host.api.update(port.id, use, ifRevision: port.standard.revision, within: host.remaining)
            return true
        } catch {
            guard error.cause?.status == 412 else { throw error }
            return false
        }
    }

    /// Takes away what this run has made. Returns `error`, with what could not be undone.
    private func undo(_ id: String, after error: any Error) async -> HostError {
        let work = self
        let failures = await Undo.perform { undo in
            let (host, limit) = (work.host, undo.deadline.limit)
            for port in work.wiring.ports {
                await undo.attempt {
                    if host.attachment.attachment(portID: port.id.description)?.containerID == id {
                        try await host.attachment.detach(portID: port.id.description, within: limit)
                    }
                    if let current = try await host.api.find(port.id, within: limit), current.deviceID == id {
                        try await host.api.update(
                            port.id, work.placement.disuse,
                            ifRevision: current.standard.revision, within: limit)
                    }
                }
            }
            await undo.attempt { try await work.engine.removeContainer(id, within: limit) }
        }
        let failure = HostError(error)
        guard !failures.isEmpty else { return failure }
        return HostError(
            failure.code,
            "\(failure.message); not all could be undone (\(failures.map { "\($0)" }.joined(separator: "; "))): repeat the command"
        )
    }
}

extension Container {
    /// As `docker ps` shows it.
    package var shortID: Substring { id.prefix(12) }
}

extension Port {
    /// The name by which others find a port that nobody has named yet: its own, where that can be a host's. Nil where the
    /// API has no names.
    var ownHostName: String? {
        guard let names, names.name.isEmpty else { return nil }
        let name = name.lowercased()
        return name.isHostLabel ? name : nil
    }
}
