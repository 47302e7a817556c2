package import HostAttachment
import NetAddress
package import NeutronAPI

/// An endpoint plugged in on this host: what its row and its container's interface are, and what the API should say of it.
package struct LocalEndpoint: Hashable, Sendable {
    package let attachment: Attachment
    /// The container's end; nil where it could not be looked at.
    package let interface: ContainerInterface?

    package init(_ attachment: Attachment, _ interface: ContainerInterface? = nil) {
        self.attachment = attachment
        self.interface = interface
    }

    /// What the API says of it.
    package struct APIState: Hashable, Sendable {
        package var port: Port
        /// Nil where it may not be seen.
        package var network: Network?
        /// Whether the port is on this host; behind this machine's port in the underlay mode.
        package var isHere: Bool
        /// In the underlay mode, the VLAN by which this machine's port carries it.
        package var vlan: Int?
        /// What an interface gets there; nil where that is not known.
        package var mtu: Int?

        package init(_ port: Port, network: Network? = nil, isHere: Bool, vlan: Int? = nil, mtu: Int? = nil) {
            self.port = port
            self.network = network
            self.isHere = isHere
            self.vlan = vlan
            self.mtu = mtu
        }
    }

    /// Where the API and the interface differ; empty where they agree. Nothing is asked here. `said` is nil where there
    /// is no such port.
    package func differences(from said: APIState?) -> [PortDifference] {
        guard let said else {
            return [
                difference(
                    .deleted, "its port was deleted",
                    "port \(attachment.portID) was deleted in the API while \(holder) has it as \(end): "
                        + "nothing reaches it any more; \(again)")
            ]
        }
        return [
            place(said), user(said), disabled(said), addresses(said), mac(said), mtu(said), security(said),
        ].compactMap(\.self)
    }

    // MARK: Each

    private func place(_ said: APIState) -> PortDifference? {
        let port = said.port
        guard said.isHere else {
            let host = port.binding.hostID
            let isCarried = attachment.vlan != nil
            let place =
                isCarried
                ? "not carried by this machine's port" : host.isEmpty ? "on no host" : "on host \(host)"
            let remedy = isCarried ? "carry it here again" : "set binding:host_id back"
            return difference(
                .elsewhere, "its port is \(place), its interface is here",
                "the API says that port \(port.id) is \(place), and \(holder) on this host has it as \(end): "
                    + "nothing reaches it here; \(remedy), or \(again)")
        }
        guard let vlan = said.vlan, let own = attachment.vlan, vlan != own else { return nil }
        return difference(
            .vlan, "VLAN \(vlan) in the API, \(own) here",
            "the API says that port \(port.id) is VLAN \(vlan) of this machine's port, and its interface \(end) of "
                + "\(holder) is plugged in as VLAN \(own): set that back, or \(again)")
    }

    private func user(_ said: APIState) -> PortDifference? {
        let (user, own) = (said.port.deviceID, attachment.containerID)
        // Of Docker's the row has another's word for the container until the container's name is known.
        let isKnown = !attachment.isHandedOver || attachment.annotations[EndpointKeys.container] != nil
        guard isKnown, !user.isEmpty, !own.isEmpty, user != own else { return nil }
        return difference(
            .user, "used by \(user.prefix(12)) in the API, by \(own.prefix(12)) here",
            "the API says that port \(said.port.id) is used by \(user.prefix(64)), and \(holder) (\(own.prefix(12))) "
                + "has it as \(end): set device_id back, or \(again)")
    }

    private func disabled(_ said: APIState) -> PortDifference? {
        guard !said.port.adminStateUp else { return nil }
        return difference(
            .disabled, "switched off in the API",
            "port \(said.port.id) is switched off in the API (admin_state_up is false), and \(holder) has it as "
                + "\(end): nothing reaches it until it is switched on")
    }

    private func addresses(_ said: APIState) -> PortDifference? {
        let wanted = said.port.fixedIPs.map(\.ipAddress)
        let given = attachment.addresses.map(\.address)
        let present = interface?.addresses ?? given
        // What a container has added itself is its own affair: port security judges that.
        let stale = given.filter { present.contains($0) && !wanted.contains($0) }
        guard !stale.isEmpty || wanted.contains(where: { !present.contains($0) }) else { return nil }
        let (says, has) = (Self.list(wanted), Self.list(present.filter { given.contains($0) || wanted.contains($0) }))
        return difference(
            .addresses, "\(says) in the API, \(has) here",
            "the API gives port \(said.port.id) the address \(says), and \(end) of \(holder) has \(has): "
                + "set it back, or \(again)")
    }

    private func mac(_ said: APIState) -> PortDifference? {
        let wanted = said.port.macAddress
        guard let present = interface?.mac ?? attachment.mac, present != wanted else { return nil }
        return difference(
            .mac, "MAC \(wanted) in the API, \(present) here",
            "the API gives port \(said.port.id) the MAC address \(wanted), and \(end) of \(holder) has \(present): "
                + "set it back, or \(again)")
    }

    private func mtu(_ said: APIState) -> PortDifference? {
        let present = interface?.mtu ?? attachment.mtu
        guard let wanted = said.mtu, wanted > 0, present > 0, present != wanted else { return nil }
        let network = said.network.map { $0.name.isEmpty ? "\($0.id)" : $0.name } ?? "\(said.port.networkID)"
        return difference(
            .mtu, "MTU \(wanted) in the API, \(present) here",
            "the API says that the MTU of network \(network) is \(wanted) here, and \(end) of \(holder) has "
                + "\(present): set it back, or \(again)")
    }

    private func security(_ said: APIState) -> PortDifference? {
        let (now, then) = (said.port.portSecurityEnabled, attachment.annotations[EndpointKeys.security])
        guard let then, then != EndpointKeys.shown(security: now) else { return nil }
        let shown = EndpointKeys.shown(security: now)
        return difference(
            .security, "port security \(shown) in the API, \(then) when it was plugged in",
            "port security of port \(said.port.id) is \(shown) in the API, and was \(then) when \(holder) got it as "
                + "\(end): set port_security_enabled back, or \(again)")
    }

    // MARK: Words

    private static func list(_ addresses: [IPAddress]) -> String {
        addresses.isEmpty ? "none" : addresses.map(\.description).joined(separator: " and ")
    }

    private var container: String {
        attachment.containerName ?? String(attachment.containerID.prefix(12))
    }

    private var holder: String { "container \(container)" }

    /// The interface by the name that its container knows.
    private var end: String {
        if let interface { return interface.name }
        return attachment.isHandedOver ? attachment.hostInterface : attachment.containerInterface
    }

    private var again: String {
        attachment.isNetworkContainers
            ? "repeat the container-create that made it" : "restart the container, which gives it a new endpoint"
    }

    private func difference(_ kind: PortDifference.Kind, _ brief: String, _ detail: String) -> PortDifference {
        PortDifference(kind, portID: attachment.portID, container: container, brief: brief, detail: detail)
    }
}

extension Port {
    /// The attributes without which there is no port.
    package static let identifyingFields = ["id", "network_id", "mac_address"]
    /// And all that is compared with an endpoint here, or tells whose the port is.
    package static let comparedFields =
        identifyingFields + [
            "name", "description", "device_id", "device_owner", "binding:host_id", "fixed_ips", "admin_state_up",
            "port_security_enabled",
        ]
}
