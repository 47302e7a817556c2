package import HostAttachment
package import HostSetup
package import NeutronAPI
import NeutronClient

/// All endpoints that containers of this host have, of network containers and of Docker's networks, beside what the API says of them.
package struct EndpointsHere: Sendable {
    package let endpoints: [EndpointHere]
    private var ports: [ID<Port>: Port]
    private var networks: [ID<Network>: Network]
    private let placement: Placement
    private let carried: Carried

    /// Asks the API about those that it has not told yet, forty ports at a time.
    ///
    /// `ports` and `networks` are what the API has just said, perhaps of these: ``NeutronAPI/Port/comparedFields`` at
    /// least. `only` leaves out all but one endpoint.
    package static func look(
        on host: ContainerHost, _ survey: Survey, ports: [Port] = [], networks: [Network] = [],
        only: ID<Port>? = nil
    ) async throws -> EndpointsHere {
        let endpoints = here(host.attachment.attachments(), survey).filter {
            only == nil || $0.attachment.portID == only?.description
        }
        var known = Dictionary(ports.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let ids = Set(endpoints.compactMap { ID<Port>($0.attachment.portID) })
        known.merge(
            try await host.ports(ids.subtracting(known.keys), fields: Port.comparedFields)
        ) { first, _ in first }
        var all = Dictionary(networks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let wanted = Set(ids.compactMap { known[$0]?.networkID }).subtracting(all.keys)
        for network in try await host.networks(wanted) { all[network.id] = network }
        let placement = try await host.placement()
        var carried = Carried(tags: [:], pathMTU: nil)
        if let carrier = placement.carrier, !endpoints.isEmpty {
            carried.pathMTU = try await Carried.pathMTU(of: carrier, on: host)
        }
        return EndpointsHere(
            endpoints: endpoints, ports: known, networks: all, placement: placement, carried: carried)
    }

    /// Those whose containers have them: an interface that is in its sandbox, or at least a veth that leads somewhere.
    static func here(_ attachments: [Attachment], _ survey: Survey) -> [EndpointHere] {
        let lost = Set(
            survey.findings.filter { [.linkMissing, .sandboxMoved].contains($0.problem) }.map(\.portID))
        return attachments.compactMap { attachment in
            let interface = survey.interfaces[attachment.portID]
            guard attachment.isNetworkContainers || attachment.isDocker,
                interface != nil || !lost.contains(attachment.portID)
            else { return nil }
            return EndpointHere(attachment, interface)
        }
    }

    /// Where API and interfaces differ, in the order of the interfaces.
    package var differences: [PortDifference] {
        endpoints.flatMap { endpoint in
            endpoint.differences(from: ID<Port>(endpoint.attachment.portID).flatMap(said))
        }
    }

    private func said(_ id: ID<Port>) -> EndpointHere.Said? {
        guard let port = ports[id] else { return nil }
        let network = networks[port.networkID]
        return EndpointHere.Said(
            port, network: network, isHere: placement.isHere(port), vlan: placement.carrier?.tag(of: id),
            mtu: network.map { carried.mtu($0) })
    }
}
