package import NetAddress

/// An endpoint plugged into a container of this host, as its Interface row tells it.
package struct Attachment: Hashable, Sendable {
    /// The port's id: `external_ids:iface-id`.
    package let portID: String
    /// The container's id: `external_ids:vm-id`.
    package let containerID: String
    /// The name of the veth's end on the host, which is also the Interface's and the Port's name.
    package let hostInterface: String
    /// The name of the veth's end in the container.
    package let containerInterface: String
    package let mac: MACAddress?
    package let addresses: [InterfaceAddress]
    package let bridge: String
    /// Whether ovn-controller has installed the port's flows: `external_ids:ovn-installed`.
    package let isInstalled: Bool
    /// What ``Endpoint/annotations`` said when it was attached.
    package let annotations: [String: String]
}
