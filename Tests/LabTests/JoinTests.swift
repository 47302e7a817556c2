import Foundation
import Testing

extension LabTests {
    /// A secure central and hosts that join it.
    @Suite struct JoinTests {
        @Test func `two commands make a host part of the networks, and nothing but TLS leaves a machine`() async throws
        {
            try await Lab.with("join", hosts: 2) { lab in
                try await lab.on(
                    "central",
                    "setsid tcpdump -U -i any -w /run/all.pcap not udp port 6081 >/dev/null 2>&1 </dev/null &")
                try await lab.startSecureCentral()
                try await lab.joinSecurely()
                try await Self.expectTraffic(lab)
                try await Self.expectListeners(lab)
                try await Self.expectNoPlainText(lab)
                try await Self.expectRefusals(lab)
                try await Self.expectStolenKey(lab)
                try await Self.expectDeparture(lab)
            }
        }

        private static func expectTraffic(_ lab: Lab) async throws {
            try await lab.createNetwork("blue")
            let one = try await lab.start("c1", on: "host1", network: "blue")
            let two = try await lab.start("c2", on: "host2", network: "blue")
            #expect(try await lab.answers(two.address, to: one, seconds: 10))
            #expect(try await lab.answers(one.address, to: two, seconds: 10))
            // By name, which central says.
            #expect(try await lab.answers("c1", to: two, seconds: 10))
            let status = try await lab.on("host1", "ovn-integrate status -f value").output
            #expect(status.contains("ssl:\(Lab.centralAddress):6642"), "\(status)")
            let hosts = try await lab.on("central", "ovn-ipam host list").output
            #expect(hosts.contains("host1") && hosts.contains("host2"), "\(hosts)")
        }

        /// Whatever listens off loopback speaks TLS.
        private static func expectListeners(_ lab: Lab) async throws {
            for node in ["central"] + lab.hosts {
                let listeners = try await lab.on(
                    node, "ss -ltnH | awk '{ print $4 }' | grep -vE '^(127[.]|\\[::1\\])' || true"
                ).lines
                #expect(listeners.count == (node == "central" ? 2 : 0), "\(node): \(listeners)")
                for listener in listeners {
                    let port = listener.split(separator: ":").last.map(String.init) ?? ""
                    let answer = try await lab.attempt(
                        node, "openssl s_client -connect 127.0.0.1:\(port) -brief </dev/null 2>&1")
                    #expect(answer.output.contains("TLSv1.3"), "\(listener): \(answer)")
                }
            }
        }

        private static func expectRefusals(_ lab: Lab) async throws {
            let central = Lab.centralAddress
            let bare =
                "curl -s -w ' %{http_code}' --cacert \(Lab.hostCredentials)/authorities.pem https://\(central):9696"
            #expect(try await lab.on("host1", "\(bare)/v2.0/networks").word.hasSuffix(" 401"))
            #expect(try await lab.on("host1", "curl -s http://\(central):9696/v2.0/networks").word.contains("https://"))
            let stranger = try await lab.attempt(
                "host1",
                """
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /run/own.key -out /run/own.pem \
                    -days 2 -subj /CN=host1 2>/dev/null
                timeout 10 ovn-sbctl --db=ssl:\(central):6642 -p /run/own.key -c /run/own.pem \
                    -C \(Lab.hostCredentials)/authorities.pem show
                """)
            #expect(stranger.status != 0 && stranger.output.isEmpty, "\(stranger)")
        }

        /// Of all that central sent and received, nothing was OVSDB or HTTP that can be read.
        private static func expectNoPlainText(_ lab: Lab) async throws {
            let found = try await lab.on(
                "central",
                """
                pkill -INT tcpdump; sleep 0.5; test $(stat -c %s /run/all.pcap) -gt 100000
                tcpdump -r /run/all.pcap -w /run/off.pcap 'not host 127.0.0.1 and not host ::1' 2>/dev/null
                grep -acE '"method":|"update3"|HTTP/1[.]1|OVN_Southbound' /run/off.pcap || true
                """
            ).word
            #expect(found == "0", "\(found)")
        }

        /// What somebody can do who has host1's key.
        private static func expectStolenKey(_ lab: Lab) async throws {
            let ports = try await lab.ask("/v2.0/ports?binding:host_id=host2&fields=id", as: "host1")
            let port = try #require(ports.firstMatch(of: /"id":"([0-9a-f-]+)"/).map { String($0.1) }, "\(ports)")
            let json = "-H 'Content-Type: application/json'"
            for (body, path) in [
                (#"{"port":{"binding:host_id":"host1"}}"#, "-X PUT"), (#"{"port":{"admin_state_up":false}}"#, "-X PUT"),
                ("", "-X DELETE"),
            ] {
                let answer = try await lab.ask(
                    "/v2.0/ports/\(port)", as: "host1", body.isEmpty ? path : "\(path) \(json) -d '\(body)'")
                #expect(answer.hasSuffix(" 403") && answer.contains("host2"), "\(answer)")
            }
            let folder = Lab.hostCredentials
            let southbound =
                "timeout 20 ovn-sbctl --no-leader-only --db=ssl:\(Lab.centralAddress):6642 -p \(folder)/key.pem "
                + "-c \(folder)/certificate.pem -C \(folder)/authorities.pem"
            for change in ["destroy Chassis host2", "set Chassis host2 hostname=host1", "--all destroy Logical_Flow"] {
                let outcome = try await lab.attempt("host1", "\(southbound) \(change)")
                #expect(outcome.status != 0 && outcome.errors.contains("RBAC"), "\(change): \(outcome)")
            }
            // OVN's role lets a host draw any port to itself; central sees it.
            try await lab.on(
                "host1",
                """
                set -e
                chassis=$(\(southbound) --bare --columns=_uuid find Chassis name=host1)
                for i in 1 2 3 4 5 6 7 8; do \(southbound) set Port_Binding \(port) chassis=$chassis; sleep 0.3; done
                """)
            let seen = try await lab.eventually(within: .seconds(5)) {
                try await lab.attempt("central", "grep warning /var/log/ovn-ipam.log | grep \(port)").output
            } until: {
                $0.contains("host1") && $0.contains("host2")
            }
            #expect(seen.contains("host1") && seen.contains("host2"), "\(seen)")
        }

        private static func expectDeparture(_ lab: Lab) async throws {
            // A host that is gone with its containers.
            let refused = try await lab.attempt("central", "ovn-ipam host remove host2")
            #expect(refused.status != 0 && refused.errors.contains("--force"), "\(refused)")
            try await lab.on("central", "ovn-ipam host remove host2 --force")
            try await lab.on("central", "ovn-ipam host remove host2 --force")
            let answer = try await lab.ask("/v2.0/networks", as: "host2")
            #expect(answer.hasSuffix(" 401") && answer.contains("HostUnknown"), "\(answer)")
            let rest = try await lab.ask("/v2.0/ports?binding:host_id=host2", as: "host1")
            #expect(rest.hasPrefix(#"{"ports":[]}"#), "\(rest)")
            // And one that leaves by itself.
            try await lab.docker("host1", "rm -f c1")
            try await lab.docker("host1", "network rm blue")
            try await lab.on("host1", "ovn-integrate leave")
            try await lab.on("host1", "ovn-integrate leave")
            try await lab.on("host1", "test ! -e \(Lab.hostCredentials) && test -z \"$(ovs-vsctl get-ssl)\"")
            let hosts = try await lab.on("central", "ovn-ipam host list -f json").output
            #expect(!hosts.contains("host1"), "\(hosts)")
            // A token that others have used up lets nobody in.
            let token = try await lab.invite("--host host2")
            let foreign = try await lab.attempt("host1", token, seconds: 90)
            #expect(foreign.status != 0 && foreign.errors.contains("host2"), "\(foreign)")
            try await lab.on("host1", "test -z \"$(ovs-vsctl get-ssl)\"")
        }

        @Test func `certificates and the authority are replaced under traffic, and nothing is lost`() async throws {
            try await Lab.with("rotate", hosts: 2) { lab in
                try await lab.startSecureCentral("--certificate-lifetime 60s")
                try await lab.joinSecurely()
                try await lab.createNetwork("blue")
                let one = try await lab.start("c1", on: "host1", network: "blue")
                let two = try await lab.start("c2", on: "host2", network: "blue")
                #expect(try await lab.answers(two.address, to: one, seconds: 10))
                let serials = try await Self.serials(lab)
                // In the container's namespace, since busybox waits a second between two. A thousand at a time: one that is stopped counts
                // what is still on its way as lost.
                let pid = try await lab.docker("host1", "inspect -f {{.State.Pid}} c1")
                try await lab.on(
                    "host1",
                    """
                    cat >/run/pings <<'END'
                    while [ ! -e /run/pings.end ]; do nsenter -t \(pid) -n ping -c 1000 -i 0.001 -q \(two.address); done
                    END
                    setsid bash /run/pings >/run/pings.log 2>&1 </dev/null &
                    echo $! >/run/pings.pid
                    """)
                try await lab.on(
                    "host2",
                    """
                    cat >/run/calls <<'END'
                    cd \(Lab.hostCredentials)
                    while [ ! -e /run/calls.end ]; do
                        curl -sf -o /dev/null --cacert authorities.pem --cert certificate.pem --key key.pem \
                            https://\(Lab.centralAddress):9696/v2.0/networks && echo ok || echo failed
                    done
                    END
                    setsid bash /run/calls >/run/calls.log 2>&1 </dev/null &
                    """)
                let before = try await lab.on("central", "ovn-ipam authority show").word
                try await lab.on("central", "ovn-ipam authority replace")
                let after = try await lab.eventually(within: .seconds(150)) {
                    try await lab.on("central", "ovn-ipam authority show").word
                } until: {
                    !$0.contains("\n") && $0 != before
                }
                #expect(!after.contains("\n") && after != before, "\(after)")
                #expect(try await Self.serials(lab) != serials)
                try await lab.on("host1", "touch /run/pings.end; tail --pid=$(cat /run/pings.pid) -f /dev/null")
                let losses = try await lab.on("host1", "grep -o '[0-9.]*% packet loss' /run/pings.log | sort | uniq -c")
                    .lines
                #expect(losses.count == 1 && losses[0].hasSuffix(" 0% packet loss"), "\(losses)")
                try await lab.on("host2", "touch /run/calls.end; sleep 1")
                let calls = try await lab.on("host2", "sort /run/calls.log | uniq -c").output
                #expect(calls.contains("ok") && !calls.contains("failed"), "\(calls)")
                // Whoever connects anew is let in by the new one alone.
                try await lab.on(
                    "host1",
                    "ovn-appctl -t ovn-controller exit --restart; sleep 0.5; /usr/share/ovn/scripts/ovn-ctl start_controller"
                )
                let status = try await lab.eventually {
                    try await lab.attempt("host1", "ovn-integrate status -f value").output
                } until: {
                    $0.contains("connected")
                }
                #expect(status.contains("connected"), "\(status)")
            }
        }

        private static func serials(_ lab: Lab) async throws -> [String] {
            var found: [String] = []
            for host in lab.hosts {
                found.append(
                    try await lab.on(host, "openssl x509 -noout -serial -in \(Lab.hostCredentials)/certificate.pem")
                        .word)
            }
            return found
        }
    }
}
