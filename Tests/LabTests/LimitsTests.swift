import Foundation
import Testing

extension LabTests {
    /// What the original tools could not do, on hosts.
    @Suite struct LimitsTests {
        /// Where the original stopped: IPv4, one subnet, no default route, no name server, one MTU, no choice of addresses,
        /// and an endpoint usable only on the host that made it.
        @Test func `an endpoint has all its network's subnets, routes and name servers, on whatever host it is used`()
            async throws
        {
            try await Lab.with("whole", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.on(
                    "host1",
                    """
                    set -e
                    ovn-container net-create ls0 192.168.1.0/24 2001:db8:1::/64 10.9.0.0/24 \
                        --gateway 192.168.1.254 --gateway 2001:db8:1::fe --dns 192.168.1.53 --dns 2001:db8:1::53 \
                        --allocation-pool 192.168.1.100-192.168.1.110
                    ovn-container net-create ls1 10.8.0.0/24 --gateway none --mtu 1300
                    ovn-container endpoint-create ls0 a --ip 192.168.1.7 --ip 2001:db8:1::7 --mac 02:00:00:00:00:07
                    ovn-container endpoint-create ls0 b --ip 192.168.1.8 --ip 2001:db8:1::8
                    ovn-container endpoint-create ls1 c
                    """)
                // Made on host1, used on host2; the one without a gateway comes first and must not carry the default route.
                let first = try await lab.on("host2", "ovn-container container-create --network=c --network=a").word
                let second = try await lab.on("host1", "ovn-container container-create --network=b").word
                let seen = try await lab.on(
                    "host2",
                    "docker run --rm --net=container:\(first) busybox sh -c "
                        + "'ip addr; ip route; ip -6 route; cat /etc/resolv.conf'"
                ).output
                for expected in [
                    "eth0@", "mtu 1300", "eth1@", "mtu 1442", "02:00:00:00:00:07", "192.168.1.7/24", "2001:db8:1::7/64",
                    "default via 192.168.1.254 dev eth1", "default via 2001:db8:1::fe dev eth1",
                    "nameserver 192.168.1.53", "nameserver 2001:db8:1::53",
                ] {
                    #expect(seen.contains(expected), "no \(expected) in \(seen)")
                }
                let ping = "docker run --rm --net=container:\(second) busybox ping -c 3"
                #expect(try await lab.attempt("host1", "\(ping) 192.168.1.7").status == 0)
                #expect(try await lab.attempt("host1", "\(ping) 2001:db8:1::7").status == 0)

                // Every host sees who uses what, everywhere.
                let list = try await lab.on("host1", "ovn-container endpoint-list --format value").lines
                let a = try #require(list.first { $0.contains("\ta\t") })
                #expect(a.contains("\tACTIVE\thost2\t\(first.prefix(12))\t"), "\(a)")
            }
        }

        /// The original kept its bookkeeping in maps that it read, changed and wrote back.
        @Test func `commands at the same time lose nothing, and a command that fails leaves nothing`() async throws {
            try await Lab.with("crowd", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 192.168.1.0/28")
                try await lab.onEachHost(
                    """
                    for i in 1 2 3 4 5 6; do
                        { ovn-container endpoint-create ls0 $HOSTNAME-$i && ovn-container container-create --network=$HOSTNAME-$i; } &
                    done
                    wait
                    """, seconds: 120)
                let list = try await lab.on("host1", "ovn-container endpoint-list --format value").lines
                #expect(list.count == 12)
                #expect(list.allSatisfy { $0.contains("ACTIVE") }, "\(list)")
                for host in lab.hosts { #expect(try await Self.counts(on: host, lab) == "6 6 6") }

                // 16 addresses less network, broadcast and gateway: one is left, then none.
                try await lab.on("host1", "ovn-container endpoint-create ls0 last")
                let full = try await lab.attempt("host1", "ovn-container endpoint-create ls0 one-too-many")
                #expect(full.status == 1 && full.output == "")
                #expect(full.errors.contains("network \"ls0\" is full: 13 of the 13 addresses"), "\(full.errors)")

                let nothing = try await lab.attempt("host1", "ovn-container container-create")
                #expect(nothing.status == 2)
                let taken = try await lab.attempt("host2", "ovn-container container-create --network=host1-1")
                #expect(taken.status == 1 && taken.errors.contains("on host host1"), "\(taken.errors)")
                for host in lab.hosts { #expect(try await Self.counts(on: host, lab) == "6 6 6") }

                try await lab.onEachHost(
                    "for i in 1 2 3 4 5 6; do ovn-container endpoint-delete $HOSTNAME-$i & done; wait", seconds: 120)
                for host in lab.hosts { #expect(try await Self.counts(on: host, lab) == "0 0 0") }
            }
        }

        /// The original deleted the port and left the other host's interface and container as they were.
        @Test
        func
            `an endpoint deleted from another host leaves nothing there, and one whose host is dead can be used again`()
            async throws
        {
            try await Lab.with("far", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 192.168.1.0/24")
                let first = try await lab.attach("a", network: "ls0", on: "host1")
                _ = try await lab.attach("b", network: "ls0", on: "host2")

                let deleted = try await lab.on("host2", "ovn-container endpoint-delete a")
                #expect(deleted.output == "" && deleted.errors.contains("on host host1"), "\(deleted.errors)")
                #expect(try await Self.counts(on: "host1", lab) == "1 1 1")
                try await lab.on("host1", "ovn-container net-list")
                #expect(try await Self.counts(on: "host1", lab) == "0 0 0")
                #expect(try await lab.attempt("host1", "docker inspect \(first.id)").status != 0)

                // host2 goes down without a word; its chassis is taken out, as an operator does. The endpoint moves.
                try await lab.on(
                    "host2", "ovs-appctl -t ovn-controller exit --restart; ovs-appctl -t ovs-vswitchd exit")
                try await lab.on("central", "ovn-sbctl --db=unix:/run/ovn/ovnsb_db.sock chassis-del host2")
                try await lab.on(
                    "host1",
                    "timeout 20 sh -c 'until ovn-container endpoint-show b -f value | grep -q DOWN; do sleep 0.2; done'"
                )
                let moved = try await lab.on("host1", "ovn-container container-create --network=b")
                #expect(moved.word.count == 64)
                #expect(try await Self.counts(on: "host1", lab) == "1 1 1")
            }
        }

        /// The original's branches all ended with 0, an unknown command without a word, a missing word as an empty setting.
        @Test func `ovn-integrate says what went wrong, in words and by exit code`() async throws {
            try await Lab.with("network", hosts: 1) { lab in
                for (command, status) in [
                    ("ovn-integrate", 0), ("ovn-integrate --help", 0), ("ovn-integrate sing", 2),
                    ("ovn-integrate set-ipam", 2),
                    ("ovn-integrate set-tep everywhere", 2), ("ovn-integrate set-encap-type stt", 1),
                    ("ovn-integrate nics-to-bridge nobody", 1), ("ovn-integrate status", 1),
                    ("ovn-container init --bridge br-int --overlay-mode", 1), ("ovn-container net-list", 1),
                    ("ovn-integrate create-integration-bridge", 0), ("ovn-integrate create-integration-bridge", 0),
                    ("ovn-container init --bridge br-int --overlay-mode", 0),
                    ("ovn-integrate set-ipam 10.77.0.250", 0), ("ovn-container net-list --timeout 4", 4),
                ] {
                    let outcome = try await lab.attempt("host1", command)
                    #expect(Int(outcome.status) == status, "\(command): \(outcome.errors)")
                    #expect(outcome.errors.isEmpty == (status == 0), "\(command): \(outcome.errors)")
                }
                let ids = try await lab.on("host1", "ovs-vsctl get open_vswitch . external_ids").output
                #expect(!ids.contains("stt") && ids.contains(#"ipam="10.77.0.250""#))
            }
        }

        /// Containers, plugged interfaces and Interface rows of ours on a host: `1 1 1`.
        static func counts(on host: String, _ lab: Lab) async throws -> String {
            try await lab.on(
                host,
                "echo $(docker ps -aq | wc -l) $(ip -o link show type veth | grep -c ': ovn') "
                    + "$(ovs-vsctl --bare --columns=name find Interface external_ids:vm-id!=0 | grep -c .)"
            ).word
        }
    }
}
