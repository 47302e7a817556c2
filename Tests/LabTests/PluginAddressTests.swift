import Testing

extension LabTests {
    /// Addresses, and how many networks a container has.
    @Suite struct PluginAddressTests {
        @Test func `both families, a gateway, a range and auxiliary addresses are as they were asked for`() async throws
        {
            try await Lab.with("dual", hosts: 2) { lab in
                try await lab.joinHosts()
                let options =
                    "--gateway 10.1.255.254 --ip-range 10.1.8.0/24 --aux-address printer=10.1.8.1 --aux-address door=10.1.8.3 "
                    + "--ipv6 --subnet fd00:1::/64 --gateway fd00:1::ff"
                try await lab.createNetwork("blue", options: options)
                let a = try await lab.start("ann", on: "host1", network: "blue")
                let b = try await lab.start("bob", on: "host2", network: "blue")
                let c = try await lab.start("cid", on: "host2", network: "blue")
                for member in [a, b, c] {
                    #expect(member.address.hasPrefix("10.1.8."), "\(member)")
                    #expect(!["10.1.8.1", "10.1.8.3"].contains(member.address), "\(member)")
                    #expect(member.address6.hasPrefix("fd00:1::"), "\(member)")
                }
                #expect(Set([a, b, c].flatMap { [$0.address, $0.address6] }).count == 6)
                #expect(try await lab.answers(b.address, to: a))
                #expect(try await lab.answers(b.address6, to: a))
                // A port has both of its endpoint's addresses.
                let port = try #require(try await lab.dockerPorts().first { $0.mac == a.mac })
                #expect(Set(port.addresses.map(\.address)) == [a.address, a.address6])

                // Debian's own command line: later ones want a later engine for --mac-address.
                try await lab.on(
                    "host1",
                    "/usr/bin/docker run -d --name both --network blue --ip 10.1.200.1 --ip6 fd00:1::abc "
                        + "--mac-address 02:00:00:00:00:0b --stop-signal KILL busybox sleep 100000")
                let both = try await lab.member("both", on: "host1", network: "blue")
                #expect(
                    both.address == "10.1.200.1" && both.address6 == "fd00:1::abc" && both.mac == "02:00:00:00:00:0b")
                #expect(try await lab.answers("fd00:1::abc", to: b))
                let taken = try await lab.attempt(
                    "host2", "docker run --rm --network blue --ip 10.1.200.1 busybox true")
                #expect(taken.status == 125 && taken.errors.contains("10.1.200.1"), "\(taken.errors)")
                // The engine asks for both, and gives nothing back.
                let before = try await lab.dockerPorts().count
                let takenToo = try await lab.attempt(
                    "host2", "docker run --rm --network blue --ip6 fd00:1::abc busybox true")
                #expect(
                    takenToo.status == 125 && takenToo.errors.contains("is in use by endpoint both on host host1"),
                    "\(takenToo.errors)")
                #expect(try await lab.dockerPorts().count == before)

                try await lab.docker("host1", "rm -f ann both")
                try await lab.docker("host2", "rm -f bob cid")
                try await lab.expectNothingLeft()
            }
        }

        /// An interface has no IPv6 then, as with underlays of 1280 bytes, and in a kernel that was started without.
        @Test func `where IPv6 cannot be, IPv4 works, and a network with IPv6 is refused`() async throws {
            try await Lab.with("small", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("small", options: "-o mtu=1222")
                // To the programs of the host the kernel has none.
                try await lab.on("host2", "mount -t tmpfs none /proc/sys/net/ipv6")
                let a = try await lab.start("ann", on: "host1", network: "small")
                let b = try await lab.start("bob", on: "host2", network: "small")
                #expect(try await lab.answers(b.address, to: a))
                #expect(try await lab.docker("host1", "exec ann cat /sys/class/net/eth0/mtu") == "1222")

                let create =
                    "docker network create -d ovn --ipam-driver ovn --ipv6 --subnet 10.2.0.0/16 --subnet fd00:2::/64"
                let narrow = try await lab.attempt("host1", "\(create) -o mtu=1222 -o net=narrow narrow")
                #expect(narrow.status == 1 && narrow.errors.contains("MTU 1222"), "\(narrow.errors)")
                let without = try await lab.attempt("host2", "\(create) -o net=without without")
                #expect(without.status == 1 && without.errors.contains("ipv6.disable=1"), "\(without.errors)")
                #expect(try await lab.networks().map(\.name) == ["small"])
                try await lab.docker("host1", "rm -f ann")
                try await lab.docker("host2", "rm -f bob")
                try await lab.expectNothingLeft()
            }
        }

        @Test func `a container joins and leaves networks as it runs`() async throws {
            try await Lab.with("several", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                try await lab.createNetwork("green", subnet: "10.2.0.0/16")
                let a = try await lab.start("ann", on: "host1", network: "blue")
                let b = try await lab.start("bob", on: "host2", network: "green")
                #expect(try await lab.answers(b.address, to: a, seconds: 1) == false)

                try await lab.docker("host1", "network connect --ip 10.2.0.50 green ann")
                #expect(try await lab.member("ann", on: "host1", network: "green").address == "10.2.0.50")
                #expect(try await lab.answers(b.address, to: a))
                #expect(try await lab.answers("10.2.0.50", to: b))
                try await lab.expectAgreement(within: .seconds(10))

                try await lab.docker("host1", "network disconnect green ann")
                #expect(try await lab.answers(b.address, to: a, seconds: 1) == false)
                try await lab.expectAgreement(within: .seconds(10))
                // The same address again, at once, elsewhere.
                let c = try await lab.start("cid", on: "host2", network: "green", options: "--ip 10.2.0.50")
                #expect(try await lab.answers(c.address, to: b))
                try await lab.docker("host1", "rm -f ann")
                try await lab.docker("host2", "rm -f bob cid")
                try await lab.expectNothingLeft()
            }
        }

        @Test func `a full network says so, and an address that is given back is given again`() async throws {
            try await Lab.with("full", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("tiny", subnet: "10.1.0.0/29")
                for i in 0..<5 {
                    try await lab.start("c\(i)", on: i % 2 == 0 ? "host1" : "host2", network: "tiny")
                }
                let full = try await lab.attempt("host1", "docker run --rm --network tiny busybox true")
                #expect(full.status == 125)
                #expect(full.errors.contains("network \"tiny\" is full: 5 of the 5 addresses"), "\(full.errors)")
                try await lab.docker("host2", "rm -f c1")
                let again = try await lab.attempt("host1", "docker run --rm --network tiny busybox true")
                #expect(again.status == 0, "\(again.errors)")
                // A link of two has room for both of them.
                try await lab.createNetwork("pair", subnet: "10.2.0.0/31")
                let a = try await lab.start("ann", on: "host1", network: "pair")
                let b = try await lab.start("bob", on: "host2", network: "pair")
                #expect(try await lab.answers(b.address, to: a))
                try await lab.expectAgreement()
            }
        }

        @Test func `a forged address is dropped, unless the network says otherwise`() async throws {
            try await Lab.with("forged", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("strict")
                try await lab.createNetwork("open", subnet: "10.2.0.0/16", options: "-o port_security=off")
                for (network, prefix, passes) in [("strict", "10.1", false), ("open", "10.2", true)] {
                    let a = try await lab.start(
                        "a\(network)", on: "host1", network: network, options: "--cap-add NET_ADMIN")
                    let b = try await lab.start("b\(network)", on: "host2", network: network)
                    #expect(try await lab.answers(b.address, to: a))
                    try await lab.docker("host1", "exec a\(network) ip addr add \(prefix).99.99/16 dev eth0")
                    let ping = "exec a\(network) ping -c 1 -W 2 -I \(prefix).99.99 \(b.address)"
                    #expect(try await lab.attempt("host1", "docker \(ping)").status == (passes ? 0 : 1), "\(network)")
                }
            }
        }
    }
}
