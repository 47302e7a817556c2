package import HostNetwork
package import NetAddress

/// What a port needs to become an interface of a container: the part of a Neutron port that the host must know.
package struct Endpoint: Hashable, Sendable {
    /// A route beyond the subnet's own, as a subnet's `host_routes` or `gateway_ip` state it.
    package typealias Route = Plug.Route

    /// The port's id; it becomes `iface-id`, by which ovn-controller finds the logical switch port, unless there is a ``vlan``.
    package var portID: String
    package var mac: MACAddress
    /// The addresses with their subnets' prefix lengths, of any number of subnets and either version.
    package var addresses: [InterfaceAddress]
    /// Next hops of the default routes, at most one for each version. Empty: this endpoint carries no default route.
    package var gateways: [IPAddress]
    package var routes: [Route]
    /// The network's MTU in bytes, set on both ends.
    package var mtu: Int
    /// The integration bridge, `br-int`, or the bridge that has the NIC, `breth0`.
    package var bridge: String
    /// The interface's name in the container; nil takes the first free one of `eth0`, `eth1` …
    package var interfaceName: String?
    /// The VLAN by which this host's NIC, a port of the bridge, carries the endpoint: its interface becomes an access port. Nil where
    /// ovn-controller of this host binds the port.
    package var vlan: Int?
    /// Whether the container may send router advertisements, as a port may that is not held to its addresses.
    package var mayAdvertise: Bool
    /// Whether the API has just said that the port is the container's. Written down with the interface, to tell later
    /// whether the port was taken from a container that runs.
    package var isConfirmed = false
    /// More keys to keep in the Interface row, without prefix: `network` becomes `ovn-containers:network`.
    package var annotations: [String: String]

    package init(
        portID: String, mac: MACAddress, addresses: [InterfaceAddress], gateways: [IPAddress] = [],
        routes: [Route] = [],
        mtu: Int, bridge: String = "br-int", interfaceName: String? = nil, vlan: Int? = nil, mayAdvertise: Bool = false,
        annotations: [String: String] = [:]
    ) {
        self.portID = portID
        self.mac = mac
        self.addresses = addresses
        self.gateways = gateways
        self.routes = routes
        self.mtu = mtu
        self.bridge = bridge
        self.interfaceName = interfaceName
        self.vlan = vlan
        self.mayAdvertise = mayAdvertise
        self.annotations = annotations
    }
}
