package import HostAttachment
import NeutronAPI
import OVNModel
import OVSDB

/// What the room calls an attachment; in tests that word is taken.
package typealias PluggedEndpoint = Attachment

extension PluggedEndpoint {
    /// The attachment of a port with a number to a network container; `nil` where the room would not take the row for its own.
    ///
    /// `changes` are more of `external_ids`; nil removes one.
    package init?(port: UInt64, in container: String, _ changes: [String: String?] = [:]) {
        var row = OpenVSwitch.Interface(id: .random())
        row.name = "ovn\(port)"
        row.externalIDs = [
            "iface-id": "\(NeutronAPI.ID<NeutronAPI.Port>(high: 3, low: port))", "vm-id": container,
            "ovn-containers:interface": "eth0", "ovn-containers:container": "network_\(container)",
        ]
        for (key, value) in changes { row.externalIDs[key] = value }
        self.init(row, bridge: "br-int")
    }
}
