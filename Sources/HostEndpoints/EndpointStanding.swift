package import HostAttachment
import HostSetup
package import NeutronAPI

/// Whether an endpoint is up, and if it is not, why: as much of it as this host can know.
package enum EndpointStanding: Hashable, Sendable {
    case up
    /// It is not, for this reason.
    case down(String)
    /// It should be up here. This host knows why it is not.
    case downHere

    /// In the underlay mode, `vif` is this machine's port and `carrier` the port that carries it as a VLAN.
    package init(_ port: Port, hostID: String, vif: ID<Port>? = nil, carrier: String? = nil) {
        if port.status == .active {
            self = .up
        } else if port.deviceOwner.hasPrefix("network:") {
            // What the network has for itself is nowhere plugged in.
            self = .up
        } else if !port.adminStateUp {
            self = .down("it is switched off: admin_state_up is false")
        } else if DeviceOwner.isReservation(port) {
            self = .down("it keeps an address for docker")
        } else if let vif {
            self = Self.inUnderlay(port, vif, carrier)
        } else if port.binding.hostID.isEmpty {
            self = .down(
                port.deviceID.isEmpty ? "no container uses it" : "its user, \(port.deviceID.prefix(12)), named no host")
        } else if port.binding.hostID == hostID {
            self = .downHere
        } else {
            self = .down("host \(port.binding.hostID) has not connected it")
        }
    }

    private static func inUnderlay(_ port: Port, _ vif: ID<Port>, _ carrier: String?) -> EndpointStanding {
        guard let carrier else {
            return .down(
                port.binding.hostID.isEmpty
                    ? "no machine's port carries it" : "host \(port.binding.hostID) has not connected it")
        }
        guard !port.deviceID.isEmpty else { return .down("no container uses it") }
        guard carrier == "\(vif)" else { return .down("the machine with port \(carrier) has not connected it") }
        return .downHere
    }
}

extension ContainerHost {
    /// Why an endpoint is not up, in a few words; nil where it is up.
    ///
    /// What an audit of this host has found counts before the API's word, which comes from a switch that does not always
    /// notice that a container ended.
    package func whyNotUp(_ port: Port, _ vlans: VLANs? = nil, _ findings: [Finding]) async -> String? {
        let id = port.id.description
        let isHere = port.deviceID.isEmpty || attachment.attachment(portID: id)?.containerID == port.deviceID
        if isHere, let finding = findings.first(where: { $0.portID == id && $0.problem != .notInstalled }) {
            let isGone = finding.problem == .linkMissing && !port.deviceID.isEmpty
            return isGone ? "container \(port.deviceID.prefix(12)) does not run" : finding.detail
        }
        let standing = EndpointStanding(
            port, hostID: settings.hostID, vif: settings.vif, carrier: vlans?.place(of: port)?.vif)
        switch standing {
        case .up: return nil
        case .down(let reason): return reason
        case .downHere: break
        }
        guard let attachment = attachment.attachment(portID: id) else {
            return port.deviceID.isEmpty
                ? "no container here has it" : "container \(port.deviceID.prefix(12)) here has lost it"
        }
        guard attachment.isInstalled else { return await self.attachment.diagnosis(portID: id) }
        return attachment.vlan == nil
            ? "it is connected here, and central has not heard of it yet"
            : "the hypervisor has not taken it up"
    }

    /// The name of the container that has an endpoint. Docker's tells it everywhere, a network container's is known on its own host.
    package func containerName(of port: Port) -> String? {
        if let attachment = attachment.attachment(portID: port.id.description),
            attachment.containerID == port.deviceID,
            let name = attachment.containerName
        {
            return name
        }
        let isNamed = DeviceOwner.isDockers(port) && !port.deviceID.isEmpty && !port.name.isEmpty
        return isNamed ? port.name : nil
    }
}
