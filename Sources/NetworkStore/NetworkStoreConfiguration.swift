package import DHCPOptions
import IPAM
package import NetAddress

/// What a ``NetworkStore`` is told about its surroundings. The defaults are those of a Neutron with the ML2/OVN driver.
package struct NetworkStoreConfiguration: Sendable {
    /// The largest packet that the network between the hosts carries, 1500 unless jumbo frames are in use.
    package var underlayMTU = 1_500
    /// The IP version of the tunnels between the hosts: Geneve costs 58 bytes over IPv4 and 78 over IPv6.
    package var tunnelVersion = IPVersion.v4
    /// The domain that DHCP tells clients; nil for none.
    package var dnsDomain: DomainName?
    /// Name servers of subnets that name none themselves.
    package var nameservers: [IPAddress] = []
    /// Seconds.
    package var dhcpLeaseTime = 43_200
    /// The first octets of MAC addresses that are given out.
    package var macs = MACAddress(literal: "fa:16:3e:00:00:00")
    /// How long a change may take, with lost races and a reconnect in it.
    package var changeTimeout = Duration.seconds(20)
    /// How long the change of a requester who is far ahead of ovn-northd waits for it: one that does not run holds nobody up for longer.
    package var paceTimeout = Duration.seconds(5)
    /// How long a look-up that misses waits for the newest state.
    package var barrierTimeout = Duration.seconds(5)

    package init() {}

    /// The largest MTU a network can have.
    package var maximumMTU: Int { underlayMTU - (tunnelVersion == .v4 ? 58 : 78) }
}

extension NetworkStoreConfiguration {
    var macGenerator: MACGenerator { MACGenerator(base: macs) ?? .standard }

    /// A MAC for a DHCP server, which exists in OVN's answers alone and need not be unique.
    func newMAC() -> MACAddress {
        var generator = SystemRandomNumberGenerator()
        return macGenerator.next(using: &generator, isTaken: { _ in false }) ?? macs
    }
}
