import NeutronAPI
import OVNModel
import OVSDB

@testable import HostAttachment

/// What the room calls an attachment; in tests that word is taken.
typealias EnginesEndpoint = Attachment

extension EnginesEndpoint {
    /// The attachment of a port to a container of the engine's; nil where the room would not take the row for its own.
    init?(port: NeutronAPI.ID<NeutronAPI.Port>) {
        var row = OpenVSwitch.Interface(id: .random())
        row.name = "ovn7"
        row.externalIDs = [
            "iface-id": "\(port)", "vm-id": "c0ffee", "ovn-containers:interface": "ovnc7",
            "ovn-containers:handed-over": "true", "ovn-containers:docker-endpoint": "e0",
        ]
        self.init(row, bridge: "br-int")
    }
}
