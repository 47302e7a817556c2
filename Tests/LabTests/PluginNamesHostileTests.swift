import Foundation
import Testing

extension LabTests {
    /// Containers whose programs have their own ideas of packet filters and name servers.
    @Suite struct PluginNamesHostileTests {
        private static func inside(_ lab: Lab, _ container: String, _ command: String) async throws -> Outcome {
            try await lab.attempt(
                "host1",
                """
                pid=$(docker inspect -f '{{.State.Pid}}' \(container)); nsenter -t $pid -n unshare -m bash -c '
                mount --bind '$(docker inspect -f '{{.ResolvConfPath}}' \(container))' /etc/resolv.conf; \(command)'
                """)
        }

        private static func find(_ lab: Lab, _ name: String, in container: String, tcp: Bool = false) async throws
            -> String
        {
            let found = try await inside(
                lab, container, "\(tcp ? "RES_OPTIONS=use-vc " : "")timeout 8 getent ahostsv4 \(name)")
            return found.lines.first?.split(separator: " ").first.map(String.init) ?? "status \(found.status)"
        }

        /// Names of this host, of the other, and of the outside.
        private static func expectAll(
            _ lab: Lab, in container: String, _ wanted: [String: String], tcp: Bool = true,
            source: SourceLocation = #_sourceLocation
        ) async throws {
            for (name, address) in wanted {
                for stream in tcp ? [false, true] : [false] {
                    let found = try await lab.eventually(within: .seconds(5)) {
                        try await find(lab, name, in: container, tcp: stream)
                    } until: {
                        $0 == address
                    }
                    #expect(found == address, "\(name), TCP \(stream)", sourceLocation: source)
                }
            }
        }

        @Test func `a container may flush packet filters, serve DNS itself and have servers of its own`() async throws {
            try await Lab.with("nameshostile", hosts: 2) { lab in
                try await lab.joinHosts()
                try await NameWatch.serveOutside(lab)
                try await lab.createNetwork("blue")
                let near = try await lab.start("near", on: "host1", network: "blue").address
                let far = try await lab.start("far", on: "host2", network: "blue").address
                let wanted = ["near": near, "far": far, "www.outside.test": "198.51.100.7"]

                try await lab.start("flusher", on: "host1", network: "blue")
                try await Self.expectAll(lab, in: "flusher", wanted)
                for command in ["iptables -F", "iptables -X", "nft flush ruleset"] {
                    let outcome = try await Self.inside(lab, "flusher", command)
                    // Docker's own rules go, and with them its resolver, as with Docker alone.
                    #expect(outcome.status == 0 || command == "iptables -X", "\(command): \(outcome)")
                    #expect(try await Self.find(lab, "far", in: "flusher") == far, "\(command)")
                    #expect(try await Self.find(lab, "near", in: "flusher") == near, "\(command)")
                    #expect(try await Self.find(lab, "far", in: "flusher", tcp: true) == far, "\(command)")
                }
                for family in ["ip", "inet"] {
                    _ = try await Self.inside(lab, "flusher", "nft delete table \(family) ovn-containers")
                }
                #expect(try await Self.find(lab, "far", in: "flusher") == far)

                // The server is asked under the container's address and under 127.0.0.1; its resolver's it does not take over.
                try await lab.start("server", on: "host1", network: "blue")
                let server = try await lab.member("server", on: "host1", network: "blue").address
                try await lab.on(
                    "host1",
                    """
                    pid=$(docker inspect -f '{{.State.Pid}}' server)
                    setsid nsenter -t $pid -n \(Lab.project.path)/Tests/names/upstream 0.0.0.0 /run/own \
                        >/run/own.log 2>&1 </dev/null &
                    sleep 1; cat /run/own.log; kill -0 $!
                    """)
                try await Self.expectAll(lab, in: "server", wanted)
                for address in ["127.0.0.1", server] {
                    for option in ["", "-tcp"] {
                        let asker = address == server ? "near" : "server"
                        let own = try await lab.on(
                            "host1",
                            """
                            pid=$(docker inspect -f '{{.State.Pid}}' \(asker))
                            nsenter -t $pid -n \(Lab.project.path)/Tests/names/ask \(address) far www.outside.test \(option)
                            """)
                        #expect(
                            own.lines == ["far -", "www.outside.test 198.51.100.7"], "\(address) \(option): \(own)")
                    }
                }

                // Names of containers are found without the server that nobody is at; what is asked of it is as with Docker alone.
                try await lab.start(
                    "pinned", on: "host1", network: "blue",
                    options: "--dns 10.77.0.99 --dns-opt timeout:1 --dns-opt attempts:1")
                try await Self.expectAll(lab, in: "pinned", ["near": near, "far": far])
                #expect(try await Self.find(lab, "www.outside.test", in: "pinned") != "198.51.100.7")
                try await lab.start("chosen", on: "host1", network: "blue", options: "--dns \(Lab.centralAddress)")
                try await Self.expectAll(lab, in: "chosen", wanted)
            }
        }
    }
}
