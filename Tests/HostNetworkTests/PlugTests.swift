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
        // The same again changes nothing and fails nowhere.
        try await ground.host.configureHost(link, for: plug)
        try await ground.host.configureContainer(
            plug, link: inside.index, name: "eth0", actual: PlugState(), sandbox: ground.container)
        try await ground.host.removeVeth(plug.hostInterface)
        try await ground.host.removeVeth(plug.hostInterface)
        #expect(try await ground.host.all().map(\.name) == ["lo"])
        #expect(try socket.rows(.listLinks(), within: .seconds(1)).count == 1)
    }
}
