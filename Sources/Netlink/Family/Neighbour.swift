import CLinux
package import NetAddress

/// An entry of an interface's neighbour table (`RTM_NEWNEIGH`, rtnetlink(7)).
package struct Neighbour: Hashable, Sendable {
    /// The interface's index.
    package var link: Int32
    package var address: IPAddress
    /// Nil while unresolved.
    package var mac: MACAddress?
    /// Whether received packets never change it.
    package var isPermanent: Bool
    /// What made it, if recorded (`NDA_PROTOCOL`).
    package var origin: UInt8?

    package init(_ address: IPAddress, at mac: MACAddress, on link: Int32, origin: UInt8? = nil) {
        self.link = link
        self.address = address
        self.mac = mac
        isPermanent = true
        self.origin = origin
    }

    /// Reads a message of type `RTM_NEWNEIGH`; nil where it is not for an IP address.
    package init?(_ message: Message) throws(NetlinkError) {
        let row = try NeighbourRow(message)
        guard let version = IPVersion(family: row.family), let destination = row.destination else { return nil }
        address = try destination.address()
        guard address.version == version else {
            throw .malformed("neighbour of family \(row.family) is \(address)")
        }
        link = row.link
        mac = row.mac
        isPermanent = row.state & NeighbourRow.permanent != 0
        origin = row.origin
    }
}

/// An entry of a bridge's forwarding database: which port an Ethernet address is behind (bridge(8)).
package struct ForwardingEntry: Hashable, Sendable {
    /// The index of the port, or of the bridge for an address of its own.
    package var link: Int32
    package var mac: MACAddress
    /// The index of the bridge, nil in an interface's own list.
    package var bridge: Int32?
    /// Whether the address is the host's own.
    package var isLocal: Bool
    /// Whether frames received by another port do not move it.
    package var isSticky: Bool

    /// A permanent entry to add.
    package init(_ mac: MACAddress, behind link: Int32) {
        self.link = link
        self.mac = mac
        (isLocal, isSticky) = (false, true)
    }

    /// Reads a message of type `RTM_NEWNEIGH`; nil where it is of another family than a bridge's.
    package init?(_ message: Message) throws(NetlinkError) {
        let row = try NeighbourRow(message)
        guard row.family == NeighbourRow.bridgeFamily, let mac = row.mac else { return nil }
        link = row.link
        self.mac = mac
        bridge = row.bridge
        isLocal = row.state & NeighbourRow.permanent != 0
        isSticky = row.flags & NeighbourRow.sticky != 0
    }
}

/// `struct ndmsg` and its attributes, common to neighbours and forwarding entries.
private struct NeighbourRow {
    static let permanent: UInt16 = 0x80  // NUD_PERMANENT
    static let fixed: UInt16 = 0x42  // NUD_NOARP | NUD_REACHABLE
    static let sticky: UInt8 = 0x40  // NTF_STICKY
    static let ofBridge: UInt8 = 0x04  // NTF_MASTER
    static let bridgeFamily: UInt8 = 7  // AF_BRIDGE

    let family: UInt8
    let link: Int32
    let state: UInt16
    let flags: UInt8
    var destination: Attribute?
    var mac: MACAddress?
    var bridge: Int32?
    var origin: UInt8?

    init(_ message: Message) throws(NetlinkError) {
        var reader = ByteReader(message.payload)
        family = try reader.take()
        _ = try reader.take(3)
        link = try reader.take()
        state = try reader.take()
        flags = try reader.take()
        _ = try reader.take(1)
        for attribute in try Attribute.all(in: reader.rest) {
            switch Int(attribute.type) {
            case Int(NDA_DST): destination = attribute
            case Int(NDA_LLADDR): mac = attribute.mac
            case Int(NDA_MASTER): bridge = try attribute.integer()
            case Int(NDA_PROTOCOL): origin = try attribute.integer()
            default: break
            }
        }
    }

    static func header(_ family: UInt8, _ link: Int32 = 0, state: UInt16 = 0, flags: UInt8 = 0) -> [UInt8] {
        var bytes: [UInt8] = [family, 0, 0, 0]
        bytes.append(integer: link)
        bytes.append(integer: state)
        return bytes + [flags, 0]
    }
}

extension NetlinkRequest {
    /// Makes a neighbour permanent, replacing what was known before.
    package static func ensureNeighbour(_ neighbour: Neighbour) -> NetlinkRequest {
        var writer = AttributeWriter(
            header: NeighbourRow.header(
                neighbour.address.version.family, neighbour.link, state: NeighbourRow.permanent))
        writer.put(Int(NDA_DST), neighbour.address)
        if let mac = neighbour.mac { writer.put(Int(NDA_LLADDR), mac) }
        if let origin = neighbour.origin { writer.put(Int(NDA_PROTOCOL), origin) }
        return NetlinkRequest(
            "make neighbour \(neighbour.address) permanent on interface \(neighbour.link)", type: RTM_NEWNEIGH,
            flags: NLM_F_CREATE | NLM_F_REPLACE, payload: writer.bytes)
    }

    /// Removes a neighbour; succeeds if there is none.
    package static func removeNeighbour(_ neighbour: Neighbour) -> NetlinkRequest {
        var writer = AttributeWriter(header: NeighbourRow.header(neighbour.address.version.family, neighbour.link))
        writer.put(Int(NDA_DST), neighbour.address)
        return NetlinkRequest(
            "remove neighbour \(neighbour.address) on interface \(neighbour.link)", type: RTM_DELNEIGH,
            payload: writer.bytes, tolerated: [.noEntry, .noDevice])
    }

    /// The neighbours that an interface knows, of both versions.
    package static func listNeighbours(on link: Int32) -> NetlinkRequest {
        var writer = AttributeWriter(header: NeighbourRow.header(0))
        writer.put(Int(NDA_IFINDEX), link)
        return NetlinkRequest(
            "list neighbours on interface \(link)", type: RTM_GETNEIGH, flags: dumpFlags, payload: writer.bytes)
    }

    /// Puts an address permanently behind a port of a bridge, moving it from any other.
    package static func ensureForwarding(_ entry: ForwardingEntry) -> NetlinkRequest {
        var writer = AttributeWriter(
            header: NeighbourRow.header(
                NeighbourRow.bridgeFamily, entry.link, state: NeighbourRow.fixed,
                flags: NeighbourRow.ofBridge | NeighbourRow.sticky))
        writer.put(Int(NDA_LLADDR), entry.mac)
        return NetlinkRequest(
            "put \(entry.mac) behind bridge port \(entry.link)", type: RTM_NEWNEIGH,
            flags: NLM_F_CREATE | NLM_F_REPLACE, payload: writer.bytes)
    }

    /// The forwarding database of a bridge.
    package static func listForwarding(of bridge: Int32) -> NetlinkRequest {
        var writer = AttributeWriter(header: NeighbourRow.header(NeighbourRow.bridgeFamily))
        writer.put(Int(NDA_MASTER), bridge)
        return NetlinkRequest(
            "list the forwarding entries of bridge \(bridge)", type: RTM_GETNEIGH, flags: dumpFlags,
            payload: writer.bytes)
    }
}
