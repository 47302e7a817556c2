package import HostAttachment
import HostEndpoints
package import HostSetup
package import NetAddress
package import NeutronAPI

/// Ports that were made for endpoints which the engine has not made yet: between its question for an address and its CreateEndpoint.
///
/// Lost with the process, like the engine's own knowledge of a call that was cut short; the audit finds the ports.
package actor Reservations {
    private struct Key: Hashable {
        let network: ID<Network>
        let mac: MACAddress
    }

    private struct Release: Hashable {
        let network: ID<Network>
        let address: IPAddress
    }

    /// Until its endpoint is made, its address is given back, or the audit has found that nobody makes it any more.
    private var reservations: [Key: Port] = [:]
    /// At most one for each address.
    private var expected: Set<Release> = []

    package init() {}

    package func add(_ port: Port, mac: MACAddress) { reservations[Key(network: port.networkID, mac: mac)] = port }

    package func find(_ network: ID<Network>, _ mac: MACAddress) -> Port? {
        reservations[Key(network: network, mac: mac)]
    }

    /// The one that has an address of this subnet.
    package func find(_ subnet: ID<Subnet>, _ address: IPAddress) -> Port? {
        reservations.values.first {
            $0.fixedIPs.contains { $0.subnetID == subnet && $0.ipAddress == address }
        }
    }

    package func remove(_ id: ID<Port>) { reservations = reservations.filter { $0.value.id != id } }

    /// Notes that an endpoint is gone, with its addresses: the engine will still give each of them back, when somebody else may have it.
    package func expectRelease(of attachment: Attachment, on host: ContainerHost) throws {
        guard let docker = attachment.annotations[EndpointKeys.network],
            let network = try host.database.networkRecord(docker)?.network
        else { return }
        for address in attachment.addresses { expected.insert(Release(network: network, address: address.address)) }
    }

    /// Whether an address that the engine gives back went with its endpoint; it is asked once for each.
    package func isExpected(_ address: IPAddress, of network: ID<Network>) -> Bool {
        expected.remove(Release(network: network, address: address)) != nil
    }
}
