import NetAddress
import Netlink
import Testing

@testable import HostNetwork

/// A host and a container, each a namespace that lasts as long as the test.
struct Playground {
    let host: HostLinks
    let container: NetworkNamespace

    init() throws {
        host = try HostLinks(in: .make())
        container = try .make()
    }
}

@Suite struct PlugTests {
    func plug(_ name: String = "ovnaaaa", datapath: Datapath = .netdev) throws -> Plug {
        Plug(
            hostInterface: name, alias: "test", mac: try #require(MACAddress("02:00:00:00:00:07")),
            addresses: [try #require(InterfaceAddress("10.0.0.7/24")), try #require(InterfaceAddress("fd00::7/64"))],
            routes: [
                .init(destination: try #require(IPPrefix("0.0.0.0/0")), nextHop: try #require(IPAddress("10.0.0.1"))),
                .init(destination: try #require(IPPrefix("::/0")), nextHop: try #require(IPAddress("fd00::1"))),
            ], mtu: 1442, bridge: "br-int", datapath: datapath)
    }

    @Test(
        arguments: [
            (["10.0.0.7/24", "fd00::7/64"], "10.0.0.0"), (["fd00:1::7/64"], "fd00:1::"), (["10.0.0.1/31"], nil),
            (["10.0.0.1/32", "fd00::7/126"], "fd00::4"), ([], nil),
        ] as [([String], String?)])
    func `OVN is asked for names at an address that no port has`(_ addresses: [String], _ server: String?) {
        #expect(addresses.compactMap { InterfaceAddress($0) }.nameServer == server.flatMap { IPAddress($0) })
    }

    @Test func `an endpoint is plugged into an empty sandbox`() async throws {
        let ground = try Playground()
        let plug = try plug()
        let before = try await ground.host.inspect(hostInterface: plug.hostInterface, sandbox: ground.container)
        #expect(before.host == nil)
        #expect(before.names == ["lo"])
        #expect(before.freeName == "eth0")

        let link = try await ground.host.createVeth(plug, containerInterface: "eth0", sandbox: ground.container)
        try await ground.host.configureHost(link, for: plug)
        try await ground.host.configureContainer(
            plug, link: try #require(link.peer), name: "eth0", actual: before, sandbox: ground.container)

        let after = try await ground.host.inspect(hostInterface: plug.hostInterface, sandbox: ground.container)
        let inside = try #require(after.container)
        #expect(inside.name == "eth0")
        #expect(inside.mac == plug.mac)
        #expect(inside.mtu == 1442)
        #expect(inside.isUp)
        #expect(after.host?.mtu == 1442)
        #expect(after.host?.isUp == true)
        #expect(after.host?.alias == "test")
        #expect(Set(after.addresses.filter { !$0.isLinkLocal }.map(\.address)) == Set(plug.addresses))
        #expect(plug.plan(link: inside.index, actual: after) == [])
        var socket = try NetlinkSocket(in: ground.container.descriptor)
        #expect(try socket.transmitChecksum(of: "eth0") == false)
        let neighbours = try socket.rows(.listNeighbours(on: inside.index), within: .seconds(5))
            .compactMap { message throws in try Neighbour(message) }.filter(\.isPermanent)
        #expect(neighbours.map(\.address) == [IPAddress("10.0.0.0")] && neighbours.first?.mac == plug.mac)
        // The same again changes nothing and fails nowhere.
        try await ground.host.configureHost(link, for: plug)
        try await ground.host.configureContainer(
            plug, link: inside.index, name: "eth0", actual: PlugState(), sandbox: ground.container)
        try await ground.host.removeVeth(plug.hostInterface)
        try await ground.host.removeVeth(plug.hostInterface)
        #expect(try await ground.host.all().map(\.name) == ["lo"])
        #expect(try socket.rows(.listLinks(), within: .seconds(1)).count == 1)
    }

    /// Below 1280 bytes an interface has no IPv6, nor its folder in /proc.
    @Test func `an MTU that is too small for IPv6 is no obstacle, and with a larger one IPv6 is as it should`()
        async throws
    {
        let ground = try Playground()
        var plug = try plug()
        let (addresses, routes) = (plug.addresses, plug.routes)
        plug.mtu = 1222
        plug.addresses = [addresses[0]]
        plug.routes = [routes[0]]
        func settings(_ interface: String, in namespace: NetworkNamespace, _ names: [String]) throws -> [String]? {
            try namespace.run { () throws in
                guard InterfaceSetting.hasIPv6(interface) else { return nil }
                return try names.map {
                    try TextFile.read("/proc/sys/net/ipv6/conf/\(interface)/\($0)").filter { !$0.isWhitespace }
                }
            }
        }
        let link = try await ground.host.createVeth(plug, containerInterface: "eth0", sandbox: ground.container)
        let peer = try #require(link.peer)
        try await ground.host.configureHost(link, for: plug, isNew: true)
        try await ground.host.configureContainer(
            plug, link: peer, name: "eth0", actual: PlugState(), sandbox: ground.container)
        try await ground.host.refuseRouters(mac: plug.mac, in: ground.container)
        try await ground.host.announce(
            Announcement(mac: plug.mac, addresses: [addresses[0].address]), through: plug.hostInterface)
        #expect(try settings("eth0", in: ground.container, []) == nil)

        plug.addresses = addresses
        let before = try await ground.host.inspect(hostInterface: plug.hostInterface, sandbox: ground.container)
        #expect(before.container?.mtu == 1222)
        let small = plug
        let error = await #expect(throws: NetlinkError.self) {
            try await ground.host.configureContainer(
                small, link: peer, name: "eth0", actual: before, sandbox: ground.container)
        }
        #expect(error?.message.contains("turn IPv6 on for eth0: its MTU is below 1280 bytes") == true, "\(error!)")

        plug.mtu = 1280
        plug.routes = routes
        try await ground.host.configureHost(link, for: plug)
        try await ground.host.configureContainer(
            plug, link: peer, name: "eth0", actual: before, sandbox: ground.container)
        let after = try await ground.host.inspect(hostInterface: plug.hostInterface, sandbox: ground.container)
        #expect(Set(after.addresses.filter { !$0.isLinkLocal }.map(\.address)) == Set(addresses))
        #expect(plug.plan(link: peer, actual: after) == [])
        #expect(
            try settings("eth0", in: ground.container, ["accept_ra", "accept_redirects", "disable_ipv6"])
                == ["0", "0", "0"])
        #expect(try settings(plug.hostInterface, in: ground.host.namespace, ["disable_ipv6"]) == ["1"])
    }
}
