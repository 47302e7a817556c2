import Testing

extension LabTests {
    /// What containers find by name, whichever host they are on.
    @Suite struct PluginResolverTests {
        /// Addresses by name, as a program of the C library's gets them in a container: in the container's namespace, by its `resolv.conf`. Nobody outside answers: what is not known takes 4 s.
        private static func look(
            _ lab: Lab, _ container: String, on host: String, _ command: String
        ) async throws -> [String] {
            try await lab.attempt(
                host,
                """
                pid=$(docker inspect -f '{{.State.Pid}}' \(container)); nsenter -t $pid -n unshare -m sh -c \
                "cat /proc/$pid/root/etc/resolv.conf >/tmp/resolv.$pid; mount --bind /tmp/resolv.$pid /etc/resolv.conf; export RES_OPTIONS=timeout:2; \(command)"
                """
            ).lines
        }

        /// Which addresses a name has in a container.
        static func addresses(
            _ lab: Lab, of name: String, in container: String, on host: String, family: Int = 4
        ) async throws -> Set<String> {
            let lines = try await look(lab, container, on: host, "getent ahostsv\(family) \(name)")
            return Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
        }

        private static func expect(
            _ lab: Lab, _ name: String, _ wanted: Set<String>, in container: String, on host: String, family: Int = 4,
            source: SourceLocation = #_sourceLocation
        ) async throws {
            let found = try await lab.eventually {
                try await addresses(lab, of: name, in: container, on: host, family: family)
            } until: {
                $0 == wanted
            }
            #expect(found == wanted, "\(name) in \(container) on \(host)", sourceLocation: source)
        }

        @Test func `every name that Docker knows on one host is found from every other host, and no other network's`()
            async throws
        {
            try await Lab.with("resolve", hosts: 3) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                try await lab.createNetwork("green", subnet: "10.2.0.0/16", options: "--internal")
                var addresses: [String: String] = [:]
                var ids: [String: String] = [:]
                for (index, host) in lab.hosts.enumerated() {
                    let member = try await lab.start(
                        "c\(index)", on: host, network: "blue", endpoint: ",alias=all,alias=a\(index).example")
                    addresses[host] = member.address
                    ids[host] = String(try await lab.docker(host, "inspect -f {{.Id}} c\(index)").prefix(12))
                }
                let secret = try await lab.start("secret", on: "host2", network: "green", endpoint: ",alias=all")
                let inner = try await lab.start("inner", on: "host3", network: "green")
                for (asker, host) in lab.hosts.enumerated() {
                    for (index, other) in lab.hosts.enumerated() {
                        let wanted: Set = [try #require(addresses[other])]
                        let id = try #require(ids[other])
                        for name in ["c\(index)", "C\(index)", "a\(index).example", id, "c\(index).blue"] {
                            try await Self.expect(lab, name, wanted, in: "c\(asker)", on: host)
                        }
                        let reverse = try await Self.look(
                            lab, "c\(asker)", on: host, "getent hosts \(wanted.first ?? "")")
                        #expect(reverse.contains { $0.contains("c\(index).blue") }, "\(reverse)")
                    }
                    try await Self.expect(lab, "all", Set(addresses.values), in: "c\(asker)", on: host)
                    #expect(try await Self.addresses(lab, of: "secret", in: "c\(asker)", on: host) == [])
                    let tcp = try await Self.look(
                        lab, "c\(asker)", on: host, "RES_OPTIONS=use-vc getent ahostsv4 all")
                    let found = Set(tcp.compactMap { $0.split(separator: " ").first.map(String.init) })
                    #expect(found == Set(addresses.values))
                    let busybox = try await lab.docker(host, "exec c\(asker) nslookup c\((asker + 1) % 3)")
                    #expect(busybox.contains(try #require(addresses[lab.hosts[(asker + 1) % 3]])), "\(busybox)")
                }
                try await Self.expect(lab, "secret", [secret.address], in: "inner", on: "host3")
                try await Self.expect(lab, "all", [secret.address], in: "inner", on: "host3")
                #expect(try await Self.addresses(lab, of: "c0", in: "inner", on: "host3") == [])
                try await Self.expect(lab, "inner", [inner.address], in: "secret", on: "host2")

                // What changes is known everywhere, and a container in two networks asks in both.
                try await lab.docker("host2", "rename secret hidden")
                try await Self.expect(lab, "hidden", [secret.address], in: "inner", on: "host3")
                try await Self.expect(lab, "secret", [], in: "inner", on: "host3")
                try await lab.docker("host1", "network connect --alias spy green c0")
                let spy = try await lab.member("c0", on: "host1", network: "green")
                try await Self.expect(lab, "spy", [spy.address], in: "inner", on: "host3")
                try await Self.expect(lab, "hidden", [secret.address], in: "c0", on: "host1")
                try await lab.docker("host1", "network disconnect green c0")
                try await Self.expect(lab, "spy", [], in: "inner", on: "host3")
                #expect(try await Self.addresses(lab, of: "hidden", in: "c0", on: "host1") == [])
                try await lab.docker("host3", "stop -t 1 c2")
                try await Self.expect(
                    lab, "all", Set([addresses["host1"], addresses["host2"]].compactMap(\.self)), in: "c0", on: "host1")
            }
        }

        @Test func `a dual-stack network's names have both kinds of addresses`() async throws {
            try await Lab.with("resolve6", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", options: "--ipv6 --subnet fd00:1::/64")
                _ = try await lab.start("aa", on: "host1", network: "blue")
                let b = try await lab.start("bb", on: "host2", network: "blue")
                let six = try await lab.docker(
                    "host2", "inspect -f '{{.NetworkSettings.Networks.blue.GlobalIPv6Address}}' bb")
                try await Self.expect(lab, "bb", [b.address], in: "aa", on: "host1")
                try await Self.expect(lab, "bb", [six], in: "aa", on: "host1", family: 6)
                let reverse = try await Self.look(lab, "aa", on: "host1", "getent hosts \(six)")
                #expect(reverse.contains { $0.contains("bb.blue") }, "\(reverse)")
            }
        }

        @Test func `with the plugin killed this host's names and others' are asked of Docker, and are back with it`()
            async throws
        {
            try await Lab.with("resolvekill", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                let a = try await lab.start("aa", on: "host1", network: "blue", options: "--hostname one")
                let near = try await lab.start("near", on: "host1", network: "blue")
                let far = try await lab.start("far", on: "host2", network: "blue")
                try await Self.expect(lab, "far", [far.address], in: "aa", on: "host1")
                try await lab.killPlugin("host1")
                #expect(try await Self.addresses(lab, of: "near", in: "aa", on: "host1") == [near.address])
                try await Self.expect(lab, "far", [far.address], in: "aa", on: "host1")
                #expect(try await Self.addresses(lab, of: "aa", in: "aa", on: "host1") == [a.address])

                // Central is away: what was known goes on.
                try await lab.on("central", "pkill -STOP -x ovn-ipam")
                #expect(try await Self.addresses(lab, of: "far", in: "aa", on: "host1") == [far.address])
                try await lab.on("central", "pkill -CONT -x ovn-ipam")
            }
        }
    }
}
