package import HostSetup
package import NeutronAPI
import NeutronClient

/// The VLANs by which this machine's port carries the endpoints of a container.
package struct Carried: Equatable, Sendable {
    package var tags: [ID<Port>: Int]
    /// The MTU of the machine's own network; nil where it may not be seen.
    package var pathMTU: Int?

    /// The largest packet of an endpoint: that of its network, unless the machine's own network leaves no room for the VLAN's
    /// header around it.
    package func mtu(_ network: Network) -> Int {
        pathMTU.map { min(network.mtu, $0 - VLAN.headerLength) } ?? network.mtu
    }

    /// Makes this machine's port carry endpoints that no container uses, whichever machine's did before. Nil in the overlay mode.
    ///
    /// - Throws: `refused` where a container of another machine has one.
    package static func ensure(_ ports: [Port], on host: ContainerHost) async throws -> Carried? {
        guard let carrying = Carrying(host), let carrier = try await host.carrier() else { return nil }
        var carried = Carried(tags: [:], pathMTU: try await pathMTU(of: carrier, on: host))
        for port in ports {
            if let tag = carrier.tag(of: port.id) {
                carried.tags[port.id] = tag
                continue
            }
            guard port.deviceID.isEmpty else {
                throw HostError(
                    .refused,
                    "endpoint \(port.shownName) is attached to container \(port.deviceID.prefix(12)) "
                        + "on another machine: delete the endpoint there, or create another")
            }
            host.progress("taking endpoint \(port.shownName) over from where it was")
            carried.tags[port.id] = try await carrying.move(port)
        }
        return carried
    }

    /// The MTU of the machine's own network; nil where it may not be seen.
    package static func pathMTU(of carrier: Carrier, on host: ContainerHost) async throws -> Int? {
        let network = try await host.api.find(carrier.vif.networkID, within: host.remaining)
        return network.flatMap { $0.mtu > 0 ? $0.mtu : nil }
    }
}
