import Testing

extension LabTests {
    /// One logical network from `docker network create` on each host.
    @Suite struct PluginNetworkTests {
        @Test func `the same command on two hosts makes one network, and its containers meet`() async throws {
            try await Lab.with("one", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                #expect(try await lab.networks().map(\.name) == ["blue"])

                let a = try await lab.start("ann", on: "host1", network: "blue")
                let b = try await lab.start("bob", on: "host2", network: "blue")
                #expect(a.address.hasPrefix("10.1.") && a.address != b.address)
                #expect(try await lab.answers(b.address, to: a))
                #expect(try await lab.answers(a.address, to: b))
                // Programs that name no interface: discovery of all kinds.
                for group in ["239.255.0.1", "224.0.0.251", "255.255.255.255"] {
                    #expect(try await lab.hears(b, what: a, sendsTo: group), "\(group)")
                    #expect(try await lab.hears(a, what: b, sendsTo: group), "\(group)")
                }

                // Removing it on one host takes nothing from the others; with its last user it is gone.
                try await lab.docker("host1", "rm -f ann")
                try await lab.docker("host1", "network rm blue")
                #expect(try await lab.networks().map(\.name) == ["blue"])
                let c = try await lab.start("cid", on: "host2", network: "blue")
                #expect(try await lab.answers(b.address, to: c))
                try await lab.docker("host2", "rm -f bob cid")
                try await lab.docker("host2", "network rm blue")
                #expect(try await lab.networks().isEmpty)
                try await lab.expectNothingLeft()
            }
        }

        @Test func `other hosts need not know the subnet, and one that differs is refused with both`() async throws {
            try await Lab.with("subnets", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", on: ["host1"])
                // Docker asks for the pool before it names the network: so the pool is named as well.
                try await lab.docker(
                    "host2", "network create -d ovn --ipam-driver ovn --ipam-opt net=blue -o net=blue azure")
                let b = try await lab.start("bob", on: "host2", network: "azure")
                #expect(b.address.hasPrefix("10.1."))
                let a = try await lab.start("ann", on: "host1", network: "blue")
                #expect(try await lab.answers(b.address, to: a))

                let refused = try await lab.attempt(
                    "host2", "docker network create -d ovn --ipam-driver ovn --subnet 10.9.0.0/16 -o net=blue other")
                #expect(refused.status == 1)
                #expect(refused.errors.contains("10.1.0.0/16") && refused.errors.contains("10.9.0.0/16"), "\(refused)")

                // A Compose file with IPv6 alone: Docker wants IPv4 beside it, and that of another network is no answer.
                try await lab.on(
                    "host1",
                    """
                    mkdir /run/six; cat >/run/six/docker-compose.yaml <<'YAML'
                    services: {web: {image: busybox}}
                    networks:
                      default:
                        driver: ovn
                        enable_ipv6: true
                        driver_opts: {net: six}
                        ipam: {driver: ovn, config: [{subnet: "fd00:6::/64"}]}
                    YAML
                    """)
                let six = try await lab.attempt("host1", "cd /run/six && docker-compose up -d", seconds: 60)
                #expect(six.status != 0 && six.errors.contains("which IPv4 subnet"), "\(six)")
                #expect(try await lab.networks().count == 1)

                try await lab.docker("host1", "rm -f ann")
                try await lab.docker("host2", "rm -f bob")
                try await lab.docker("host1", "network rm blue")
                try await lab.docker("host2", "network rm azure")
                #expect(try await lab.networks().isEmpty)
            }
        }

        @Test func `a network without a subnet takes one of a subnet pool, on every host the same`() async throws {
            try await Lab.with("pools", hosts: 2) { lab in
                try await lab.joinHosts()
                func pool(_ name: String, _ prefix: String, isDefault: Bool) async throws {
                    let body =
                        #"{"subnetpool": {"name": "\#(name)", "prefixes": ["\#(prefix)"], "default_prefixlen": 24, "#
                        + #""is_default": \#(isDefault)}}"#
                    try await lab.on("central", "curl -sf -X POST http://127.0.0.1:9696/v2.0/subnetpools -d '\(body)'")
                }
                try await pool("p", "10.20.0.0/22", isDefault: false)
                try await pool("d", "10.30.0.0/22", isDefault: true)
                let create = "network create -d ovn --ipam-driver ovn"
                for host in ["host1", "host2"] {
                    try await lab.docker(
                        host, "\(create) --ipam-opt net=blue --ipam-opt neutron.pool.name=p -o net=blue blue")
                    try await lab.docker(host, "\(create) green")
                }
                for (network, start) in [("blue", "10.20.0."), ("green", "10.30.0.")] {
                    let a = try await lab.start("ann-\(network)", on: "host1", network: network)
                    let b = try await lab.start("bob-\(network)", on: "host2", network: network)
                    #expect(a.address.hasPrefix(start) && b.address.hasPrefix(start) && a.address != b.address)
                    #expect(try await lab.answers(b.address, to: a))
                }
                try await lab.docker("host1", "rm -f ann-blue ann-green")
                try await lab.docker("host2", "rm -f bob-blue bob-green")
                for host in ["host1", "host2"] { try await lab.docker(host, "network rm blue green") }
                #expect(try await lab.networks().isEmpty)
            }
        }

        @Test func `twenty creates at once on two hosts make one network`() async throws {
            try await Lab.with("race", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.onEachHost(
                    """
                    for i in 1 2 3 4 5 6 7 8 9 10; do
                        docker network create -d ovn --ipam-driver ovn --subnet 10.1.0.0/16 --ipam-opt net=n$i -o net=n$i n$i &
                    done
                    wait
                    """)
                let names = try await lab.networks().map(\.name).sorted()
                #expect(names == (1...10).map { "n\($0)" }.sorted())
                for host in lab.hosts {
                    #expect(
                        try await lab.docker(host, "network ls -q -f driver=ovn").split(separator: "\n").count == 10)
                }
                try await lab.onEachHost("for i in 1 2 3 4 5 6 7 8 9 10; do docker network rm n$i & done; wait")
                #expect(try await lab.networks().isEmpty)
            }
        }

        @Test func `a network that others made is joined, and stays`() async throws {
            try await Lab.with("kept", hosts: 2) { lab in
                try await lab.joinHosts()
                let id = try await lab.on("host1", "ovn-container net-create ls0 10.3.0.0/24").word
                let byHand = try await lab.attach("byhand", network: "ls0", on: "host1")
                try await lab.docker(
                    "host1", "network create -d ovn --ipam-driver ovn --subnet 10.3.0.0/24 -o net=ls0 ls0")
                try await lab.docker(
                    "host2", "network create -d ovn --ipam-driver ovn --subnet 10.3.0.0/24 -o net.id=\(id) byid")
                let b = try await lab.start("bob", on: "host2", network: "byid")
                #expect(try await lab.answers(byHand.address, to: b))
                try await lab.docker("host2", "rm -f bob")
                try await lab.docker("host1", "network rm ls0")
                try await lab.docker("host2", "network rm byid")
                #expect(try await lab.networks().map(\.id) == [id])
            }
        }

        @Test func `options of Kuryr's and errors in options are understood`() async throws {
            try await Lab.with("options", hosts: 1) { lab in
                try await lab.joinHosts()
                let id = try await lab.on("host1", "ovn-container net-create ls0 10.3.0.0/24").word
                let create = "docker network create -d ovn --ipam-driver ovn --subnet"
                for (option, name) in [("neutron.net.uuid=\(id)", "u"), ("neutron.net.name=ls0", "n")] {
                    try await lab.on("host1", "\(create) 10.3.0.0/24 -o \(option) \(name)")
                    let member = try await lab.start("c\(name)", on: "host1", network: name)
                    #expect(member.address.hasPrefix("10.3.0."))
                    try await lab.docker("host1", "rm -f c\(name)")
                    try await lab.docker("host1", "network rm \(name)")
                }
                for option in ["mtu=tall", "port_security=perhaps", "net.id=nothing", "colour=blue"] {
                    let refused = try await lab.attempt("host1", "\(create) 10.4.0.0/24 -o \(option) wrong")
                    #expect(refused.status == 1, "\(option)")
                    #expect(refused.errors.contains(option.split(separator: "=")[0]), "\(option): \(refused.errors)")
                }
                #expect(try await lab.networks().map(\.id) == [id])
            }
        }

        @Test func `two networks of a host may have one subnet`() async throws {
            try await Lab.with("twice", hosts: 1) { lab in
                try await lab.joinHosts()
                for name in ["red", "blue"] {
                    try await lab.createNetwork(name, options: "--ipam-opt net=\(name)")
                }
                let red = try await lab.start("red", on: "host1", network: "red", options: "--ip 10.1.0.9")
                let blue = try await lab.start("blue", on: "host1", network: "blue", options: "--ip 10.1.0.9")
                #expect(red.address == blue.address)
                let other = try await lab.start("other", on: "host1", network: "red")
                #expect(try await lab.answers("10.1.0.9", to: other))
                try await lab.docker("host1", "rm -f red")
                try await lab.expectAgreement()
                #expect(try await lab.answers("10.1.0.9", to: other, seconds: 1) == false)
                try await lab.docker("host1", "rm -f blue other")
                try await lab.expectNothingLeft()
            }
        }
    }
}

extension Lab {
    /// Whether a datagram to a group, or to all, is heard by another container. Neither names an interface.
    func hears(_ listener: Member, what sender: Member, sendsTo group: String) async throws -> Bool {
        let listening = """
            socket(S, AF_INET, SOCK_DGRAM, 0); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1); bind(S, sockaddr_in(5354, INADDR_ANY));
            my $group = inet_aton("\(group)");
            if (unpack("C", $group) < 240) { setsockopt(S, IPPROTO_IP, IP_ADD_MEMBERSHIP, pack_ip_mreq($group, INADDR_ANY)) or die $!; }
            print STDERR "listening\\n"; alarm 10; recv(S, $_, 999, 0); print;
            """
        let sending = """
            socket(S, AF_INET, SOCK_DGRAM, 0); setsockopt(S, SOL_SOCKET, SO_BROADCAST, 1);
            for (1 .. 10) { send(S, "found", 0, sockaddr_in(5354, inet_aton("\(group)"))) or die $!; select(undef, undef, undef, 0.1); }
            """
        func perl(_ program: String, of member: Member) -> String {
            "pid=$(docker inspect -f {{.State.Pid}} \(member.name)); nsenter -t $pid -n perl -MSocket=:all -e '\(program)'"
        }
        try await on(
            listener.host,
            "rm -f /run/heard; { \(perl(listening, of: listener)); } >/run/heard 2>/run/listening </dev/null & "
                + "timeout 10 sh -c 'until grep -q listening /run/listening; do sleep 0.02; done'")
        try await on(sender.host, perl(sending, of: sender))
        return try await on(
            listener.host, "timeout 10 sh -c 'until [ -s /run/heard ]; do sleep 0.1; done'; cat /run/heard"
        )
        .word == "found"
    }

    func networks() async throws -> [LogicalNetwork] { try await list("networks", as: LogicalNetwork.self) }
}
