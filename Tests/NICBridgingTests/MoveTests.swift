import NetAddress
import Netlink
import Testing

@testable import HostNetwork
@testable import NICBridging

/// A host with a NIC that has a life of its own, and a bridge that is to take it over.
struct MoveGround {
    let host: HostLinks
    let far: NetworkNamespace

    init() async throws {
        host = try HostLinks(in: .make())
        far = try .make()
        try await host.apply([
            .createVeth(VethPair(name: "eth0", peerName: "far", peerNamespace: far.descriptor)),
            .createLink("breth0", kind: "bridge"),
            .createVeth(VethPair(name: "eth1", peerName: "eth1p")),
            .setLink(.name("eth0"), [.up]), .setLink(.name("eth1"), [.up]), .setLink(.name("eth1p"), [.up]),
        ])
        var there = try NetlinkSocket(in: far.descriptor)
        try there.apply([.setLink(.name("far"), [.up])], within: .seconds(1))
        let nic = try #require(try await host.find(.name("eth0"))).index
        let other = try #require(try await host.find(.name("eth1"))).index
        var labelled = LinkAddress(try #require(InterfaceAddress("10.0.0.3/24")), on: nic)
        labelled.label = "eth0:1"
        var leased = LinkAddress(try #require(InterfaceAddress("192.0.2.9/25")), on: nic)
        (leased.validFor, leased.preferredFor) = (3600, 1800)
        try await host.apply([
            .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.0.0.2/24")), on: nic)),
            .ensureAddress(labelled),
            .ensureAddress(leased), .ensureAddress(LinkAddress(try #require(InterfaceAddress("fd00::2/64")), on: nic)),
            .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.1.0.2/24")), on: other)),
        ])
        var preferred = Route(to: try #require(IPPrefix("0.0.0.0/0")), gateway: IPAddress("10.0.0.1"), link: nic)
        preferred.origin = 16
        preferred.preferredSource = IPAddress("10.0.0.2")
        preferred.metric = 100
        var table = Route(
            to: try #require(IPPrefix("198.51.100.0/24")), gateway: IPAddress("169.254.0.1"), link: nic, isOnLink: true)
        table.table = 1000
        table.metrics = [8, 0, 2, 0, 0x78, 5, 0, 0]
        var several = Route(to: try #require(IPPrefix("203.0.113.0/24")), link: nic)
        several.scope = 0
        several.nextHops = [
            .init(gateway: IPAddress("10.0.0.1"), link: nic, weight: 2),
            .init(gateway: IPAddress("10.1.0.1"), link: other),
        ]
        var six = Route(to: try #require(IPPrefix("::/0")), gateway: IPAddress("fd00::1"), link: nic)
        six.metric = 512
        let direct = Route(to: try #require(IPPrefix("fd99::/64")), link: nic)
        try await host.apply([preferred, table, several, six, direct].map { .ensureRoute($0) })
        var advertised = Route(to: try #require(IPPrefix("::/0")), gateway: IPAddress("fe80::1"), link: nic)
        (advertised.metric, advertised.expires, advertised.isAdvertised) = (1024, 1800, true)
        try await host.apply([.addRoute(advertised)])
        try await host.apply([.setLink(.name("breth0"), [.up])])
    }

    func both() async throws -> (nic: InterfaceConfiguration, bridge: InterfaceConfiguration) {
        (
            try #require(try await host.configuration(of: "eth0")),
            try #require(try await host.configuration(of: "breth0"))
        )
    }

    /// What does not change by itself: seconds that are left count down.
    static func lasting(_ configuration: InterfaceConfiguration) -> [String] {
        let addresses = configuration.addresses.filter { !$0.isLinkLocal }.map {
            "\($0.address) \($0.label ?? "") \($0.validFor == .max) \($0.broadcast.map { "\($0)" } ?? "")"
        }
        let routes = configuration.routes.filter { !$0.isAdvertised }.map {
            "\($0.destination) \($0.nextHops) \($0.table) \($0.origin) \($0.metrics ?? []) \($0.preferredSource.map { "\($0)" } ?? "")"
        }
        return (addresses + routes).sorted()
    }
}

@Suite struct MoveTests {
    @Test func `addresses and routes of every shape move to the bridge and back`() async throws {
        let ground = try await MoveGround()
        let (nic, bridge) = try await ground.both()
        #expect(nic.ownRoutes.count == 6)
        let changes = InterfaceConfiguration.plan(from: nic, to: bridge)
        try await ground.host.apply(changes)

        let (emptied, filled) = try await ground.both()
        #expect(MoveGround.lasting(emptied) == [])
        #expect(filled.movableAddresses.map(\.address).count == 4)
        #expect(Set(filled.movableAddresses.map(\.address)) == Set(nic.movableAddresses.map(\.address)))
        #expect(filled.addresses.contains { $0.label == "breth0:1" })
        #expect(filled.addresses.contains { $0.validFor < 3601 && $0.validFor > 3500 })
        #expect(filled.ownRoutes.count == 6)
        #expect(filled.routes.contains { $0.nextHops.count == 2 && $0.nextHops[0].link == bridge.link.index })
        #expect(InterfaceConfiguration.plan(from: emptied, to: filled) == [])
        let advertised = try #require(filled.routes.first { $0.isAdvertised })
        #expect(advertised.nextHops == [.init(gateway: IPAddress("fe80::1"), link: bridge.link.index)])
        #expect(advertised.expires.map { $0 > 1700 } == true)
        #expect(!emptied.routes.contains { $0.isAdvertised })

        try await ground.host.apply(InterfaceConfiguration.plan(from: filled, to: emptied))
        let back = try await ground.both()
        #expect(MoveGround.lasting(back.nic) == MoveGround.lasting(nic))
        #expect(MoveGround.lasting(back.bridge) == [])
    }

    @Test func `a move that fails at any step leaves everything as it was`() async throws {
        let ground = try await MoveGround()
        let (nic, bridge) = try await ground.both()
        let changes = InterfaceConfiguration.plan(from: nic, to: bridge)
        let impossible = ConfigurationChange.addAddress(
            LinkAddress(try #require(InterfaceAddress("10.9.9.9/24")), on: 4711))
        let unremovable = ConfigurationChange.replaceRoute(nic.ownRoutes[0], by: Self.unreachable)
        for position in 0...changes.count {
            var broken = changes
            // Behind the first that takes something away nothing is added any more: there a change fails.
            let isAdding = position <= changes.firstIndex { $0.takesAway } ?? 0
            broken.insert(isAdding ? impossible : unremovable, at: position)
            await #expect(throws: NetlinkError.self) { try await ground.host.apply(broken) }
            let (after, untouched) = try await ground.both()
            #expect(MoveGround.lasting(after) == MoveGround.lasting(nic), "after failing at step \(position)")
            #expect(MoveGround.lasting(untouched) == [], "after failing at step \(position)")
        }
    }

    /// Through a gateway that is on no link.
    static let unreachable = Route(
        to: IPPrefix(literal: "198.51.100.0/25"), gateway: IPAddress("172.31.0.1"), link: 4711)

    @Test func `a gateway that is reached by another route moves after that`() async throws {
        let host = try HostLinks(in: .make())
        try await host.apply([
            .createVeth(VethPair(name: "eth0", peerName: "far")), .createLink("breth0", kind: "bridge"),
            .setLink(.name("eth0"), [.up]), .setLink(.name("far"), [.up]), .setLink(.name("breth0"), [.up]),
        ])
        let nic = try #require(try await host.find(.name("eth0"))).index
        try await host.apply([
            .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.60.0.5/32")), on: nic)),
            .ensureRoute(Route(to: try #require(IPPrefix("10.50.0.1/32")), link: nic)),
            .ensureRoute(Route(to: try #require(IPPrefix("0.0.0.0/0")), gateway: IPAddress("10.50.0.1"), link: nic)),
        ])
        let before = try #require(try await host.configuration(of: "eth0"))
        let bridge = try #require(try await host.configuration(of: "breth0"))
        try await host.apply(InterfaceConfiguration.plan(from: before, to: bridge))
        #expect(try await host.configuration(of: "eth0")?.ownRoutes == [])
        #expect(try await host.configuration(of: "breth0")?.ownRoutes.count == 2)
    }

    @Test func `a move that was cut short at any step is finished by the next`() async throws {
        let ground = try await MoveGround()
        let (nic, bridge) = try await ground.both()
        let changes = InterfaceConfiguration.plan(from: nic, to: bridge)
        for position in 0..<changes.count {
            try await ground.host.apply(Array(changes.prefix(position)))
            let (rest, begun) = try await ground.both()
            try await ground.host.apply(InterfaceConfiguration.plan(from: rest, to: begun))
            let (emptied, filled) = try await ground.both()
            #expect(MoveGround.lasting(emptied) == [], "cut before step \(position)")
            #expect(filled.ownRoutes.count == 6, "cut before step \(position)")
            #expect(filled.movableAddresses.count == 4, "cut before step \(position)")
            try await ground.host.apply(InterfaceConfiguration.plan(from: filled, to: emptied))
        }
    }
}
