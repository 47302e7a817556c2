package import HostNetwork
package import NetAddress

/// An endpoint plugged into a container of this host, as its Interface row tells it.
package struct Attachment: Hashable, Sendable {
    /// The port's id: `external_ids:iface-id`, or `ovn-containers:port` where the NIC carries it.
    package let portID: String
    /// The container's id: `external_ids:vm-id`.
    package let containerID: String
    /// The name of the veth's end on the host, which is also the Interface's and the Port's name.
    package let hostInterface: String
    /// The name of the veth's end in the container.
    package let containerInterface: String
    package let mac: MACAddress?
    package let addresses: [InterfaceAddress]
    package let gateways: [IPAddress]
    package let routes: [Endpoint.Route]
    /// In bytes; 0 where the row does not tell it.
    package let mtu: Int
    package let bridge: String
    /// Where the container's namespace was when it was attached.
    package let sandbox: Sandbox?
    /// Whether the engine has moved or will move the container's end and given it its name and addresses.
    package let isHandedOver: Bool
    /// Which namespace that was.
    package let namespace: NetworkNamespace.Identity?
    /// The VLAN by which this host's NIC carries the port; nil where the port is bound on this host itself.
    package let vlan: Int?
    /// The tag that the bridge gives to the port's packets: the Port row's column `tag`.
    package let tag: Int?
    /// Whether the container may send router advertisements.
    package let mayAdvertise: Bool
    /// Whether ovn-controller has installed the port's flows: `external_ids:ovn-installed`. Of a port that the NIC carries: whether
    /// ovs-vswitchd has taken the interface up.
    package let isInstalled: Bool
    /// Whether the API has said, since the interface was made, that the port is this container's.
    package let isConfirmed: Bool
    /// What ovs-vswitchd says it cannot do with the interface: its `error` column.
    package let problem: String?
    /// Keys without which it cannot be undone or repaired and which the row lacks.
    package let missingKeys: [String]
    /// What ``Endpoint/annotations`` said when it was attached.
    package let annotations: [String: String]

    /// What was attached, to attach it again; nil where the row lacks something, or where that is not ours to do.
    package var endpoint: Endpoint? {
        guard missingKeys.isEmpty, !isHandedOver, let mac else { return nil }
        return Endpoint(
            portID: portID, mac: mac, addresses: addresses, gateways: gateways, routes: routes, mtu: mtu,
            bridge: bridge,
            interfaceName: containerInterface, vlan: vlan, mayAdvertise: mayAdvertise, annotations: annotations)
    }
}
