import HostAttachment
package import OVNModel
package import OVSDB

/// Rows of a host's Open vSwitch database.
package enum HostRows {
    /// Open vSwitch's database with one row of table Open_vSwitch.
    package static func database(
        _ ids: StringMap = [:], types: [String] = ["geneve", "stt", "vxlan"], more: [OVSDB.Operation] = []
    ) throws -> Replica {
        var row = OpenVSwitch.Configuration(id: .random())
        row.externalIDs = ids
        row.ovsVersion = "3.1.0"
        row.ifaceTypes = types
        return try Replica(of: HostAttachment.tables).applying([.insert(row)] + more)
    }

    package static func configuration(_ replica: Replica) throws -> OpenVSwitch.Configuration {
        try Sample.unwrap(replica[OpenVSwitch.Configuration.self].only)
    }

    package static func bridge(datapath: String = "netdev", failMode: String? = "secure") -> OpenVSwitch.Bridge {
        var bridge = OpenVSwitch.Bridge(id: .random())
        bridge.name = "br-int"
        bridge.datapathType = datapath
        bridge.failMode = failMode
        bridge.externalIDs = ["bridge-id": "br-int"]
        bridge.otherConfig = ["disable-in-band": "true"]
        return bridge
    }

    package static let complete: StringMap = [
        "ipam": "192.0.2.1", "ovn-remote": "tcp:192.0.2.1:6642", "ovn-encap-ip": "192.0.2.11",
        "ovn-encap-type": "geneve", "ovn-mode": "overlay", "ovn-bridge": "br-int", "system-id": "h1",
        "hostname": "host1",
    ]

    /// The rows of a tunnel to host h2, as ovn-controller makes them.
    package static func tunnel(error: String? = nil) -> [OVSDB.Operation] {
        var interface = OpenVSwitch.Interface(id: .random())
        interface.name = "ovn-h2-0"
        interface.type = "geneve"
        interface.options = ["remote_ip": "192.0.2.12", "csum": "true", "key": "flow"]
        interface.error = error
        var port = OpenVSwitch.Port(id: .random())
        port.name = interface.name
        port.interfaces = [interface.id]
        port.externalIDs = ["ovn-chassis-id": "h2@192.0.2.12"]
        return [.insert(interface), .insert(port)]
    }
}
