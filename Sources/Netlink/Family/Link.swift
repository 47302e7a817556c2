import CLinux
package import NetAddress

/// A network interface as the kernel lists it (`RTM_NEWLINK`, rtnetlink(7)).
package struct Link: Hashable, Sendable {
    /// Unique in its namespace.
    package var index: Int32
    package var name: String
    /// Nil for interfaces without an Ethernet address, such as tunnels.
    package var mac: MACAddress?
    package var mtu: UInt32
    package var isUp: Bool
    /// Whether its cable is connected; for a veth, whether its peer is up.
    package var hasCarrier: Bool
    package var isLoopback: Bool
    /// `veth`, `bridge`, `openvswitch` …; empty for a physical NIC.
    package var kind: String
    /// `ip link set … alias`; that of our veths holds the port id.
    package var alias: String
    /// The index of the bridge or bond it belongs to.
    package var master: Int32?
    /// How its bridge treats it; nil where it is not a port of a Linux bridge.
    package var port: BridgePortSettings?
    /// The index of a veth's other end, in that end's namespace.
    package var peer: Int32?
    /// The id of the peer's namespace in this one, nil where they are the same.
    package var peerNamespace: Int32?
    /// The index of the interface that a VXLAN tunnel is bound to.
    package var tunnelLink: Int32?

    /// Reads a message of type `RTM_NEWLINK`.
    package init(_ message: Message) throws(NetlinkError) {
        var reader = ByteReader(message.payload)
        _ = try reader.take(2)
        let hardware = try reader.take(UInt16.self)
        index = try reader.take()
        let flags = try reader.take(UInt32.self)
        _ = try reader.take(4)
        (name, mac, mtu, kind, alias) = ("", nil, 0, "", "")
        isUp = flags & 1 != 0  // IFF_UP
        hasCarrier = flags & 0x1_0000 != 0  // IFF_LOWER_UP
        isLoopback = hardware == 772  // ARPHRD_LOOPBACK
        for attribute in try Attribute.all(in: reader.rest) {
            switch Int(attribute.type) {
            case Int(IFLA_IFNAME): name = attribute.text
            case Int(IFLA_ADDRESS): mac = hardware == 1 ? attribute.mac : nil  // ARPHRD_ETHER
            case Int(IFLA_MTU): mtu = try attribute.integer()
            case Int(IFLA_IFALIAS): alias = attribute.text
            case Int(IFLA_MASTER): master = try attribute.integer()
            case Int(IFLA_LINK): peer = try attribute.integer()
            case Int(IFLA_LINK_NETNSID): peerNamespace = try attribute.integer()
            case Int(IFLA_LINKINFO):
                let info = try attribute.nested()
                for inner in info where Int(inner.type) == Int(IFLA_INFO_KIND) { kind = inner.text }
                port = try BridgePortSettings(linkInfo: info)
                guard kind == "vxlan" else { break }
                for inner in info where Int(inner.type) == Int(IFLA_INFO_DATA) {
                    for setting in try inner.nested() where Int(setting.type) == Int(IFLA_VXLAN_LINK) {
                        tunnelLink = try setting.integer()
                    }
                }
            default: break
            }
        }
        guard !name.isEmpty else { throw .malformed("interface \(index) has no name") }
    }

    /// The longest name that an interface can have, in bytes.
    package static let nameLimit = 15
}

/// How a request names an interface.
package enum LinkReference: Hashable, Sendable, CustomStringConvertible {
    case index(Int32)
    case name(String)

    package var description: String {
        switch self {
        case .index(let index): "interface \(index)"
        case .name(let name): "interface \(name)"
        }
    }
}
