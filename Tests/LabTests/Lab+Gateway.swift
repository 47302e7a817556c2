/// Docker's gateway bridge: what containers have there, and what one of them can try.
extension Lab {
    /// Writes what forges frames to `/run/forge` of a host.
    func prepareForging(on host: String) async throws {
        try await on(host, "cat >/run/forge <<'END'\n\(Self.forger)\nEND")
    }

    /// Sends forged frames out of a container's interface in the gateway bridge.
    func forge(from container: String, on host: String, _ words: String) async throws {
        try await on(host, "\(Self.inside(container)) python3 /run/forge \(words)")
    }

    /// A container's address and MAC address in the gateway bridge, as the engine tells them.
    func gatewayPlace(of container: String, on host: String) async throws -> (address: String, mac: String) {
        let id = try await docker(host, "inspect -f {{.Id}} \(container)")
        let words = try await docker(
            host,
            "network inspect -f '{{with index .Containers \"\(id)\"}}{{.IPv4Address}} {{.MacAddress}}{{end}}' docker_gwbridge"
        ).split(whereSeparator: { " /".contains($0) }).map(String.init)
        guard words.count == 3 else {
            throw CommandFailed(
                command: "gateway place of \(container)", outcome: Outcome(status: 1, output: "\(words)", errors: ""))
        }
        return (words[0], words[2])
    }

    /// The bridge's own address.
    func gatewayAddress(on host: String) async throws -> String {
        try await on(host, "ip -4 -o addr show docker_gwbridge | sed 's|.* inet \\([^/]*\\)/.*|\\1|'").word
    }

    /// How many of so many pings from a container are answered.
    func pings(_ address: String, from container: String, on host: String, _ count: Int) async throws -> Int {
        let ping = "ping -c \(count) -i 0.2 -W 1 \(address) | grep -c 'bytes from' || :"
        return Int(try await on(host, "\(Self.inside(container)) sh -c \"\(ping)\"").word) ?? -1
    }

    /// The words before a command that runs it in a container's network.
    static func inside(_ container: String) -> String {
        "nsenter -n -t $(docker inspect -f {{.State.Pid}} \(container))"
    }

    /// `arp ADDRESS MAC GATEWAY GATEWAY-MAC` takes a neighbour's address from the host and the gateway's from the neighbour;
    /// `mac MAC GATEWAY-MAC SECONDS` says again and again that a neighbour's MAC address is here.
    private static let forger = """
        import socket, struct, sys, time
        def mac(text): return bytes.fromhex(text.replace(":", ""))
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        link.bind(("eth1", 0))
        own = link.getsockname()[4]
        def arp(kind, to, address, asked, at):
            body = struct.pack("!HHBBH", 1, 0x800, 6, 4, kind) + own + socket.inet_aton(address) + at + socket.inet_aton(asked)
            link.send(to + own + b"\\x08\\x06" + body)
        if sys.argv[1] == "arp":
            address, at, gateway, bridge = sys.argv[2], mac(sys.argv[3]), sys.argv[4], mac(sys.argv[5])
            for _ in range(5):
                for kind in (1, 2):
                    for to in (b"\\xff" * 6, bridge): arp(kind, to, address, gateway, bridge)
                    for to in (b"\\xff" * 6, at): arp(kind, to, gateway, address, at)
                time.sleep(0.3)
        else:
            end = time.monotonic() + float(sys.argv[4])
            while time.monotonic() < end:
                link.send(mac(sys.argv[3]) + mac(sys.argv[2]) + b"\\x88\\xb5" + 46 * b"x")
                time.sleep(0.01)
        """
}
