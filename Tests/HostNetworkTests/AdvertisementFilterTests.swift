import CLinux
import Glibc
import NetAddress
import Netlink
import Testing

@testable import HostNetwork

/// What keeps a container's router advertisements from the switch, on a veth whose host end is a port of a Linux bridge, as it is of
/// Open vSwitch's kernel datapath, or is read by packet socket, as by its user-space datapath.
@Suite struct AdvertisementFilterTests {
    private static let router: [UInt8] = [134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]
    private static let solicitation: [UInt8] = [133, 0, 0, 0, 0, 0, 0, 0]

    /// An extension header of so many octets; the next one is `next`.
    private static func options(_ next: UInt8, _ length: Int = 8) -> [UInt8] {
        [next, UInt8(length / 8 - 1), 1, UInt8(length - 4)] + [UInt8](repeating: 0, count: length - 4)
    }

    private static func fragment(_ next: UInt8, offset: UInt16, more: Bool) -> [UInt8] {
        let field = offset << 3 | (more ? 1 : 0)
        return [next, 0, UInt8(field >> 8), UInt8(field & 0xff), 0, 0, 0, 9]
    }

    /// The kinds of packets, each with its first next header, what follows the IPv6 header, and whether it passes.
    private static let kinds: [(name: String, next: UInt8, payload: [UInt8], passes: Bool)] = [
        ("advertisement", 58, router, false),
        ("solicitation", 58, solicitation, true),
        ("redirect, which is OVN's to drop", 58, [137] + router.dropFirst(), true),
        ("UDP with the same octet", 17, router, true),
        ("behind hop-by-hop options", 0, options(58) + router, false),
        ("behind long destination options", 60, options(58, 256) + router, false),
        ("behind a routing header", 43, options(58, 24) + router, false),
        ("behind an authentication header", 51, [58, 4] + [UInt8](repeating: 0, count: 22) + router, false),
        ("behind three headers", 0, options(60) + options(43, 16) + options(58) + router, false),
        ("in a first fragment", 44, fragment(58, offset: 0, more: true) + router, false),
        ("in an only fragment", 44, fragment(60, offset: 0, more: false) + options(58) + router, false),
        ("a later fragment, of whatever it is", 44, fragment(58, offset: 185, more: false) + router, true),
        (
            "behind more headers than anybody sends", 60, (0..<7).flatMap { _ in options(60) } + options(58) + router,
            false
        ),
        ("an echo request behind hop-by-hop options", 0, options(58) + [128] + router.dropFirst(), true),
        ("a header that ends too early", 60, [58, 200, 0, 0], true),
        ("TCP behind destination options", 60, options(6) + router, true),
    ]

    @Test(arguments: [Datapath.system, .netdev])
    func `only router advertisements are kept from the switch, wherever they hide`(datapath: Datapath) async throws {
        let ground = try Ground(datapath)
        try await ground.plug(mayAdvertise: false)
        var passed: [UInt8] = []
        for (index, kind) in Self.kinds.enumerated() {
            try ground.send(ground.frame(kind.next, kind.payload, mark: UInt8(index)))
        }
        passed = try ground.received(until: 0xff)
        #expect(passed.map { Self.kinds[Int($0)].name } == Self.kinds.filter(\.passes).map(\.name))
    }

    @Test(arguments: [Datapath.system, .netdev])
    func `a container may begin to advertise, and stop`(datapath: Datapath) async throws {
        let ground = try Ground(datapath)
        try await ground.plug(mayAdvertise: true)
        for (mark, mayAdvertise) in [(UInt8(1), true), (2, false), (3, true), (4, true), (5, false)] {
            if mark > 1 { try await ground.links.setMayAdvertise(mayAdvertise, on: "ovnfilter", datapath) }
            try ground.send(ground.frame(58, Self.router, mark: mark))
        }
        #expect(try ground.received(until: 0xff) == [1, 3, 4])
        try await ground.links.setMayAdvertise(true, on: "absent", datapath)
    }

    /// So that the kernel need not switch such programs on and off with each container that is the only one.
    @Test func `the bridge keeps the program when its last container has gone`() async throws {
        let ground = try Ground(.netdev)
        try await ground.links.apply([.createLink("br-int", kind: "bridge")])
        #expect(try ground.program(on: "br-int") == nil)
        try await ground.plug(mayAdvertise: false)
        let program = try #require(try ground.program(on: "br-int"))
        #expect(try ground.program(on: "ovnfilter") == program)
        try await ground.links.removeVeth("ovnfilter")
        #expect(try ground.program(on: "br-int") == program)
    }

    @Test func `a container's end hears no router, whatever was set before`() async throws {
        let ground = try Ground(.netdev)
        try await ground.plug(mayAdvertise: false)
        #expect(try ground.settings() == ["0", "0"])
        try ground.container.run { () throws in
            for name in ["accept_ra", "accept_redirects"] {
                try TextFile.overwrite("/proc/sys/net/ipv6/conf/eth0/\(name)", "1")
            }
        }
        #expect(try ground.settings() == ["1", "1"])
        try await ground.links.refuseRouters(mac: ground.mac, in: ground.container)
        #expect(try ground.settings() == ["0", "0"])
        let other = try #require(MACAddress("02:00:00:00:00:99"))
        await #expect(throws: NetlinkError.self) {
            try await ground.links.refuseRouters(mac: other, in: ground.container)
        }
    }
}

/// A host whose bridge has a container's veth, and who listens: behind the bridge, or at the veth itself.
private struct Ground {
    let host: NetworkNamespace
    let container: NetworkNamespace
    let links: HostLinks
    let datapath: Datapath
    let mac = MACAddress(literal: "02:00:00:00:00:07")
    let listener: CInt

    init(_ datapath: Datapath) throws {
        (host, container) = (try .make(), try .make())
        links = try HostLinks(in: host)
        self.datapath = datapath
        // ETH_P_ALL of an interface that is there later: bound in plug().
        listener = try host.run { socket(AF_PACKET, CInt(SOCK_RAW.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0) }
    }

    func plug(mayAdvertise: Bool) async throws {
        let plug = Plug(
            hostInterface: "ovnfilter", alias: "test", mac: mac,
            addresses: [InterfaceAddress(literal: "fd00::7/64")], routes: [], mtu: 1442, bridge: "br-int",
            datapath: datapath, mayAdvertise: mayAdvertise)
        let link = try await links.createVeth(plug, containerInterface: "eth0", sandbox: container)
        try await links.configureHost(link, for: plug, isNew: true)
        try await links.configureContainer(
            plug, link: try #require(link.peer), name: "eth0", actual: PlugState(), sandbox: container)
        var heard = link.index
        if datapath == .system {
            try await links.apply([.createLink("br", kind: "bridge"), .setLink(.name("br"), [.up])])
            let far = VethPair(name: "far", peerName: "near")
            try await links.apply([.createVeth(far), .setLink(.name("far"), [.up]), .setLink(.name("near"), [.up])])
            try host.run { () throws in
                for port in ["ovnfilter", "far"] {
                    try TextFile.overwrite("/proc/sys/net/ipv6/conf/\(port)/disable_ipv6", "1")
                }
            }
            for port in ["ovnfilter", "far"] { try await links.enslave(port, to: "br") }
            heard = try #require(try await links.find(.name("near"))).index
        }
        // struct sockaddr_ll: family, protocol, index, and what is not asked for.
        var address: [UInt8] = [UInt8(AF_PACKET), 0, 0x00, 0x03] + withUnsafeBytes(of: heard) { Array($0) }
        address += [UInt8](repeating: 0, count: 12)
        let status = address.withUnsafeBytes { bytes in
            bind(listener, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        #expect(status == 0)
    }

    /// To all nodes, as a broadcast, into which a Linux bridge does not look; the mark is the flow label, which no filter looks at.
    func frame(_ next: UInt8, _ payload: [UInt8], mark: UInt8) -> [UInt8] {
        let ethernet = [UInt8](repeating: 0xff, count: 6) + mac.octets + [0x86, 0xdd]
        let source: [UInt8] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 7]
        let all: [UInt8] = [0xff, 2] + [UInt8](repeating: 0, count: 13) + [1]
        let length = UInt16(payload.count)
        return ethernet + [0x60, 0xa, 0xb, mark, UInt8(length >> 8), UInt8(length & 0xff), next, 255] + source + all
            + payload
    }

    func send(_ frame: [UInt8]) throws {
        let status = try container.run { () throws -> CInt in
            var inside = try NetlinkSocket()
            let links = try inside.rows(.listLinks(), within: .seconds(5)).map { message throws in try Link(message) }
            let link = try #require(links.first { $0.name == "eth0" })
            return clinux_send_frame(link.index, frame, UInt64(frame.count))
        }
        #expect(status == 0)
    }

    /// The number of the XDP program that an interface of the host has.
    func program(on name: String) throws -> UInt32? {
        let rows = try host.run { () throws in
            var socket = try NetlinkSocket()
            return try socket.rows(.getLink(.name(name)), within: .seconds(5))
        }
        let message = try #require(rows.first)
        // Behind struct ifinfomsg.
        let attributes = try Attribute.all(in: message.payload.dropFirst(16))
        let settings = try attributes.first { $0.type == IFLA_XDP }.map { attribute throws in try attribute.nested() }
        return try settings?.first { $0.type == IFLA_XDP_PROG_ID }.map { attribute throws in try attribute.integer() }
    }

    private static let nothing: [UInt8] = [0, 9, 0, 9, 0, 8, 0, 0]

    /// The marks of what was heard, in order, up to one that is sent now and always passes.
    func received(until last: UInt8) throws -> [UInt8] {
        try send(frame(17, Self.nothing, mark: last))
        var marks: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        for _ in 0..<1000 {
            var poll = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, 5_000) == 1 else { break }
            let count = recv(listener, &buffer, buffer.count, 0)
            guard count >= 54, buffer[12] == 0x86, buffer[13] == 0xdd, buffer[15] == 0xa, buffer[16] == 0xb else {
                continue
            }
            if buffer[17] == last { return marks }
            marks.append(buffer[17])
        }
        Issue.record("the last frame was not heard; \(marks) were")
        return marks
    }

    func settings() throws -> [String] {
        try container.run { () throws in
            try ["accept_ra", "accept_redirects"].map {
                try TextFile.read("/proc/sys/net/ipv6/conf/eth0/\($0)").filter { !$0.isWhitespace }
            }
        }
    }
}

extension HostLinks {
    /// Makes an interface a port of a bridge, by the file that brctl(8) has no other word for.
    fileprivate func enslave(_ port: String, to bridge: String) throws {
        guard let link = try find(.name(port)), let master = try find(.name(bridge)) else { return }
        var writer = AttributeWriter(
            header: [0, 0, 0, 0] + withUnsafeBytes(of: link.index) { Array($0) } + [UInt8](repeating: 0, count: 8))
        writer.put(Int(IFLA_MASTER), UInt32(master.index))
        try apply([NetlinkRequest("put \(port) into \(bridge)", type: RTM_SETLINK, payload: writer.bytes)])
    }
}
