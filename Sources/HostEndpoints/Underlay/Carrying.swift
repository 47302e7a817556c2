package import HostSetup
import JSONCoding
package import NeutronAPI
import NeutronClient

/// Makes this machine's port carry an endpoint as a VLAN, and lets it go again.
package struct Carrying: Sendable {
    package let host: ContainerHost
    package let vif: ID<Port>

    /// Nil in the overlay mode.
    package init?(_ host: ContainerHost) {
        guard let vif = host.settings.vif else { return nil }
        self.host = host
        self.vif = vif
    }

    /// Makes the machine's port carry an endpoint, unless it does already; answers the tag.
    ///
    /// The tag is any that the service says is free. Whoever was faster with it is a reason to look again.
    package func ensure(_ port: Port) async throws -> Int {
        var changed = false
        while true {
            let carrier = try await Carrier.look(vif, on: host)
            if let tag = carrier.tag(of: port.id) { return tag }
            guard let tag = carrier.freeTag() else {
                throw HostError(
                    .refused,
                    "endpoint \(port.shownName): all \(VLAN.tags.count) VLANs of this machine's port \(vif) are in use: "
                        + "delete endpoints that are not needed")
            }
            do {
                if let trunk = try await ensureTrunk(carrier) {
                    host.progress("carrying endpoint \(port.shownName) as VLAN \(tag) of trunk \(trunk.id)")
                    try await host.api.addSubports(
                        [SubportRequest(portID: port.id, segmentation: .vlan(tag))], to: trunk.id,
                        within: host.remaining)
                    return tag
                }
                host.progress("carrying endpoint \(port.shownName) as VLAN \(tag) of port \(vif)")
                try await writeProfile(port, tag, carrier)
            } catch let error as NeutronClientError {
                guard isWorthAnotherLook(error, changed), host.remaining > .zero else { throw error }
                changed = true
            }
            // Where only profiles tell, the next look tells whether somebody else took the tag at the same moment.
        }
    }

    /// Lets an endpoint go, whichever machine's port carries it. One that nobody carries is fine.
    package func release(_ port: Port) async throws {
        if let trunk = try await trunk(carrying: port) {
            do {
                try await host.api.removeSubports([port.id], from: trunk.id, within: host.remaining)
            } catch {
                // Somebody else was faster.
                guard error.isNotFound else { throw error }
            }
        }
    }

    /// Takes an endpoint that nobody uses from the machine that carries it.
    package func move(_ port: Port) async throws -> Int {
        try await release(port)
        return try await ensure(port)
    }

    /// The trunk that carries a port, of whatever machine.
    package func trunk(carrying port: Port) async throws -> Trunk? {
        guard try await host.hasTrunks() else { return nil }
        let own: [Trunk] = try await host.api.list(where: [("port_id", "\(vif)")], within: host.remaining)
        if let trunk = own.first(where: { $0.carries(port.id) }) { return trunk }
        let all: [Trunk] = try await host.api.list(within: host.remaining)
        return all.first { $0.carries(port.id) }
    }

    // MARK: Parts

    /// The trunk of the machine's port, made where there is none. Nil where the service has no trunks, or the port cannot have one:
    /// then the endpoint's own profile says what carries it.
    private func ensureTrunk(_ carrier: Carrier) async throws -> Trunk? {
        if let trunk = carrier.trunk { return trunk }
        guard carrier.hasTrunks else { return nil }
        host.progress("making a trunk of port \(vif)")
        do {
            return try await host.api.create(
                TrunkCreate(projectID: host.project, portID: vif, name: "ovn-containers-\(vif)"),
                within: host.remaining)
        } catch {
            guard let status = error.cause?.status, Self.hasNoTrunk.contains(status) else { throw error }
            // Another command may have made it meanwhile.
            let trunks: [Trunk] = try await host.api.list(where: [("port_id", "\(vif)")], within: host.remaining)
            return trunks.first
        }
    }

    /// Not allowed, or not possible for a port like this.
    private static let hasNoTrunk: Set<Int> = [400, 403, 404, 409]

    /// Names parent and tag in the endpoint's profile, and the parent's host, without which Neutron leaves the port down.
    private func writeProfile(_ port: Port, _ tag: Int, _ carrier: Carrier) async throws {
        guard let current = try await host.api.find(port.id, within: host.remaining) else {
            throw HostError(.refused, "endpoint \(port.shownName) was deleted meanwhile")
        }
        var profile = current.binding.profile
        profile["parent_name"] = .string("\(vif)")
        profile["tag"] = .integer(Int64(tag))
        let place = carrier.vif.binding.hostID
        do {
            try await host.api.update(
                port.id, PortUpdate(hostID: place.isEmpty ? nil : place, profile: profile), within: host.remaining)
        } catch {
            guard error.cause?.status == 403 else { throw error }
            throw HostError(
                .refused,
                "endpoint \(port.shownName): the cloud has no trunk for this machine's port \(vif), and lets only "
                    + "administrators name a parent in binding:profile (\(error.message))")
        }
    }

    /// Whether a refusal comes from what was seen being out of date. A lost reply is looked for once.
    private func isWorthAnotherLook(_ error: NeutronClientError, _ changed: Bool) -> Bool {
        if error.cause?.type == "DuplicateSubPort" { return true }
        // It is carried already: by us, of which the reply was lost, or by another, which the second look tells.
        return !changed && (error.code == .unknownOutcome || error.cause?.type == "TrunkPortInUse")
    }
}

extension Trunk {
    package func carries(_ port: ID<Port>) -> Bool { subports.contains { $0.portID == port } }
}
