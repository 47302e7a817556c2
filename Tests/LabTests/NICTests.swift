import Foundation
import Testing

extension LabTests {
    /// `nics-to-bridge`, `nics-from-bridge` and `restore` on a host whose only way to the world is the NIC.
    @Suite struct NICTests {
        static let chaos = ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"].flatMap(Int.init)

        /// Shell functions: `snap IF` prints everything of an interface that must not change, as soon as the kernel lists it without a
        /// change in the middle; `ready` gives eth0 addresses and routes
        /// of every kind.
        static let functions = """
            snap() {
                until snap_once $1 2>/run/snap.err >/run/snap && ! grep -q interrupted /run/snap.err; do sleep 0.1; done
                cat /run/snap
            }
            snap_once() {
                ip -d addr show dev $1 | grep -A1 -E '^ +inet' | sed -E 's/[0-9]+sec/Nsec/g'
                for v in -4 -6; do
                    ip -d $v route show table all | grep -w "dev $1" | sed -E 's/[0-9]+sec/Nsec/g'
                    ip -d $v rule
                done
                true
            }
            ready() {
                set -e
                ovn-integrate nics-from-bridge eth0
                echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
                until ip -6 addr show dev eth0 scope link | grep inet6 | grep -qv tentative; do sleep 0.1; done
                ip addr add 10.77.0.71/24 dev eth0 label eth0:1
                ip addr add 10.77.0.72/24 dev eth0 valid_lft 30000 preferred_lft 20000
                ip addr add 192.168.7.1 peer 192.168.7.2 dev eth0 noprefixroute
                for n in 1 2 3; do ip addr add fd77::1$n/64 dev eth0 nodad; done
                ip addr change fd77::13/64 dev eth0
                ip addr add fd78::1/64 dev eth0 nodad home noprefixroute valid_lft 30000 preferred_lft 20000
                ip route add default via 10.77.0.10 proto dhcp src 10.77.0.11 metric 100
                ip route add 10.8.0.0/16 via 10.77.0.10 mtu 1400 table 1000
                ip route add 10.9.0.0/16 via 169.254.0.1 dev eth0 onlink realm 5
                ip -6 route add default via fd77::10 metric 50 pref high
                ip -6 route add fd99::/64 dev eth0 expires 30000
                ip rule add iif eth0 lookup 1000 pref 500
                ip -6 rule add oif eth0 lookup 1000 pref 501
                snap eth0 >/run/before
                set +e
            }
            clean() {
                if ovs-vsctl br-exists breth0; then
                    test "$(ip -br addr show dev eth0 scope global | wc -w)" -le 2 && snap breth0 | diff /run/moved -
                else
                    snap eth0 | diff /run/before -
                fi && ping -q -c 1 -W 2 10.77.0.10 >/dev/null
            }

            """

        func withHost(_ name: String, _ body: (Lab) async throws -> Void) async throws {
            try await Lab.with(name, hosts: 1) { lab in
                try await lab.on("central", "ip addr add fd77::10/64 dev eth0 nodad || :")
                try await body(lab)
            }
        }

        @Test func `there and back 50 times under an open connection and a ping of 100 packets a second`() async throws
        {
            try await withHost("nics") { lab in
                try await lab.on("central", Self.streamServer)
                try await lab.on("host1", Self.functions + "ready")
                try await lab.on("host1", Self.streamClient)
                let turns = try await lab.on(
                    "host1",
                    Self.functions + """
                        ping -i 0.01 10.77.0.10 >/run/ping.log & ping=$!
                        for turn in $(seq 50); do
                            ovn-integrate nics-to-bridge eth0 --datapath netdev || echo "turn $turn: there"
                            [ -e /run/moved ] || snap breth0 >/run/moved
                            snap breth0 | diff /run/moved - || echo "turn $turn: there is another there"
                            ovn-integrate nics-from-bridge eth0 || echo "turn $turn: back"
                            snap eth0 | diff /run/before - || echo "turn $turn: not as before"
                        done
                        kill -INT $ping; wait $ping
                        sed -n 's/.*icmp_seq=\\([0-9]*\\).*/\\1/p' /run/ping.log | sort -un |
                            awk 'NR > 1 && $1 - last > most { most = $1 - last } { last = $1 } END { print "gap", most }'
                        """, seconds: 300)
                let gap = try #require(turns.output.firstMatch(of: /gap (\d+)/).flatMap { Int($0.1) })
                #expect(gap <= 100, "\(gap) packets of 100 a second were lost at once")
                #expect(turns.lines.count == 1, "\(turns.output)")
                // The stream counts upwards without a gap and still runs.
                let stream = try await lab.on(
                    "host1", "sleep 1; cp /run/stream.log /run/a; sleep 1; cat /run/stream.log | wc -l; wc -l </run/a")
                let counts = stream.lines.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
                #expect(counts.count == 2 && counts[0] > counts[1] && counts[1] > 100, "\(counts)")
                let order = try await lab.on("host1", "awk '$1 != NR - 1 { print NR; exit }' /run/stream.log")
                #expect(order.output == "", "line \(order.word) is out of order")
            }
        }

        @Test func `killed at any moment, restore or the way back ends in one of two clean states`() async throws {
            let rounds = Self.chaos ?? 20
            try await withHost("nickill") { lab in
                let result = try await lab.on(
                    "host1",
                    Self.functions + """
                        ready
                        ovn-integrate nics-to-bridge eth0 --datapath netdev; snap breth0 >/run/moved
                        for round in $(seq \(rounds)); do
                            for verb in nics-from-bridge nics-to-bridge; do
                                ovn-integrate $verb eth0 2>/dev/null & victim=$!
                                sleep 0.$(printf %03d $((RANDOM % 350)))
                                kill -KILL $victim 2>/dev/null; wait $victim 2>/dev/null
                                if [ $((RANDOM % 2)) = 0 ]; then finish=restore; else finish='nics-from-bridge eth0'; fi
                                ovn-integrate $finish || echo "round $round: $finish after $verb failed"
                                clean || echo "round $round: not clean by $finish after $verb"
                            done
                        done
                        """, seconds: 60 + rounds * 10)
                #expect(result.output == "", "\(result.output)")
            }
        }

        @Test func `after a boot, or a restart of Open vSwitch, restore brings everything back`() async throws {
            try await withHost("nicboot") { lab in
                let restart = """
                    ovs-appctl exit --cleanup; while pgrep -x ovs-vswitchd >/dev/null; do sleep 0.05; done
                    ovs-vswitchd --pidfile --detach --no-chdir --log-file -vconsole:off

                    """
                let result = try await lab.on(
                    "host1",
                    Self.functions + """
                        ready
                        ovn-integrate nics-to-bridge eth0 --datapath netdev; snap breth0 >/run/moved
                        \(restart)
                        ovn-integrate status --format value 2>/dev/null | grep -q $'nic_eth0\\tfailed' || echo "status does not tell"
                        ovn-integrate restore || echo restore; clean
                        ovn-integrate status --format value 2>/dev/null | grep -q $'nic_eth0\\tok' || echo "status is not content"
                        ovn-integrate restore; clean
                        # A boot where the distribution has configured the NIC once more, otherwise.
                        \(restart)
                        tc qdisc del dev eth0 clsact
                        ip addr add 10.77.0.11/24 dev eth0; ip route add default via 10.77.0.10
                        ovn-integrate restore
                        ip -br -4 addr show dev breth0 | grep -q ' 10.77.0.11/24 *$' || echo "not as configured anew"
                        ip -4 route show default | grep -q 'dev breth0' || echo "no default route"
                        ping -q -c 1 -W 2 10.77.0.10 >/dev/null || echo "no ping"
                        """)
                #expect(result.output == "", "\(result.output)")
            }
        }

        @Test func `what would be cut off, and what others use, is refused in clear words`() async throws {
            try await withHost("nicno") { lab in
                try await lab.on(
                    "host1",
                    Self.functions
                        + "ready; ip link add vx type vxlan id 5 dev eth0 dstport 4789; ip link add br9 type bridge; ip link add slave type veth peer name x; ip link set slave master br9"
                )
                for (nic, words) in [
                    ("eth0", "vx (vxlan) stands on eth0"), ("slave", "slave belongs to bridge br9"),
                    ("br9", "br9 is not a NIC but a bridge device"), ("lo", "lo is not an Ethernet interface"),
                    ("nobody", "there is no interface nobody"),
                ] {
                    let outcome = try await lab.attempt(
                        "host1", "ovn-integrate nics-to-bridge --datapath netdev \(nic)")
                    #expect(outcome.status == 1)
                    #expect(outcome.errors.contains(words), "\(outcome.errors)")
                }
                let rest = try await lab.on(
                    "host1",
                    Self.functions + """
                        ip link del vx
                        snap eth0 | diff /run/before -
                        # An interface without addresses that is down.
                        ovn-integrate nics-to-bridge --datapath netdev x || echo "x there"
                        ovn-integrate nics-from-bridge x || echo "x back"
                        ovn-integrate nics-to-bridge --datapath netdev eth0; snap breth0 >/run/moved
                        # Two at once, and once more.
                        ovn-integrate nics-to-bridge eth0 & ovn-integrate nics-to-bridge eth0 & wait
                        clean
                        ovs-vsctl add-port breth0 guest -- set interface guest type=internal
                        ovn-integrate nics-from-bridge eth0 2>&1 | grep -q 'other ports than eth0: guest' || echo "guest is not told"
                        clean
                        ovs-vsctl del-port guest
                        ovn-integrate nics-from-bridge eth0 & ovn-integrate nics-from-bridge eth0 & wait
                        clean
                        """)
                #expect(rest.output == "", "\(rest.output)")
            }
        }

        @Test func `a DHCP client follows to the bridge and back, and keeps its address`() async throws {
            try await withHost("nicdhcp") { lab in
                try await lab.on(
                    "central",
                    """
                    printf '%s\\n' 'start 10.77.0.100' 'end 10.77.0.110' 'interface eth0' 'option subnet 255.255.255.0' \
                        'option router 10.77.0.10' 'option lease 600' 'lease_file /run/leases' 'pidfile /run/udhcpd.pid' >/run/conf
                    touch /run/leases; setsid busybox udhcpd -f /run/conf >/dev/null 2>&1 </dev/null &
                    """)
                let result = try await lab.on(
                    "host1",
                    Self.functions + """
                        mount -t tmpfs dhcp /var/lib/dhcp
                        ovn-integrate nics-from-bridge eth0
                        ip addr flush dev eth0
                        dhclient -4 -pf /run/dhclient.eth0.pid -lf /var/lib/dhcp/dhclient.eth0.leases eth0 >/dev/null 2>&1
                        snap eth0 >/run/before
                        first=$(ip -br -4 addr show dev eth0)
                        ovn-integrate nics-to-bridge --datapath netdev eth0 2>&1 |
                            grep -q 'dhclient serves breth0' || echo "not told"
                        timeout 10 sh -c 'until grep -q breth0 /var/lib/dhcp/dhclient.breth0.leases; do sleep 0.1; done'
                        pgrep -af dhclient | grep -q ' breth0$' || echo "no client on breth0"
                        ip -br -4 addr show dev breth0 | grep -q "$(echo "$first" | awk '{ print $3 }')" || echo "another address"
                        ovn-integrate nics-from-bridge eth0 2>&1 | grep -q 'dhclient serves eth0' || echo "not told back"
                        pgrep -af dhclient | grep -q ' eth0$' || echo "no client on eth0"
                        clean
                        pkill -x dhclient
                        """)
                #expect(result.output == "", "\(result.output)")
            }
        }

        /// Sends a number every 10 ms to each who connects.
        static let streamServer = """
            cat >/run/server.py <<'END'
            import socket, time
            s = socket.create_server(("10.77.0.10", 7000)); c, _ = s.accept(); n = 0
            while True:
                c.sendall(b"%d\\n" % n); n += 1; time.sleep(0.01)
            END
            setsid python3 /run/server.py >/run/server.log 2>&1 </dev/null &
            """

        static let streamClient = """
            cat >/run/client.py <<'END'
            import socket
            s = socket.create_connection(("10.77.0.10", 7000)); f = open("/run/stream.log", "wb", 0)
            while True:
                data = s.recv(65536)
                if not data: break
                f.write(data)
            END
            setsid python3 /run/client.py >/run/client.log 2>&1 </dev/null &
            timeout 10 sh -c 'until [ -s /run/stream.log ]; do sleep 0.1; done'
            """
    }
}
