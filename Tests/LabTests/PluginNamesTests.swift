import Testing

extension LabTests {
    /// Names, which Docker tells by its events alone, and the network containers of `ovn-container`.
    @Suite struct PluginNamesTests {
        @Test func `the whole cluster's containers are listed by name on every host`() async throws {
            try await Lab.with("aliases", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                let a = try await lab.start("web", on: "host1", network: "blue")
                let b = try await lab.start("db", on: "host2", network: "blue")
                let id = try await lab.docker("host1", "inspect -f {{.Id}} web")
                for host in lab.hosts {
                    let lines = try await lab.eventually {
                        try await lab.on(host, "ovn-container endpoint-list --format value").lines
                    } until: { lines in
                        lines.contains { $0.contains("web") } && lines.contains { $0.contains("db") }
                    }
                    let web = try #require(lines.first { $0.contains("web") }, "\(lines)")
                    for word in [a.address, a.mac, "blue", "ACTIVE", "host1", String(id.prefix(12))] {
                        #expect(web.contains(word), "no \(word) in \(web)")
                    }
                    #expect(lines.contains { $0.contains("db") && $0.contains(b.address) && $0.contains("host2") })
                }
                try await lab.docker("host1", "rename web shop")
                let renamed = try await lab.eventually {
                    try await lab.on("host2", "ovn-container endpoint-list --format value").output
                } until: {
                    $0.contains("shop")
                }
                #expect(renamed.contains("shop"))
            }
        }

        @Test
        func `a network container has its endpoints again after a restart of its own, of Docker's and of the host`()
            async throws
        {
            try await Lab.with("netcont", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 10.3.0.0/24")
                let a = try await lab.attach("a", network: "ls0", on: "host1")
                let b = try await lab.attach("b", network: "ls0", on: "host2")
                let ping = "ping -c 1 -W 1 \(a.address)"

                try await lab.docker("host1", "restart -t 1 \(a.id)")
                try await expectPing("docker restart")

                for _ in 0..<3 {
                    try await lab.killDocker("host1")
                    try await lab.startDocker("host1")
                    try await lab.docker("host1", "start \(a.id)")
                    try await expectPing("dockerd killed")
                }

                try await lab.tool("reboot", "--name", lab.name, "host1")
                try await lab.docker("host1", "start \(a.id)")
                try await expectPing("reboot")

                try await lab.on("host2", "ovn-container endpoint-delete a")
                let left = try await lab.eventually(within: .seconds(75)) {
                    try await lab.on("host1", "ip -o link show type veth | grep -c ': ovn' || :").word
                } until: {
                    $0 == "0"
                }
                #expect(left == "0", "an endpoint that was deleted from elsewhere is still plugged")

                func expectPing(_ after: String) async throws {
                    let answered = try await lab.eventually(within: .seconds(60)) {
                        try await lab.inside(b, ping).status
                    } until: {
                        $0 == 0
                    }
                    guard answered != 0 else { return }
                    let log = try await lab.attempt("host1", "tail -n 40 /var/log/ovn-docker-plugin.log").output
                    Issue.record("no answer after \(after); the plugin's log: \(log)")
                }
            }
        }
    }
}
