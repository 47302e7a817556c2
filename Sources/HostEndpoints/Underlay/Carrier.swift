package import HostSetup
package import NeutronAPI
import NeutronClient

/// What the network service says about this machine's port and the ports that it carries as VLANs.
///
/// Nothing of it is remembered between commands: which tags are taken, the service alone knows.
package struct Carrier: Sendable {
    /// This machine's own port, to which its NIC belongs.
    package let vif: Port
    /// Whether the service has trunks.
    package let hasTrunks: Bool
    /// The trunk whose parent the machine's port is.
    package let trunk: Trunk?
    /// The tags of the ports that hang on it by their `binding:profile` alone, as far as they may be seen.
    package let profiled: [ID<Port>: Int]

    package init(vif: Port, hasTrunks: Bool, trunk: Trunk?, profiled: [ID<Port>: Int]) {
        self.vif = vif
        self.hasTrunks = hasTrunks
        self.trunk = trunk
        // A subport's profile says the same once more.
        let subports = Set((trunk?.subports ?? []).map(\.portID))
        self.profiled = profiled.filter { !subports.contains($0.key) }
    }

    /// Asks the service.
    package static func look(_ id: ID<Port>, on host: ContainerHost) async throws -> Carrier {
        let vif = try await host.ownPort(id)
        let hasTrunks = try await host.hasTrunks()
        var trunks: [Trunk] = []
        if hasTrunks { trunks = try await host.api.list(where: [("port_id", "\(id)")], within: host.remaining) }
        return Carrier(
            vif: vif, hasTrunks: hasTrunks, trunk: trunks.first,
            profiled: try await host.api.profileTags(parent: id, within: host.remaining))
    }

    /// The tag by which the machine's port carries another. Nil where it does not, or where a port that has the same tag comes
    /// first: a trunk's before one that only its profile makes a VLAN, since no service but ours keeps those apart.
    package func tag(of port: ID<Port>) -> Int? {
        let subports = trunk?.subports ?? []
        if let own = subports.first(where: { $0.portID == port }) { return own.segmentationID }
        guard let tag = profiled[port] else { return nil }
        let isFirst =
            !subports.contains { $0.segmentationID == tag }
            && !profiled.contains { $0.value == tag && $0.key < port }
        return isFirst ? tag : nil
    }

    /// Any tag that no port has; nil when all 4094 are taken.
    package func freeTag() -> Int? {
        let taken = Set((trunk?.subports ?? []).map(\.segmentationID)).union(profiled.values)
        return VLAN.tags.filter { !taken.contains($0) }.randomElement()
    }
}

extension ContainerHost {
    /// The port that this machine has in the cloud.
    package func ownPort(_ id: ID<Port>) async throws -> Port {
        guard let port = try await api.find(id, within: remaining) else {
            throw HostError.noOwnPort(id)
        }
        return port
    }

    /// Whether the network service has trunks.
    package func hasTrunks() async throws -> Bool {
        if hooks.ignoresTrunks { return false }
        return try await api.hasExtension("trunk", within: remaining)
    }

    /// What this machine's port carries; nil in the overlay mode, where ports are bound to hosts.
    package func carrier() async throws -> Carrier? {
        guard let vif = settings.vif else { return nil }
        return try await Carrier.look(vif, on: self)
    }
}

extension HostError {
    package static func noOwnPort(_ id: ID<Port>) -> Self {
        Self(
            .refused,
            "there is no port \(id), or you may not see it: OS_VIF_ID must be the id of the port that this machine "
                + "has in the cloud")
    }
}
