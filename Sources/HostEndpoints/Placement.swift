import HostSetup
package import NeutronAPI

/// Where endpoints are used: on hosts in the overlay mode, behind ports of machines in the underlay mode.
package struct Placement: Sendable {
    /// The name by which the API knows this host.
    package let hostID: String
    /// What this machine's port carries; nil in the overlay mode.
    package let carrier: Carrier?

    package init(hostID: String, carrier: Carrier?) {
        self.hostID = hostID
        self.carrier = carrier
    }

    /// Whether a port is on this host.
    package func isHere(_ port: Port) -> Bool {
        carrier.map { $0.tag(of: port.id) != nil } ?? (port.binding.hostID == hostID)
    }

    /// ` on host h2`, ` on another machine`; empty for here, and where the port does not tell.
    package func shown(_ port: Port) -> String {
        if isHere(port) && carrier != nil { return "" }
        if carrier != nil { return " on another machine" }
        return port.binding.hostID.isEmpty ? "" : " on host \(port.binding.hostID)"
    }

    /// What is written into a port that a container takes. In the underlay mode the rest is the cloud's to say.
    package func use(by container: String) -> PortUpdate {
        carrier == nil
            ? PortUpdate(deviceID: container, deviceOwner: DeviceOwner.networkContainer, hostID: hostID)
            : PortUpdate(deviceID: container)
    }

    /// What is written into a port that no container has any more.
    package var disuse: PortUpdate {
        carrier == nil ? PortUpdate(deviceID: "", deviceOwner: "", hostID: "") : PortUpdate(deviceID: "")
    }

    /// Whether a port says already what ``use(by:)`` writes.
    package func isUsed(_ port: Port, by container: String) -> Bool {
        port.deviceID == container && isHere(port)
            && (carrier != nil || port.deviceOwner == DeviceOwner.networkContainer)
    }
}

extension ContainerHost {
    /// Asks the service where that must be asked.
    package func placement() async throws -> Placement {
        Placement(hostID: settings.hostID, carrier: try await carrier())
    }
}
