import Glibc
import HostNetwork
import NetAddress
import Netlink
import TestServers
import Testing

/// A host with a gateway bridge, and containers in it: two of ours and a stranger.
struct GatewayGround: Sendable {
    struct Container: Sendable {
        let sandbox: NetworkNamespace
        let port: String
        let mac: MACAddress
        let address: String

        /// By which a program finds its namespace while the test holds it.
        var path: String { "/proc/self/fd/\(sandbox.descriptor)" }
    }

    static let bridgeMAC = "02:42:00:00:00:01"

    let host: NetworkNamespace
    let links: HostLinks
    let victim: Container
    let attacker: Container
    let stranger: Container

    init() async throws {
        host = try .make()
        links = try HostLinks(in: host)
        victim = try Container(2, "victim")
        attacker = try Container(3, "attacker")
        stranger = try Container(4, "stranger")
        try await ip("link add docker_gwbridge address \(Self.bridgeMAC) type bridge")
        try await ip("link set lo up")
        try await ip("link set docker_gwbridge up")
        try await ip("addr add 172.30.0.1/16 dev docker_gwbridge")
        try await ip("addr add fd30::1/64 dev docker_gwbridge nodad")
    }

    @discardableResult
    func ip(_ words: String, in namespace: NetworkNamespace? = nil) async throws -> String {
        try await run(
            ["nsenter", "--net=/proc/self/fd/0", "ip"] + words.split(separator: " ").map(String.init),
            input: namespace ?? host)
    }

    /// As the engine does it: on the host first, then moved, named and given its addresses, then up.
    func plugIn(_ container: Container) async throws {
        let descriptor = container.sandbox.descriptor
        try await ip("link add \(container.port) type veth peer name new")
        try await ip("link set \(container.port) master docker_gwbridge up")
        try await links.apply([.setLink(.name("new"), [.namespace(descriptor)])])
        try await ip("link set new name eth1 address \(container.mac)", in: container.sandbox)
        try await ip("addr add \(container.address)/16 dev eth1", in: container.sandbox)
        try await ip("addr add \(container.address6)/64 dev eth1 nodad", in: container.sandbox)
        try await ip("link set eth1 up", in: container.sandbox)
    }

    func unplug(_ container: Container) async throws { try await ip("link del \(container.port)") }

    /// How many of three pings from the host are answered.
    func answers(of container: Container) async throws -> Int {
        let script = "ping -c 3 -i 0.1 -W 1 \(container.address) | grep -c 'bytes from' || :"
        let count = try await run(["nsenter", "--net=/proc/self/fd/0", "sh", "-c", script], input: host)
        return try #require(Int(count.split(separator: "\n").first ?? ""))
    }

    /// Says by ARP and neighbour advertisements that addresses are at the container's MAC address, and by frames that a MAC address is
    /// behind its port.
    func forge(from container: Container, addresses: [String], mac: MACAddress) async throws {
        let announcement = Announcement(mac: container.mac, addresses: addresses.compactMap { IPAddress($0) })
        for _ in 0..<3 { try await links.announce(announcement, in: container.sandbox) }
        let frames = """
            import socket
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("eth1", 0))
            for _ in range(20): s.send(bytes.fromhex("\(Self.bridgeMAC) \(mac) 88:b5".replace(":", " ")) + 46 * b"x")
            """
        _ = try await run(["nsenter", "--net=/proc/self/fd/0", "python3", "-c", frames], input: container.sandbox)
    }

    /// Sends a datagram from each of these addresses to the host; says which the host got.
    func arrivals(from container: Container, sources: [String]) async throws -> Set<String> {
        for version in ["all", "default", "docker_gwbridge"] {
            _ = try await run(
                [
                    "nsenter", "--net=/proc/self/fd/0", "sh", "-c",
                    "echo 0 >/proc/sys/net/ipv4/conf/\(version)/rp_filter",
                ],
                input: host)
        }
        // Hears at the host and sends from the container, last of all from its own address, so that it knows when it has heard all.
        let script = """
            import ctypes, ipaddress, os, select, socket, struct, sys, time
            heard = [socket.socket(family, socket.SOCK_RAW, 253) for family in (socket.AF_INET6, socket.AF_INET)]
            if ctypes.CDLL(None).setns(os.open(sys.argv[1], os.O_RDONLY), 0): sys.exit("setns failed")
            link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); link.bind(("eth1", 0))
            head = bytes.fromhex("\(Self.bridgeMAC)".replace(":", "")) + link.getsockname()[4]
            def send(text, data):
                source = ipaddress.ip_address(text)
                if source.version == 4:
                    packet = struct.pack("!BBHHHBBH", 0x45, 0, 24, 1, 0, 64, 253, 0) + source.packed + ipaddress.ip_address("172.30.0.1").packed
                    sum = 0
                    for word in struct.unpack("!10H", packet): sum += word
                    while sum >> 16: sum = (sum & 0xffff) + (sum >> 16)
                    link.send(head + b"\\x08\\x00" + packet[:10] + struct.pack("!H", ~sum & 0xffff) + packet[12:] + data)
                else:
                    link.send(head + b"\\x86\\xdd" + struct.pack("!IHBB", 6 << 28, 4, 253, 64) + source.packed + ipaddress.ip_address("fd30::1").packed + data)
            for text in sys.argv[2:]: send(text, b"test")
            last = {"\(container.address)", "\(container.address6)"}
            for text in last: send(text, b"last")
            end = time.monotonic() + 20
            while last:
                ready = select.select(heard, [], [], max(0, end - time.monotonic()))[0]
                if not ready: sys.exit("the last one was not heard")
                for s in ready:
                    data, (source, *_) = s.recvfrom(999)
                    if data.endswith(b"last"): last.discard(source)
                    else: print(source)
            """
        let sandbox = "/proc/\(getpid())/fd/\(container.sandbox.descriptor)"
        let heard = try await run(
            ["nsenter", "--net=/proc/self/fd/0", "python3", "-c", script, sandbox] + sources, input: host)
        return Set(heard.split(separator: "\n").map(String.init))
    }

    /// Where the bridge takes a container's MAC address to be.
    func isBehindItsPort(_ container: Container) async throws -> Bool {
        let bridge = try #require(try await links.gateway("docker_gwbridge"))
        let port = try #require(bridge.ports.first { $0.name == container.port }).index
        return bridge.entries.filter { $0.mac == container.mac }.allSatisfy { $0.link == port }
    }

    /// The neighbours of a namespace that are at this MAC address.
    func neighbours(at mac: MACAddress, in namespace: NetworkNamespace) async throws -> [String] {
        try await ip("neigh", in: namespace).split(separator: "\n").filter { $0.contains("\(mac)") }.map(String.init)
    }
}

extension GatewayGround.Container {
    init(_ number: UInt8, _ name: String) throws {
        sandbox = try .make()
        port = name
        mac = try #require(MACAddress("02:42:ac:1e:00:0\(number)"))
        address = "172.30.0.\(number)"
    }

    var address6: String { "fd30::\(address.split(separator: ".")[3])" }
}
