import CLinux
import Glibc
import NetAddress
import Testing

@testable import Netlink

/// A network namespace that lives as long as this object.
final class ThrowAwayNamespace {
    let descriptor: CInt

    init() throws {
        descriptor = clinux_new_namespace()
        if descriptor < 0 { throw NetlinkError(errno: -descriptor, "make a network namespace") }
    }

    deinit { close(descriptor) }

    /// Runs a program in it; returns whether it succeeded.
    func run(_ arguments: String...) -> Bool {
        let command = ["/usr/bin/nsenter", "--net=/proc/\(getpid())/fd/\(descriptor)"] + arguments
        var pointers = command.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for output in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&files, output, "/dev/null", O_WRONLY, 0)
        }
        // Swift's threads block signals, and a ping that inherits this never gets its alarm.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        guard posix_spawn(&process, command[0], &files, &attributes, &pointers, environ) == 0 else { return false }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }
}

let second = Duration.seconds(1)

@Suite struct LiveTests {
    @Test func `a new namespace has one interface, which is the loopback`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        let links = try socket.rows(.listLinks(), within: second).map { try Link($0) }
        #expect(links.map(\.name) == ["lo"])
        #expect(links[0].isLoopback)
        #expect(!links[0].isUp)
    }

    @Test func `a veth is made with its peer in another namespace, changed, and deleted from either end`() throws {
        let (near, far) = (try ThrowAwayNamespace(), try ThrowAwayNamespace())
        var here = try NetlinkSocket(in: near.descriptor)
        var there = try NetlinkSocket(in: far.descriptor)
        let mac = try #require(MACAddress("02:00:00:00:00:05"))
        let pair = VethPair(name: "near", peerName: "eth0", peerMAC: mac, mtu: 1400, peerNamespace: far.descriptor)
        try here.apply([.createVeth(pair)], within: second)
        let end = try Link(try #require(try here.rows(.getLink(.name("near")), within: second).first))
        let peer = try Link(try #require(try there.rows(.getLink(.name("eth0")), within: second).first))
        #expect(end.kind == "veth")
        #expect(end.peer == peer.index)
        #expect(peer.mac == mac)
        #expect((end.mtu, peer.mtu) == (1400, 1400))
        let answer = try #require(try here.rows(.getNamespaceID(far.descriptor), within: second).first)
        #expect(try NetlinkRequest.namespaceID(answer) == end.peerNamespace)
        #expect(end.peerNamespace != nil)

        let other = try #require(MACAddress("02:00:00:00:00:06"))
        try there.apply(
            [.setLink(.index(peer.index), [.name("lan"), .mac(other), .mtu(1300), .alias("words"), .up])],
            within: second)
        let changed = try Link(try #require(try there.rows(.getLink(.name("lan")), within: second).first))
        #expect((changed.mac, changed.mtu, changed.alias, changed.isUp) == (other, 1300, "words", true))

        try there.apply([.removeLink(.name("lan")), .removeLink(.name("lan"))], within: second)
        #expect(try here.rows(.getLink(.name("near")), within: second).isEmpty)
    }

    @Test func `a namespace that no link leads to has no id`() throws {
        let (near, far) = (try ThrowAwayNamespace(), try ThrowAwayNamespace())
        var here = try NetlinkSocket(in: near.descriptor)
        let answer = try #require(try here.rows(.getNamespaceID(far.descriptor), within: second).first)
        #expect(try NetlinkRequest.namespaceID(answer) == nil)
    }

    @Test func `the kernel's reason for a refusal is in the error`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        let address = LinkAddress(try #require(InterfaceAddress("10.0.0.1/24")), on: 4711)
        let error = #expect(throws: NetlinkError.self) {
            try socket.apply([.ensureAddress(address)], within: second)
        }
        #expect(error?.code == .noDevice)
        #expect(error?.message.hasPrefix("add address 10.0.0.1/24 to interface 4711: no such device") == true)

        let route = Route(to: try #require(IPPrefix("10.9.0.0/16")), gateway: IPAddress("10.1.1.1"), link: 1)
        try socket.apply([.setLink(.index(1), [.up])], within: second)
        let refusal = #expect(throws: NetlinkError.self) { try socket.apply([.ensureRoute(route)], within: second) }
        #expect(refusal?.message.hasSuffix("(Nexthop has invalid gateway)") == true, "\(refusal?.message ?? "")")
    }

    @Test func `requests behind a failed one are carried out, and each has its outcome`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        let outcomes = try socket.outcomes(
            of: [
                .setLink(.name("nosuch"), [.up]), .removeLink(.name("nosuch")), .createLink("br0", kind: "bridge"),
            ], within: second)
        guard case .failed(let error) = outcomes[0] else { throw NetlinkError(.invalid, "not refused") }
        #expect(error.code == .noDevice)
        #expect(Array(outcomes[1...]) == [.tolerated(.noDevice), .done])
        #expect(try socket.rows(.listLinks(), within: second).count == 2)
    }

    @Test func `more requests than acknowledgements fit the socket's buffer are carried out`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        let addresses = (1...1000).map { number in
            LinkAddress(InterfaceAddress(.v4(IPv4Address(bits: 0x0a00_0000 + UInt32(number))), length: 32)!, on: 1)
        }
        try socket.apply(addresses.map { .ensureAddress($0) }, within: .seconds(10))
        let listed = try socket.rows(.listAddresses(of: 1), within: second).map { try LinkAddress($0) }
        #expect(Set(listed.map(\.address)).isSuperset(of: addresses.map(\.address)))
    }

    @Test func `routes of every shape are listed as they were added`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        try socket.apply(
            [
                .createVeth(VethPair(name: "a", peerName: "b")), .setLink(.name("a"), [.up]),
                .setLink(.name("b"), [.up]),
            ], within: second)
        let a = try Link(try #require(try socket.rows(.getLink(.name("a")), within: second).first)).index
        let b = try Link(try #require(try socket.rows(.getLink(.name("b")), within: second).first)).index
        for (text, link) in [("10.0.0.2/24", a), ("10.1.0.2/24", b), ("fd00::2/64", a), ("fd01::2/64", b)] {
            let address = LinkAddress(try #require(InterfaceAddress(text)), on: link)
            try socket.apply([.ensureAddress(address), .ensureAddress(address)], within: second)
        }
        var plain = Route(to: try #require(IPPrefix("0.0.0.0/0")), gateway: IPAddress("10.0.0.1"), link: a)
        plain.metric = 100
        plain.preferredSource = IPAddress("10.0.0.2")
        var onlink = Route(
            to: try #require(IPPrefix("192.0.2.0/24")), gateway: IPAddress("169.254.1.1"), link: a, isOnLink: true)
        onlink.table = 1000
        onlink.metrics = [8, 0, 2, 0, 0x78, 5, 0, 0]  // mtu 1400
        var several = Route(to: try #require(IPPrefix("198.51.100.0/24")), link: a)
        several.scope = 0
        several.nextHops = [
            .init(gateway: IPAddress("10.0.0.1"), link: a, weight: 3), .init(gateway: IPAddress("10.1.0.1"), link: b),
        ]
        let direct = Route(to: try #require(IPPrefix("203.0.113.0/24")), link: b)
        var six = Route(to: try #require(IPPrefix("::/0")), gateway: IPAddress("fd00::1"), link: a)
        six.metric = 50
        six.preference = 0
        let routes = [plain, onlink, several, direct, six]
        try socket.apply(routes.map { .ensureRoute($0) }, within: second)
        try socket.apply(routes.map { .ensureRoute($0) }, within: second)
        var listed: [Route] = []
        for version in IPVersion.allCases {
            listed += try socket.rows(.listRoutes(version), within: second).compactMap { try Route($0) }
        }
        for route in routes { #expect(listed.contains(route), "\(route) \(listed.filter { $0.origin == 4 })") }
        try socket.apply(routes.map { .removeRoute($0) }, within: second)
        try socket.apply(routes.map { .removeRoute($0) }, within: second)
        for version in IPVersion.allCases {
            let left = try socket.rows(.listRoutes(version), within: second).compactMap { try Route($0) }
            #expect(left.filter { $0.origin == 4 } == [])
        }
    }

    @Test func `rules of both versions are added, listed and removed, also twice`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        #expect(namespace.run("/sbin/ip", "rule", "add", "from", "10.0.0.0/24", "iif", "eth0", "table", "7"))
        #expect(namespace.run("/sbin/ip", "-6", "rule", "add", "not", "oif", "eth0", "fwmark", "3", "table", "7"))
        for version in IPVersion.allCases {
            func named(_ name: String) throws -> [PolicyRule] {
                try socket.rows(.listRules(version), within: second).compactMap { try PolicyRule($0) }
                    .filter { $0.incoming == name || $0.outgoing == name }
            }
            let rule = try #require(try named("eth0").first)
            var other = rule
            if rule.incoming != nil { other.incoming = "breth0" } else { other.outgoing = "breth0" }
            for _ in 1...2 { try socket.apply([.ensureRule(other)], within: second) }
            #expect(try named("breth0") == [other])
            for _ in 1...2 { try socket.apply([.removeRule(rule)], within: second) }
            #expect(try named("eth0") == [])
        }
    }

    @Test func `a receive filter keeps packets from the kernel until it is removed`() throws {
        let (near, far) = (try ThrowAwayNamespace(), try ThrowAwayNamespace())
        var here = try NetlinkSocket(in: near.descriptor)
        var there = try NetlinkSocket(in: far.descriptor)
        try here.apply(
            [
                .createVeth(VethPair(name: "near", peerName: "far", peerNamespace: far.descriptor)),
                .setLink(.name("near"), [.up]),
            ], within: second)
        try there.apply([.setLink(.name("far"), [.up])], within: second)
        let link = try Link(try #require(try here.rows(.getLink(.name("near")), within: second).first)).index
        let peer = try Link(try #require(try there.rows(.getLink(.name("far")), within: second).first)).index
        try here.apply(
            [.ensureAddress(LinkAddress(try #require(InterfaceAddress("10.0.0.1/24")), on: link))], within: second)
        try there.apply(
            [.ensureAddress(LinkAddress(try #require(InterfaceAddress("10.0.0.2/24")), on: peer))], within: second)
        #expect(far.run("/bin/ping", "-q", "-c1", "-W2", "10.0.0.1"))
        // Idempotent.
        for _ in 1...2 {
            try here.apply([.ensureFilterPoint(on: link), .ensureReceiveFilter(on: link)], within: second)
        }
        #expect(try here.rows(.listReceiveFilters(on: link), within: second).count > 0)
        #expect(!far.run("/bin/ping", "-q", "-c1", "-W1", "10.0.0.1"))
        for _ in 1...2 { try here.apply([.removeFilterPoint(on: link)], within: second) }
        #expect(far.run("/bin/ping", "-q", "-c1", "-W2", "10.0.0.1"))
    }

    @Test func `transmit checksum offload is turned off and on`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        try socket.apply([.createVeth(VethPair(name: "a", peerName: "b"))], within: second)
        #expect(try socket.transmitChecksum(of: "a"))
        try socket.setTransmitChecksum(false, of: "a")
        #expect(try !socket.transmitChecksum(of: "a"))
        #expect(try socket.transmitChecksum(of: "b"))
        try socket.setTransmitChecksum(true, of: "a")
        #expect(try socket.transmitChecksum(of: "a"))
        #expect(throws: NetlinkError.self) { try socket.setTransmitChecksum(false, of: "nosuch") }
    }

    @Test func `a zero limit returns at once, and the socket stays usable`() throws {
        let namespace = try ThrowAwayNamespace()
        var socket = try NetlinkSocket(in: namespace.descriptor)
        // The kernel answers before it is asked for the answer, so even this may be in time.
        _ = try? socket.rows(.listLinks(), within: .zero)
        #expect(try socket.rows(.listLinks(), within: second).count == 1)
    }
}
