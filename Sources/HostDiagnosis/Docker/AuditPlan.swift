import DockerNetworks
package import HostAttachment
import HostEndpoints
package import HostSetup
package import NeutronAPI
import NeutronClient

/// What is out of order with the engine's endpoints and networks of this host, each with what puts it right.
///
/// Only what is ours is in it. Each may also be something that is just being made or taken away: an audit therefore acts on what it
/// sees again when those who were at work are done.
package enum AuditChange: Hashable, Sendable {
    /// An Interface row whose container is gone, or whose port is.
    case detach(portID: String, AuditReason)
    /// A port of this host that no endpoint has.
    case release(ID<Port>, isSticky: Bool)
    /// A veth of ours without a row.
    case removeVeth(OrphanVeth)
    /// A network that the engine does not know any more, by libnetwork's id.
    case forget(network: String)
    /// A network that we made, which nobody uses any more.
    case removeNetwork(ID<Network>)

    /// Whether it undoes what the engine may be about to finish: only when it is at work on no container is that out of order.
    package var mayBeUnderway: Bool {
        switch self {
        case .release, .detach(_, .neverMoved): true
        // Told by the kernel or the engine, kept by a lock, or made again by whoever is at it.
        case .detach, .removeVeth, .forget, .removeNetwork: false
        }
    }
}

/// Why an Interface row is not needed.
package enum AuditReason: String, Hashable, Sendable {
    case ended = "its container has ended"
    case neverMoved = "no container took it"
    case portGone = "its container has ended and its port was deleted"
    case elsewhere = "its container has ended and its port is on another host"
}

/// What an audit looks at.
package struct AuditScene: Sendable {
    /// The API's ports of this host's engine.
    package var ports: [Port] = []
    /// The endpoints here, each with where its container's end is.
    package var endpoints: [(attachment: Attachment, end: HandedOverEnd)] = []
    /// Those of the endpoints' ports that exist anywhere.
    package var existing: Set<ID<Port>> = []
    /// Veths of ours without a row.
    package var orphans: [OrphanVeth] = []
    /// libnetwork's ids of the networks that this host has joined, or has begun to.
    package var records: [String] = []
    /// What the engine has; nil where it does not answer: it may be about to finish anything.
    package var engine: EngineWord?
    /// Of the networks those that the engine may be about to have.
    package var beginning: Set<String> = []
    /// How the API names this host.
    package var hostID = ""
    /// Networks that we made.
    package var made: [Network] = []

    package init() {}

    /// Looks at everything. The engine was asked before: an endpoint that is removed after that still counts as in use,
    /// which is the safe side. `beginning` is asked when the records have been read: a network is noted there before it
    /// has one.
    package static func look(
        on host: ContainerHost, engine: EngineWord?, beginning: () -> Set<String> = { [] }
    ) async throws -> AuditScene {
        var scene = AuditScene()
        // What is here is looked at before what central says of it: an endpoint that is made meanwhile is a port that is missing here
        // for a moment, not one that is wrong.
        scene.records = try host.database.networkIDs()
        scene.engine = engine
        scene.beginning = beginning()
        scene.hostID = host.settings.hostID
        scene.endpoints = try await host.attachment.handedOver().filter(\.attachment.isDocker)
        scene.orphans = try await host.attachment.orphans()
        scene.ports = try await EndpointPort(host: host).all()
        let here = Set(scene.ports.map(\.id))
        let missing = Set(scene.endpoints.compactMap { ID<Port>($0.attachment.portID) }).subtracting(here)
        scene.existing = Set(try await host.ports(missing, fields: Port.identifyingFields).keys)
        scene.made = try await host.api.list(
            where: [("description", LogicalNetwork.madeDescription)], within: host.remaining)
        return scene
    }

    /// What would have to change. Does nothing itself.
    package func plan() -> [AuditChange] {
        var changes: [AuditChange] = []
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

    /// Ports that somebody moved to this host, whose containers may run elsewhere.
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
    ) -> AuditReason? {
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
