import CLinux
package import NetAddress

/// A veth pair to create: one end here, the other here or in another namespace.
package struct VethPair: Hashable, Sendable {
    package var name: String
    package var peerName: String
    /// Nil lets the kernel choose.
    package var peerMAC: MACAddress?
    /// Of both ends, in bytes.
    package var mtu: UInt32
    /// A descriptor of the peer's namespace; nil for this one.
    package var peerNamespace: CInt?

    package init(
        name: String, peerName: String, peerMAC: MACAddress? = nil, mtu: UInt32 = 1500,
        peerNamespace: CInt? = nil
    ) {
        self.name = name
        self.peerName = peerName
        self.peerMAC = peerMAC
        self.mtu = mtu
        self.peerNamespace = peerNamespace
    }
}

/// A change of an interface.
package enum LinkChange: Hashable, Sendable {
    case up
    case down
    case mac(MACAddress)
    case mtu(UInt32)
    /// Only while it is down, before Linux 6.2.
    case name(String)
    case alias(String)
    /// Into the namespace behind this descriptor.
    case namespace(CInt)
}

extension NetlinkRequest {
    /// Creates both ends at once, the peer directly in its namespace, with their MACs and MTUs. Fails where a name is
    /// taken.
    package static func createVeth(_ pair: VethPair) -> NetlinkRequest {
        var writer = AttributeWriter(header: linkHeader(.name(pair.name)))
        writer.put(Int(IFLA_IFNAME), text: pair.name)
        writer.put(Int(IFLA_MTU), pair.mtu)
        writer.nest(Int(IFLA_LINKINFO)) { info in
            info.put(Int(IFLA_INFO_KIND), text: "veth")
            info.nest(Int(IFLA_INFO_DATA)) { data in
                data.nest(Int(VETH_INFO_PEER), header: linkHeader(.name(pair.peerName))) { peer in
                    peer.put(Int(IFLA_IFNAME), text: pair.peerName)
                    peer.put(Int(IFLA_MTU), pair.mtu)
                    if let mac = pair.peerMAC { peer.put(Int(IFLA_ADDRESS), mac) }
                    if let descriptor = pair.peerNamespace { peer.put(Int(IFLA_NET_NS_FD), UInt32(descriptor)) }
                }
            }
        }
        return NetlinkRequest(
            "create veth \(pair.name) with peer \(pair.peerName)", type: RTM_NEWLINK, flags: NLM_F_CREATE | NLM_F_EXCL,
            payload: writer.bytes)
    }

    /// Creates a virtual interface of a kind that needs no settings: `bridge`, `dummy`.
    package static func createLink(_ name: String, kind: String) -> NetlinkRequest {
        var writer = AttributeWriter(header: linkHeader(.name(name)))
        writer.put(Int(IFLA_IFNAME), text: name)
        writer.nest(Int(IFLA_LINKINFO)) { $0.put(Int(IFLA_INFO_KIND), text: kind) }
        return NetlinkRequest(
            "create \(kind) \(name)", type: RTM_NEWLINK, flags: NLM_F_CREATE | NLM_F_EXCL, payload: writer.bytes)
    }

    /// Changes an interface; idempotent.
    package static func setLink(_ link: LinkReference, _ changes: [LinkChange]) -> NetlinkRequest {
        var flags: UInt32 = 0
        var mask: UInt32 = 0
        for change in changes {
            switch change {
            case .up: (flags, mask) = (1, 1)
            case .down: (flags, mask) = (0, 1)
            default: break
            }
        }
        var writer = AttributeWriter(header: linkHeader(link, flags: flags, mask: mask))
        // Beside an index, a name would rename it.
        if case .name(let name) = link { writer.put(Int(IFLA_IFNAME), text: name) }
        for change in changes {
            switch change {
            case .up, .down: break
            case .mac(let mac): writer.put(Int(IFLA_ADDRESS), mac)
            case .mtu(let mtu): writer.put(Int(IFLA_MTU), mtu)
            case .name(let name): writer.put(Int(IFLA_IFNAME), text: name)
            case .alias(let alias): writer.put(Int(IFLA_IFALIAS), text: alias)
            case .namespace(let descriptor): writer.put(Int(IFLA_NET_NS_FD), UInt32(descriptor))
            }
        }
        return NetlinkRequest("change \(link): \(changes)", type: RTM_SETLINK, payload: writer.bytes)
    }

    /// Deletes an interface, and a veth's peer with it; succeeds if there is none.
    package static func removeLink(_ link: LinkReference) -> NetlinkRequest {
        var writer = AttributeWriter(header: linkHeader(link))
        if case .name(let name) = link { writer.put(Int(IFLA_IFNAME), text: name) }
        return NetlinkRequest("delete \(link)", type: RTM_DELLINK, payload: writer.bytes, tolerated: [.noDevice])
    }

    /// One interface; no row if there is none.
    package static func getLink(_ link: LinkReference) -> NetlinkRequest {
        var writer = AttributeWriter(header: linkHeader(link))
        if case .name(let name) = link { writer.put(Int(IFLA_IFNAME), text: name) }
        return NetlinkRequest("look at \(link)", type: RTM_GETLINK, payload: writer.bytes, tolerated: [.noDevice])
    }

    /// Every interface of the namespace.
    package static func listLinks() -> NetlinkRequest {
        NetlinkRequest("list interfaces", type: RTM_GETLINK, flags: dumpFlags, payload: linkHeader(.index(0)))
    }

    /// The ports of a bridge.
    package static func listPorts(of bridge: Int32) -> NetlinkRequest {
        var writer = AttributeWriter(header: linkHeader(.index(0)))
        writer.put(Int(IFLA_MASTER), bridge)
        return NetlinkRequest(
            "list the ports of bridge \(bridge)", type: RTM_GETLINK, flags: dumpFlags, payload: writer.bytes)
    }

    /// `struct ifinfomsg`: family, padding, hardware type, index, flags, mask of the flags that change.
    static func linkHeader(
        _ link: LinkReference, family: UInt8 = 0, flags: UInt32 = 0, mask: UInt32 = 0
    ) -> [UInt8] {
        var bytes: [UInt8] = [family, 0, 0, 0]
        if case .index(let index) = link { bytes.append(integer: index) } else { bytes.append(integer: Int32(0)) }
        bytes.append(integer: flags)
        bytes.append(integer: mask)
        return bytes
    }
}

/// `NLM_F_DUMP`, an expression that Swift does not import from C.
let dumpFlags: Int32 = NLM_F_ROOT | NLM_F_MATCH
