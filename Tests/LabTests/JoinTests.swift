import Foundation
import Testing

extension LabTests {
    /// A secure central and hosts that join it.
    @Suite struct JoinTests {
        @Test func `two commands make a host part of the networks, and nothing but TLS leaves a machine`() async throws {
            try await Lab.with("join", hosts: 2) { lab in
                try await lab.on("central", "setsid tcpdump -U -i any -w /run/all.pcap not udp port 6081 >/dev/null 2>&1 </dev/null &")
                try await lab.startSecureCentral()
                try await lab.joinSecurely()
                try await Self.expectTraffic(lab)
                try await Self.expectListeners(lab)
                try await Self.expectRefusals(lab)
                try await Self.expectNoPlainText(lab)
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
            let bare = "curl -s -w ' %{http_code}' --cacert \(Lab.hostCredentials)/authorities.pem https://\(central):9696"
            #expect(try await lab.on("host1", "\(bare)/v2.0/networks").word.hasSuffix(" 401"))
            #expect(try await lab.attempt("host1", "curl -sf --insecure http://\(central):9696/v2.0/networks").status != 0)
            let southbound = try await lab.attempt(
                "host1",
                """
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /run/own.key -out /run/own.pem \
                    -days 2 -subj /CN=host1 2>/dev/null
                timeout 10 ovn-sbctl --db=ssl:\(central):6642 -p /run/own.key -c /run/own.pem \
                    -C \(Lab.hostCredentials)/authorities.pem show
                """)
            #expect(southbound.status != 0 && southbound.output.isEmpty, "\(southbound)")

            // Tokens that are used up, for another host, expired, altered. What is refused leaves the host as it was.
            let used = try await lab.invite()
            try await lab.on("host1", used, seconds: 90)
            let again = try await lab.attempt("host2", used.replacing("ovn-integrate join", with: "ovn-integrate join"), seconds: 90)
            #expect(again.status == 0 || again.errors.contains("used"), "a host that is in already may say so: \(again)")
            let other = try await lab.invite("--host somebody")
            let foreign = try await lab.attempt("host2", "ovn-integrate leave && \(other)", seconds: 90)
            #expect(foreign.status != 0, "\(foreign)")
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
        }

        private static func expectDeparture(_ lab: Lab) async throws {
        }
    }
}
