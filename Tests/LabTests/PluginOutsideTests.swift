import Testing

extension LabTests {
    /// The way out and in through Docker's gateway bridge.
    @Suite struct PluginOutsideTests {
        @Test func `ports are published and the outside is reached`() async throws {
            try await Lab.with("outside", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                let server = try await lab.start(
                    "server", on: "host1", network: "blue", options: "-p 8080:80 -p 5353:5353/udp",
                    command:
                        "sh -c 'echo over TCP >/index.html; httpd -h /; while :; do echo over UDP | nc -u -l -p 5353; done'"
                )
                let web = try await lab.on(
                    "central", "timeout 20 sh -c 'until curl -sf -m 2 http://10.77.0.11:8080/; do sleep 0.2; done'")
                #expect(web.word == "over TCP")
                let datagram = try await lab.on(
                    "central",
                    "timeout 20 sh -c 'until echo hello | busybox nc -u -w 1 10.77.0.11 5353 | grep .; do sleep 0.2; done'"
                )
                #expect(datagram.output.contains("over UDP"))

                // From another host over the logical network, and out to the network of the hosts.
                let b = try await lab.start("bob", on: "host2", network: "blue")
                #expect(try await lab.docker("host2", "exec bob wget -q -O - http://\(server.address)/") == "over TCP")
                #expect(try await lab.answers(Lab.centralAddress, to: b))
                let interfaces = try await lab.docker("host2", "exec bob ip -o link")
                #expect(interfaces.contains("eth0") && interfaces.contains("eth1"))
                let route = try await lab.docker("host2", "exec bob ip route show default")
                #expect(!route.contains("10.1."), "\(route)")

                try await lab.docker("host1", "rm -f server")
                #expect(try await lab.attempt("central", "curl -s -m 2 http://10.77.0.11:8080/").status != 0)
                try await lab.docker("host2", "rm -f bob")
                try await lab.expectNothingLeft()
            }
        }

        @Test func `an internal network has neither, and no second interface`() async throws {
            try await Lab.with("internal", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("deep", options: "--internal")
                let a = try await lab.start(
                    "ann", on: "host1", network: "deep", options: "-p 8080:80",
                    command: "sh -c 'httpd -h /; sleep 100000'")
                let b = try await lab.start("bob", on: "host2", network: "deep")
                #expect(try await lab.answers(a.address, to: b))
                #expect(try await lab.answers(Lab.centralAddress, to: b, seconds: 1) == false)
                #expect(try await lab.attempt("central", "curl -s -m 2 http://10.77.0.11:8080/").status != 0)
                let interfaces = try await lab.docker("host2", "exec bob ip -o link")
                #expect(interfaces.contains("eth0@") && !interfaces.contains("eth1"), "\(interfaces)")
                #expect(try await lab.docker("host2", "exec bob ip route show default").isEmpty)
            }
        }
    }
}
