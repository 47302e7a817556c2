import NetAddress
import NeutronAPI

/// Ports that were made for endpoints which the engine has not made yet: between its question for an address and its CreateEndpoint.
///
/// Lost with the process, like the engine's own knowledge of a call that was cut short; the audit finds the ports.
actor Reservations {
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

    func add(_ port: Port, mac: MACAddress) { reservations[Key(network: port.networkID, mac: mac)] = port }

    func find(_ network: ID<Network>, _ mac: MACAddress) -> Port? { reservations[Key(network: network, mac: mac)] }

    /// The one that has an address of this subnet.
    func find(_ subnet: ID<Subnet>, _ address: IPAddress) -> Port? {
        reservations.values.first {
            $0.fixedIPs.contains { $0.subnetID == subnet && $0.ipAddress == address }
        }
    }

    func remove(_ id: ID<Port>) { reservations = reservations.filter { $0.value.id != id } }

    /// Notes that an endpoint is gone, with its addresses: the engine will still give each of them back, when somebody else may have it.
    func expectRelease(_ addresses: [IPAddress], of network: ID<Network>) {
        for address in addresses { expected.insert(Release(network: network, address: address)) }
    }

    /// Whether an address that the engine gives back went with its endpoint; it is asked once for each.
    func isExpected(_ address: IPAddress, of network: ID<Network>) -> Bool {
        expected.remove(Release(network: network, address: address)) != nil
    }
}
