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

    private struct Reservation {
        let port: Port
        let since: ContinuousClock.Instant
    }

    private struct Release: Hashable {
        let network: ID<Network>
        let address: IPAddress
    }

    private var reservations: [Key: Reservation] = [:]
    private var expected: [Release: ContinuousClock.Instant] = [:]
    /// Nobody waits for an endpoint longer than this: the engine was killed, or has given up.
    private static let lifetime = Duration.seconds(60)

    func add(_ port: Port, mac: MACAddress) {
        let now = ContinuousClock.now
        reservations = reservations.filter { now - $0.value.since < Self.lifetime }
        reservations[Key(network: port.networkID, mac: mac)] = Reservation(port: port, since: now)
    }

    func find(_ network: ID<Network>, _ mac: MACAddress) -> Port? {
        reservations[Key(network: network, mac: mac)]?.port
    }

    /// The one that has an address of this subnet.
    func find(_ subnet: ID<Subnet>, _ address: IPAddress) -> Port? {
        reservations.values.map(\.port).first {
            $0.fixedIPs.contains { $0.subnetID == subnet && $0.ipAddress == address }
        }
    }

    func remove(_ id: ID<Port>) { reservations = reservations.filter { $0.value.port.id != id } }

    /// Notes that an endpoint is gone, with its addresses: the engine will still give each of them back, when somebody else may have it.
    func expectRelease(_ addresses: [IPAddress], of network: ID<Network>) {
        let now = ContinuousClock.now
        expected = expected.filter { now - $0.value < Self.lifetime }
        for address in addresses { expected[Release(network: network, address: address)] = now }
    }

    /// Whether an address that the engine gives back went with its endpoint; it is asked once for each.
    func isExpected(_ address: IPAddress, of network: ID<Network>) -> Bool {
        guard let since = expected.removeValue(forKey: Release(network: network, address: address)) else {
            return false
        }
        return .now - since < Self.lifetime
    }
}
