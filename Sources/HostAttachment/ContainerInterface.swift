import HostNetwork
package import NetAddress
import Netlink

/// The container's end of an endpoint, as it is in its sandbox at this moment.
package struct ContainerInterface: Hashable, Sendable {
    package let name: String
    package let mac: MACAddress?
    /// In bytes.
    package let mtu: Int
    /// Without link-local ones, which every interface makes for itself.
    package let addresses: [IPAddress]

    package init(name: String, mac: MACAddress?, mtu: Int, addresses: [IPAddress]) {
        self.name = name
        self.mac = mac
        self.mtu = mtu
        self.addresses = addresses
    }

    /// Nil where the sandbox has no end of the veth.
    init?(_ state: PlugState) {
        guard let link = state.container else { return nil }
        self.init(
            name: link.name, mac: link.mac, mtu: Int(link.mtu),
            addresses: state.addresses.filter { !$0.isLinkLocal }.map(\.address.address))
    }
}

/// What a look at this host's attachments has found.
package struct Survey: Hashable, Sendable {
    /// Everything that rows, veths and sandboxes do not agree on.
    package let findings: [Finding]
    /// By port id, the containers' ends that were found.
    package let interfaces: [String: ContainerInterface]

    package init(findings: [Finding] = [], interfaces: [String: ContainerInterface] = [:]) {
        self.findings = findings
        self.interfaces = interfaces
    }
}
