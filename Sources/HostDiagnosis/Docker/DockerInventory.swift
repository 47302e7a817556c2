import DockerNetworks
package import HostAttachment
import HostEndpoints
package import HostSetup
package import NeutronAPI
import NeutronClient

/// What an audit looks at.
package struct DockerInventory: Sendable {
    /// The API's ports of this host's engine.
    package var ports: [Port] = []
    /// The endpoints here, each with where its container's end is.
    package var endpoints: [(attachment: Attachment, end: HandedOverEnd)] = []
    /// Those of the endpoints' ports that exist anywhere.
    package var existing: Set<ID<Port>> = []
    /// Our veths without a row.
    package var orphans: [OrphanVeth] = []
    /// libnetwork's ids of the networks that this host has joined, or has begun to.
    package var records: [String] = []
    /// What the engine has; nil where it does not answer: it may be about to finish anything.
    package var engine: EngineInventory?
    /// Of the networks those that the engine may be about to have.
    package var beginning: Set<String> = []
    /// How the API names this host.
    package var hostID = ""
    /// Networks that we made.
    package var made: [Network] = []

    package init() {}

    /// Looks at everything. The engine was asked before: an endpoint that is taken away after that is still thought to be in use, which is
    /// the safe side. `beginning` is called when the records have been read: a network is noted there before it has one.
    package static func look(
        on host: ContainerHost, engine: EngineInventory?, beginning: () -> Set<String> = { [] }
    ) async throws -> DockerInventory {
        var inventory = DockerInventory()
        // What is here is looked at before what central says of it: an endpoint that is made meanwhile is a port that is missing here
        // for a moment, not one that is wrong.
        inventory.records = try host.database.networkIDs()
        inventory.engine = engine
        inventory.beginning = beginning()
        inventory.hostID = host.settings.hostID
        inventory.endpoints = try await host.attachment.handedOver().filter(\.attachment.isDocker)
        inventory.orphans = try await host.attachment.orphans()
        inventory.ports = try await EndpointPort(host: host).all()
        let here = Set(inventory.ports.map(\.id))
        let missing = Set(inventory.endpoints.compactMap { ID<Port>($0.attachment.portID) }).subtracting(here)
        inventory.existing = Set(try await host.ports(missing, fields: Port.identifyingFields).keys)
        inventory.made = try await host.api.list(
            where: [("description", LogicalNetwork.madeDescription)], within: host.remaining)
        return inventory
    }

    /// What would have to change. Does nothing itself.
    package func plan() -> [DockerChange] {
        var changes: [DockerChange] = []
        let here = Dictionary(ports.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<ID<Port>> = []
        for (attachment, end) in endpoints {
            let id = ID<Port>(attachment.portID)
            if let reason = reason(attachment, id, end, isHere: id.map { here[$0] != nil } ?? false) {
                changes.append(.detach(portID: attachment.portID, reason))
            }
            if let id { seen.insert(id) }
        }
        changes += orphans.map { .removeVeth($0) }
        if let engine {
            for port in ports where !seen.contains(port.id) && PortOrigin.mayBe(hostID, port) {
                changes.append(.release(port.id, isSticky: EndpointPort.isSticky(port)))
            }
            changes += records.filter { !engine.networks.contains($0) && !beginning.contains($0) }
                .map { .forget(network: $0) }
        }
        changes += made.filter(LogicalNetwork.isUnused).map { .removeNetwork($0.id) }
        return changes
    }

    /// Ports that were moved to this host, whose containers may run elsewhere.
    package var claimed: [PortClaim] {
        let seen = Set(endpoints.map(\.attachment.portID))
        return ports.compactMap { port in
            guard !seen.contains("\(port.id)"), let origin = PortOrigin.host(port), origin != hostID else { return nil }
            return PortClaim(port: port, origin: origin)
        }
    }

    /// Where its container's end is in a sandbox, an endpoint is in use until the engine says that it is not: that its port was deleted or
    /// moved is only what others say. Where that end is still on the host its container may be starting, for minutes: the engine has the
    /// endpoint then.
    private func reason(
        _ attachment: Attachment, _ id: ID<Port>?, _ end: HandedOverEnd, isHere: Bool
    ) -> DetachReason? {
        switch end {
        case .gone: return .ended
        case .here, .moved: break
        }
        guard let engine, !engine.has(attachment) else { return nil }
        if end == .here { return .neverMoved }
        guard !isHere else { return nil }
        guard let id, existing.contains(id) else { return .portGone }
        return .elsewhere
    }
}
