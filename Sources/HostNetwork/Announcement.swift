import CLinux
package import NetAddress
import Netlink

/// What tells everyone on a network that an address is now at this MAC address.
///
/// Peers remember the MAC of an address for minutes (RFC 826, RFC 4861 §7.2). An address that comes back with another MAC, on this host or
/// another, is dead for them until they are told.
package struct Announcement: Hashable, Sendable {
    package let mac: MACAddress
    package let addresses: [IPAddress]

    package init(mac: MACAddress, addresses: [IPAddress]) {
        self.mac = mac
        self.addresses = addresses
    }

    /// An Ethernet frame for each address: an ARP announcement (RFC 5227 §3), or an unsolicited neighbour advertisement to all nodes that
    /// overrides what they know (RFC 4861 §7.2.6).
    package var frames: [[UInt8]] {
        addresses.map { address in
            switch address {
            case .v4(let address): arp(address)
            case .v6(let address): advertisement(address)
            }
        }
    }

    private func arp(_ address: IPv4Address) -> [UInt8] {
        let everyone = [UInt8](repeating: 0xff, count: 6)
        let header: [UInt8] = [0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1]
        let target = [UInt8](repeating: 0, count: 6)
        return everyone + mac.octets + header + mac.octets + address.octets + target + address.octets
    }

    private func advertisement(_ address: IPv6Address) -> [UInt8] {
        let source = Self.octets(address)
        let allNodes: [UInt8] = [0xff, 0x02] + [UInt8](repeating: 0, count: 13) + [1]
        var message: [UInt8] = [136, 0, 0, 0, 0x20, 0, 0, 0] + source + [2, 1] + mac.octets
        let length = [0, UInt8(message.count)]
        let checksum = Self.checksum(source + allNodes + [0, 0] + length + [0, 0, 0, 58] + message)
        message[2] = UInt8(checksum >> 8)
        message[3] = UInt8(checksum & 0xff)
        let ethernet: [UInt8] = [0x33, 0x33, 0, 0, 0, 1] + mac.octets + [0x86, 0xdd]
        return ethernet + [0x60, 0, 0, 0] + length + [58, 255] + source + allNodes + message
    }

    private static func octets(_ address: IPv6Address) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: address.bits >> (120 - 8 * UInt128($0))) }
    }

    /// The Internet checksum (RFC 1071) of an even number of octets.
    private static func checksum(_ octets: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: octets.count, by: 2) {
            sum += UInt32(octets[index]) << 8 | UInt32(octets[index + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}

extension Announcement {
    /// Says it through an interface of the calling thread's namespace.
    fileprivate func send(through link: Int32) throws(NetlinkError) {
        for frame in frames {
            let status = clinux_send_frame(link, frame, UInt64(frame.count))
            guard status == 0 else { throw NetlinkError(errno: -status, "announce addresses as \(mac)") }
        }
    }
}

extension HostLinks {
    /// Says an announcement through a container's end of a veth that is still here, as the container would: up for that long, and with no
    /// word of the kernel's own.
    package func announce(_ announcement: Announcement, through interface: String) throws {
        guard let link = try find(.name(interface)) else {
            throw NetlinkError(.noDevice, "announce addresses: there is no interface \(interface)")
        }
        try setIPv6(false, of: interface)
        try socket.apply([.setLink(.index(link.index), [.up])], within: Self.limit)
        let result = Result {
            try inNamespace { () throws in try announcement.send(through: link.index) }
        }
        try socket.apply([.setLink(.index(link.index), [.down])], within: Self.limit)
        try result.get()
    }
    /// Says an announcement through the interface of a sandbox that has its MAC address.
    package func announce(_ announcement: Announcement, in sandbox: NetworkNamespace) throws {
        try sandbox.run { () throws in
            var inside = try NetlinkSocket()
            let links = try inside.rows(.listLinks(), within: Self.limit).map { message throws in try Link(message) }
            guard let link = links.first(where: { $0.mac == announcement.mac }) else {
                throw NetlinkError(
                    .noDevice, "announce addresses: no interface has the MAC address \(announcement.mac)")
            }
            try announcement.send(through: link.index)
        }
    }
}
