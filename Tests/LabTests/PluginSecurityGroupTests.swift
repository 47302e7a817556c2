import Foundation
import Testing

extension LabTests {
    /// What reaches a container on another host, by the rules of its security groups: TCP, UDP and ICMP, both families.
    @Suite struct PluginSecurityGroupTests {
        /// What a prober asks: two ports of each protocol, and echo.
        private static let everything: Set<String> = ["tcp80", "tcp81", "udp80", "udp81", "icmp"]

        @Test func `only what the rules of its groups allow reaches a container, and leaves it`() async throws {
            try await Lab.with("groups", hosts: 2) { lab in
                let ground = try await Ground(lab)
                let (target, friend, other) = (ground.target, ground.friend, ground.other)
                // Containers are not filtered unless groups are named for them.
                try await ground.expect(Self.everything, from: friend, to: target, "without groups")

                try await ground.setGroups([], of: target)
                try await ground.expect([], from: friend, to: target, "no groups")
                try await ground.expect([], from: target, to: friend, "out of no groups")

                let web = try await ground.group("web")
                try await ground.setGroups([web], of: target)
                try await ground.expect([], from: other, to: target, "no rules")
                try await ground.expect(Self.everything, from: target, to: other, "out of a group as it is made")

                try await ground.allow(web, "tcp", 80)
                let friends = try await ground.group("friends")
                try await ground.setGroups([friends], of: friend)
                try await ground.allow(web, "udp", 81, ["remote_group_id": friends])
                try await ground.expect(["tcp80", "udp81"], from: friend, to: target, "a rule for a group")
                try await ground.expect(["tcp80"], from: other, to: target, "a rule for another group")

                let addresses = [other.address + "/32", other.address6 + "/128"]
                let known = try await ground.make(
                    "address-groups", "address_group",
                    "{\"name\": \"known\", \"addresses\": [\"\(addresses[0])\", \"\(addresses[1])\"]}")
                try await ground.allow(web, "icmp", nil, ["remote_address_group_id": known])
                try await ground.expect(["tcp80", "icmp"], from: other, to: target, "a rule for addresses")
                try await ground.expect(["tcp80", "udp81"], from: friend, to: target, "a rule for other addresses")

                // Answers pass without a rule of their own.
                try await ground.removeRules(of: web, direction: "egress")
                try await ground.expect([], from: target, to: other, "no way out")
                try await ground.expect(["tcp80", "icmp"], from: other, to: target, "answers")

                // Not so where nothing is remembered of connections.
                let plain = try await ground.group("plain", stateful: false)
                try await ground.allow(plain, "tcp", 81)
                try await ground.removeRules(of: plain, direction: "egress")
                try await ground.setGroups([plain], of: target)
                try await ground.expect([], from: other, to: target, "stateless, no way out for answers")
                try await ground.allow(plain, "tcp", nil, direction: "egress")
                try await ground.expect(["tcp81"], from: other, to: target, "stateless, answers have a rule")
            }
        }

        @Test func `a rule that is added or removed counts within a second, for connections that exist too`()
            async throws
        {
            try await Lab.with("rules", hosts: 2) { lab in
                let ground = try await Ground(lab)
                let (target, other) = (ground.target, ground.other)
                let web = try await ground.group("web")
                try await ground.setGroups([web], of: target)
                let rules = try await ground.allow(web, "tcp", 80)
                try await ground.expect(["tcp80"], from: other, to: target, "a rule")
                for address in [target.address, target.address6] {
                    try await lab.on(
                        other.host,
                        "\(Lab.inside(other.name)) setsid python3 /run/probe stream \(address) >/run/stream.\(address) 2>&1 </dev/null &"
                    )
                }
                try await Task.sleep(for: .seconds(1))  // it has sent something
                for rule in rules { try await ground.api("-X DELETE", "security-group-rules/\(rule)") }
                let removed = Date.now.timeIntervalSince1970
                // Long enough to see what comes later than it may.
                try await Task.sleep(for: .seconds(3))
                for address in [target.address, target.address6] {
                    let last = try await lab.on(other.host, "tail -n 1 /run/stream.\(address)").word
                    let late = (Double(last) ?? .infinity) - removed
                    #expect(late < 1, "\(address): still answered \(late) s after its rule was removed")
                    let count = try await lab.on(other.host, "wc -l </run/stream.\(address)").word
                    #expect(Int(count) ?? 0 > 5, "\(address) was never answered")
                }
                try await ground.allow(web, "tcp", 80)
                let added = ContinuousClock.now
                try await ground.expect(["tcp80"], from: other, to: target, "the rule again")
                #expect(ContinuousClock.now - added < .seconds(4))
            }
        }

        @Test func `a container in two networks has the groups of each connection`() async throws {
            try await Lab.with("two", hosts: 2) { lab in
                let ground = try await Ground(lab)
                try await lab.createNetwork("second", subnet: "10.2.0.0/16")
                let (target, other) = (ground.target, ground.other)
                for member in [target, other] {
                    try await lab.docker(member.host, "network connect second \(member.name)")
                }
                let second = try await lab.member(target.name, on: target.host, network: "second")
                let web = try await ground.group("web")
                try await ground.allow(web, "tcp", 80)
                try await ground.setGroups([web], of: target)
                try await ground.expect(["tcp80"], from: other, to: target, "the network with a group")
                let passed = try await ground.probe(second.address, from: other)
                #expect(passed == Self.everything, "the network without")
            }
        }
    }
}

/// Two hosts, a dual-stack network, and containers on both that answer and ask.
private struct Ground {
    let lab: Lab
    let target: Member
    /// On the other host.
    let friend: Member
    let other: Member

    init(_ lab: Lab) async throws {
        self.lab = lab
        try await lab.joinHosts()
        for host in lab.hosts {
            try await lab.docker(
                host,
                "network create -d ovn --ipam-driver ovn --subnet 10.1.0.0/16 --ipv6 --subnet fd00:1::/64 "
                    + "--ipam-opt net=n -o net=n n")
            try await lab.on(host, "cat >/run/probe <<'END'\n\(Self.prober)\nEND")
        }
        target = try await lab.start("target", on: "host1", network: "n")
        friend = try await lab.start("friend", on: "host2", network: "n")
        other = try await lab.start("other", on: "host2", network: "n")
        for member in [target, friend, other] {
            try await lab.on(
                member.host,
                "\(Lab.inside(member.name)) setsid python3 /run/probe serve >/run/serve.\(member.name) 2>&1 </dev/null &"
            )
            let isServing = try await lab.eventually {
                try await lab.attempt(member.host, "grep -q ready /run/serve.\(member.name)").status == 0
            } until: {
                $0
            }
            try #require(isServing, "\(member.name) does not answer")
        }
    }

    @discardableResult
    func api(_ options: String, _ path: String) async throws -> Outcome {
        try await lab.on(
            "central",
            "curl -sS --fail-with-body -H 'content-type: application/json' \(options) 'http://127.0.0.1:9696/v2.0/\(path)'"
        )
    }

    /// Creates something, and returns its identifier.
    func make(_ path: String, _ member: String, _ body: String) async throws -> String {
        let made = try await api("-d '{\"\(member)\": \(body)}'", path)
        let match = try #require(made.output.firstMatch(of: /"id": ?"([0-9a-f-]{36})"/), "\(made.output)")
        return String(match.1)
    }

    func group(_ name: String, stateful: Bool = true) async throws -> String {
        try await make("security-groups", "security_group", "{\"name\": \"\(name)\", \"stateful\": \(stateful)}")
    }

    /// Adds a rule for each family; returns their identifiers.
    @discardableResult
    func allow(
        _ group: String, _ name: String, _ port: Int?, _ more: [String: String] = [:], direction: String = "ingress"
    ) async throws -> [String] {
        var rules: [String] = []
        for type in ["IPv4", "IPv6"] {
            var rule = ["security_group_id": group, "direction": direction, "ethertype": type, "protocol": name]
            if let port { (rule["port_range_min"], rule["port_range_max"]) = ("\(port)", "\(port)") }
            rule.merge(more) { $1 }
            let members = rule.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
            rules.append(try await make("security-group-rules", "security_group_rule", "{\(members)}"))
        }
        return rules
    }

    func removeRules(of group: String, direction: String) async throws {
        let query = "security_group_id=\(group)&direction=\(direction)&fields=id"
        let list = try await api("", "security-group-rules?\(query)")
        for match in list.output.matches(of: /"id": ?"([0-9a-f-]{36})"/) {
            try await api("-X DELETE", "security-group-rules/\(match.1)")
        }
    }

    func setGroups(_ groups: [String], of member: Member) async throws {
        let ports = try await lab.dockerPorts()
        let port = try #require(ports.first { $0.addresses.contains { $0.address == member.address } })
        let list = groups.map { "\"\($0)\"" }.joined(separator: ", ")
        try await api("-X PUT -d '{\"port\": {\"security_groups\": [\(list)]}}'", "ports/\(port.id)")
    }

    /// Expects that this, and nothing else, passes by IPv4 and by IPv6; a change counts within a second.
    func expect(_ wanted: Set<String>, from: Member, to: Member, _ what: String) async throws {
        for address in [to.address, to.address6] {
            let passed = try await lab.eventually(within: .seconds(1)) {
                try await probe(address, from: from)
            } until: {
                $0 == wanted
            }
            #expect(passed == wanted, "\(what): \(from.name) to \(address)")
        }
    }

    /// What of everything is answered.
    func probe(_ address: String, from: Member) async throws -> Set<String> {
        let answer = try await lab.on(from.host, "\(Lab.inside(from.name)) python3 /run/probe ask \(address)")
        return Set(answer.output.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// `serve` answers TCP and UDP on ports 80 and 81; `ask ADDRESS` prints what of it, and of ICMP, is answered;
    /// `stream ADDRESS` prints the time of each answer on one TCP connection.
    private static let prober = """
        import socket, subprocess, sys, threading, time
        def family(address): return socket.AF_INET6 if ":" in address else socket.AF_INET
        def echo(connection):
            while True:
                data = connection.recv(100)
                if not data: return
                connection.send(data)
        def tcp(server):
            while True: threading.Thread(target=echo, args=(server.accept()[0],), daemon=True).start()
        def udp(server):
            while True: server.sendto(*server.recvfrom(100))
        def serve():
            for port in (80, 81):
                for kind, answer in ((socket.SOCK_STREAM, tcp), (socket.SOCK_DGRAM, udp)):
                    server = socket.socket(socket.AF_INET6, kind)
                    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                    server.bind(("::", port))
                    if kind == socket.SOCK_STREAM: server.listen(16)
                    threading.Thread(target=answer, args=(server,), daemon=True).start()
            print("ready", flush=True)
            time.sleep(100000)
        def ask(address):
            passed = []
            def one(name, kind, port):
                client = socket.socket(family(address), kind)
                client.settimeout(0.7)
                try:
                    client.connect((address, port))
                    client.send(b"x")
                    if client.recv(1): passed.append(name)
                except OSError: pass
            def ping():
                if subprocess.run(["ping", "-c1", "-W1", address], capture_output=True).returncode == 0: passed.append("icmp")
            threads = [threading.Thread(target=ping)]
            for port in (80, 81):
                threads.append(threading.Thread(target=one, args=(f"tcp{port}", socket.SOCK_STREAM, port)))
                threads.append(threading.Thread(target=one, args=(f"udp{port}", socket.SOCK_DGRAM, port)))
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(*passed)
        def stream(address):
            client = socket.create_connection((address, 80), 5)
            client.settimeout(100)
            while True:
                client.send(b"x")
                client.recv(1)
                print(time.time(), flush=True)
                time.sleep(0.05)
        {"serve": serve, "ask": lambda: ask(sys.argv[2]), "stream": lambda: stream(sys.argv[2])}[sys.argv[1]]()
        """
}
