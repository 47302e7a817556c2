package import DHCPOptions
import IPAM
package import NetAddress
package import NeutronAPI

/// The settings of a ``NetworkStore``. The defaults are those of a Neutron with the ML2/OVN driver.
package struct NetworkStoreConfiguration: Sendable {
    /// The MTU of the network between the hosts, in bytes: 1500 unless jumbo frames are in use.
    package var underlayMTU = 1_500
    /// The IP version of the tunnels between the hosts: Geneve costs 58 bytes over IPv4 and 78 over IPv6.
    package var tunnelVersion = IPVersion.v4
    /// The domain name sent by DHCP, and that of ports' names; nil for none, and ``PortDNS/defaultDomain``.
    package var dnsDomain: DomainName? {
        didSet { serverDomain = dnsDomain.map(\.qualifiedName) ?? PortDNS.defaultDomain }
    }
    /// The domain of ports' names, in lower case with a final dot.
    private(set) var serverDomain = PortDNS.defaultDomain
    /// Name servers of subnets without any.
    package var nameservers: [IPAddress] = []
    /// In seconds.
    package var dhcpLeaseTime = 43_200
    /// The base of generated MAC addresses: see ``MACGenerator``.
    package var macs = MACAddress(literal: "fa:16:3e:00:00:00")
    /// The limits of projects that have none of their own.
    package var quotas = QuotaLimits.none
    /// How long a change may take, lost races and reconnects included.
    package var changeTimeout = Duration.seconds(20)
    /// How long a requester far ahead of ovn-northd waits for it: bounds the delay if it does not run.
    package var paceTimeout = Duration.seconds(5)
    /// How long a look-up that misses may wait for the newest state.
    package var barrierTimeout = Duration.seconds(5)

    package init() {}

    /// The largest MTU a network can have.
    package var maximumMTU: Int { underlayMTU - (tunnelVersion == .v4 ? 58 : 78) }
}

extension DomainName {
    /// In lower case, with a final dot.
    fileprivate var qualifiedName: String {
        let name = text.lowercased()
        return name.hasSuffix(".") ? name : name + "."
    }
}

extension NetworkStoreConfiguration {
    var macGenerator: MACGenerator { MACGenerator(base: macs) ?? .standard }

    /// A MAC for a DHCP server, which exists only in OVN's answers and need not be unique.
    func newMAC() -> MACAddress {
        var generator = SystemRandomNumberGenerator()
        return macGenerator.next(using: &generator, isTaken: { _ in false }) ?? macs
    }
}
