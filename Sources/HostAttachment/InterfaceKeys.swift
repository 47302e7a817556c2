import OVNModel
import OVSDB

/// The keys of an Interface row's `external_ids`.
package enum InterfaceKeys {
    /// Open vSwitch's and OVN's own (IntegrationGuide; ovn-controller(8)).
    static let portID = "iface-id"
    static let mac = "attached-mac"
    static let containerID = "vm-id"
    static let status = "iface-status"
    /// Written by ovn-controller.
    static let installed = "ovn-installed"

    /// All of ours start with this.
    package static let prefix = "ovn-containers:"
    /// In place of `iface-id` where this host's NIC carries the port as a VLAN: no ovn-controller of this host may claim it.
    static let carriedPortID = prefix + "port"
    /// That VLAN, which is the Port row's `tag` too.
    static let vlan = prefix + "vlan"
    static let containerInterface = prefix + "interface"
    static let addresses = prefix + "addresses"
    static let gateways = prefix + "gateways"
    static let routes = prefix + "routes"
    static let mtu = prefix + "mtu"
    /// `true` where the container may send router advertisements.
    static let mayAdvertise = prefix + "may-advertise"
    /// `process:PID` or `path:PATH`, as the sandbox was named.
    static let sandbox = prefix + "sandbox"
    /// `true` where the engine moves the container's end; then the sandbox may not be known yet, and its namespace never is.
    static let handedOver = prefix + "handed-over"
    /// Device and inode of its namespace.
    static let namespace = prefix + "namespace"
    /// `true` once the API has said, since this veth was made, that the port is this container's.
    static let confirmed = prefix + "confirmed"

    /// What an annotation cannot be called.
    static let reserved: Set<String> = [
        containerInterface, addresses, gateways, routes, mtu, sandbox, namespace, carriedPortID, vlan, handedOver,
        mayAdvertise, confirmed,
    ]

    /// What a finished row has in any case, beside the port's id.
    static let required = requiredWhenHandedOver + [sandbox, namespace]
    static let requiredWhenHandedOver = [mac, containerID, containerInterface, addresses, mtu]
}

extension OpenVSwitch.Interface {
    /// The id of the port that is plugged in here, whoever plugged it.
    var portID: String? { externalIDs[InterfaceKeys.portID] ?? externalIDs[InterfaceKeys.carriedPortID] }
}
