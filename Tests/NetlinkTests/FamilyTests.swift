import NetAddress
import Testing

@testable import Netlink

@Suite struct FamilyTests {
    /// A route with every attribute.
    static func rich() throws -> Route {
        var route = Route(to: try #require(IPPrefix("10.9.0.0/16")), link: 3)
        route.table = 1000
        route.origin = 16
        route.metric = 77
        route.scope = 0
        route.typeOfService = 8
        route.preferredSource = IPAddress("10.0.0.7")
        route.metrics = [8, 0, 2, 0, 0x78, 5, 0, 0]
        route.nextHops = [
            Route.NextHop(gateway: IPAddress("10.0.0.1"), link: 3, weight: 2, isOnLink: true),
            Route.NextHop(gateway: IPAddress("fe80::1"), link: 4, realms: 5),
        ]
        return route
    }

    func message(_ request: NetlinkRequest) -> Message {
        Message(type: request.type, flags: 0, sequence: 0, port: 0, payload: request.payload[...])
    }

    @Test func `a multipath route survives a round trip`() throws {
        let route = try Self.rich()
        #expect(try Route(message(.ensureRoute(route))) == route)
    }

    @Test func `an on-link route survives a round trip`() throws {
        let route = Route(
            to: try #require(IPPrefix("0.0.0.0/0")), gateway: IPAddress("169.254.1.1"), link: 9, isOnLink: true)
        #expect(try Route(message(.ensureRoute(route))) == route)
    }

    @Test func `an address survives a round trip`() throws {
        var address = LinkAddress(try #require(InterfaceAddress("10.0.0.7/24")), on: 5)
        address.label = "eth0:1"
        address.validFor = 3600
        address.preferredFor = 1800
        address.origin = 3
        #expect(address.broadcast == IPAddress("10.0.0.255"))
        #expect(try LinkAddress(message(.ensureAddress(address))) == address)
    }

    @Test func `an IPv6 address skips duplicate address detection`() throws {
        let address = LinkAddress(try #require(InterfaceAddress("fd00::7/64")), on: 5)
        #expect(address.flags == 2)
        #expect(try LinkAddress(message(.ensureAddress(address))) == address)
    }

    @Test func `every truncation of a route is refused or reads as a shorter one`() throws {
        let whole = try Self.rich()
        let payload = NetlinkRequest.ensureRoute(whole).payload
        for length in 0..<payload.count {
            let cut = Message(type: 24, flags: 0, sequence: 0, port: 0, payload: payload[..<length])
            if let route = try? Route(cut) { #expect(route != whole) }
        }
    }

    /// `ip rule add not from 10.0.0.0/24 iif eth0 lookup 1000 pref 500`, as the kernel lists it.
    static let rule: [UInt8] =
        [2, 0, 24, 0, 0, 0, 0, 1, 0x0a, 0, 0, 0]
        + [9, 0, 3, 0, 0x65, 0x74, 0x68, 0x30, 0, 0, 0, 0] + [8, 0, 2, 0, 10, 0, 0, 0] + [8, 0, 15, 0, 0xe8, 3, 0, 0]
        + [8, 0, 6, 0, 0xf4, 1, 0, 0]

    @Test func `a rule is written as it was listed, without the kernel's flags about its interface`() throws {
        let rule = try #require(
            try PolicyRule(Message(type: 32, flags: 0, sequence: 0, port: 0, payload: Self.rule[...])))
        #expect(rule.incoming == "eth0" && rule.outgoing == nil && rule.priority == 500)
        #expect("\(rule)" == "rule 500 iif eth0")
        var expected = Self.rule
        expected[8] = 2
        #expect(rule.payload == expected)
        #expect(try PolicyRule(message(.ensureRule(rule))) == rule)
    }

    @Test func `every truncation of a rule is refused or reads as a shorter one`() throws {
        let whole = try PolicyRule(Message(type: 32, flags: 0, sequence: 0, port: 0, payload: Self.rule[...]))
        for length in 0..<Self.rule.count {
            let cut = Message(type: 32, flags: 0, sequence: 0, port: 0, payload: Self.rule[..<length])
            if let rule = try? PolicyRule(cut) { #expect(rule != whole) }
        }
    }

    @Test func `every truncation of a link is refused or reads as a shorter one`() throws {
        let pair = VethPair(name: "a", peerName: "b", peerMAC: MACAddress(bits: 2), mtu: 1442)
        let payload = NetlinkRequest.createVeth(pair).payload
        let whole = try Link(Message(type: 16, flags: 0, sequence: 0, port: 0, payload: payload[...]))
        #expect(whole.name == "a")
        #expect(whole.kind == "veth")
        for length in 0..<payload.count {
            let cut = Message(type: 16, flags: 0, sequence: 0, port: 0, payload: payload[..<length])
            if let link = try? Link(cut) { #expect(link != whole) }
        }
    }

    @Test(arguments: ["10.0.0.7", "fd00::7"])
    func `a neighbour survives a round trip`(address: String) throws {
        let neighbour = Neighbour(
            try #require(IPAddress(address)), at: try #require(MACAddress("02:00:00:00:00:07")), on: 5, origin: 79)
        let written = message(.ensureNeighbour(neighbour))
        #expect(try Neighbour(written) == neighbour)
        #expect(try ForwardingEntry(written) == nil)
        for length in 0..<written.payload.count - 3 {
            let cut = Message(type: 28, flags: 0, sequence: 0, port: 0, payload: written.payload.prefix(length))
            if let read = try? Neighbour(cut) { #expect(read != neighbour) }
        }
    }

    @Test func `a forwarding entry survives a round trip`() throws {
        let entry = ForwardingEntry(try #require(MACAddress("02:00:00:00:00:07")), behind: 5)
        let written = message(.ensureForwarding(entry))
        #expect(try ForwardingEntry(written) == entry)
        #expect(try Neighbour(written) == nil)
        for length in 0..<written.payload.count - 3 {
            let cut = Message(type: 28, flags: 0, sequence: 0, port: 0, payload: written.payload.prefix(length))
            if let read = try? ForwardingEntry(cut) { #expect(read != entry) }
        }
    }
}
