import Testing

extension LabTests {
    /// What the engine does when the plugin or the engine dies, and what is left of it: nothing.
    @Suite struct PluginConformanceTests {
        @Test(arguments: ["NetworkDriver.CreateEndpoint", "NetworkDriver.Join", "IpamDriver.RequestAddress"])
        func `a plugin that dies in the middle of a call leaves nothing, and the next container starts`(
            _ method: String
        )
            async throws
        {
            try await Lab.with("middle", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.killingPlugin(at: method, on: "host1") {
                    try await lab.createNetwork("blue")
                    try await lab.armRecorder(on: "host1")
                    // Docker repeats the call without its body, which no plugin can answer.
                    let (outcome, took) = try await lab.timed("host1", "docker run --rm --network blue busybox true")
                    #expect(took < Lab.patience, "\(took)")
                    #expect(outcome.status == 0 || !outcome.errors.isEmpty)
                }
                try await lab.start("after", on: "host1", network: "blue")
                try await lab.docker("host1", "rm -f after")
                try await lab.expectNothingLeft()
                try await lab.docker("host1", "network rm blue")
            }
        }

        /// It gives nothing back, and knows nothing of it when it is there again.
        @Test func `an engine that dies in the middle of a call leaves nothing after a minute`() async throws {
            try await Lab.with("engine", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                for method in ["IpamDriver.RequestAddress", "NetworkDriver.CreateEndpoint", "NetworkDriver.Join"] {
                    try await lab.killDocker("host1")
                    try await lab.killingDocker(
                        at: method, on: "host1", "docker run --rm --network blue busybox true")
                }
                try await lab.expectNothingLeft()
                try await lab.docker("host1", "network rm blue")
                #expect(try await lab.networks().isEmpty)
            }
        }

        @Test func `an empty or broken body is answered with an error, by a plugin that goes on`() async throws {
            try await Lab.with("bodies", hosts: 1) { lab in
                try await lab.joinHosts()
                let before = try await lab.on("host1", "cat \(Lab.pluginPID)").word
                for method in [
                    "NetworkDriver.CreateNetwork", "NetworkDriver.DeleteNetwork", "NetworkDriver.CreateEndpoint",
                    "NetworkDriver.DeleteEndpoint", "NetworkDriver.Join",
                    "IpamDriver.RequestPool", "IpamDriver.ReleasePool", "IpamDriver.RequestAddress",
                    "IpamDriver.ReleaseAddress",
                ] {
                    for body in ["", "{", "[]", "null"] {
                        let answer = try await lab.ask("host1", method, body)
                        #expect(answer.body.contains("\"Err\""), "\(method) \(body): \(answer)")
                        #expect(
                            answer.status != "200" || answer.body.contains("\"Error\""), "\(method) \(body): \(answer)")
                    }
                }
                let unknown = try await lab.ask("host1", "NetworkDriver.Sing", "{}")
                #expect(unknown.status == "404")
                #expect(try await lab.on("host1", "cat \(Lab.pluginPID)").word == before)
            }
        }

        @Test func `a container stops in time while the plugin is killed, and nothing is left`() async throws {
            try await Lab.with("stop", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                for round in 0..<5 {
                    try await lab.start("c\(round)", on: "host1", network: "blue")
                    async let stopped = lab.docker("host1", "rm -f c\(round)")
                    try await lab.on("host1", "sleep 0.\(round); kill -KILL $(cat \(Lab.pluginPID))")
                    _ = try await stopped
                }
                try await lab.expectNothingLeft()
            }
        }

        /// Docker forgets such an endpoint after four calls of 15 s, and never says so again.
        @Test func `what was stopped while there was no plugin is given back when there is`() async throws {
            try await Lab.with("away", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                try await lab.start("ann", on: "host1", network: "blue")
                try await lab.stopPlugin("host1")
                try await lab.docker("host1", "rm -f ann", within: .seconds(90))
                #expect(try await lab.dockerPorts().count == 1)
                try await lab.start("plugin", on: "host1")
                try await lab.expectNothingLeft(within: .seconds(90))
            }
        }

        @Test func `Docker killed and started again has its containers back, and gave no address away`() async throws {
            try await Lab.with("crashed", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", options: Lab.upperHalf)
                let pinned = try await lab.start(
                    "pinned", on: "host1", network: "blue", options: "--restart always --ip 10.1.0.77")
                try await lab.start("again", on: "host1", network: "blue", options: "--restart always")
                try await lab.start("once", on: "host1", network: "blue")
                try await lab.on("host1", ": >/var/log/dockerd.log")

                try await lab.killDocker("host1")
                let took = try await lab.startDocker("host1")
                #expect(took < Lab.patience, "\(took)")
                try await lab.expectAgreement(within: .seconds(60))

                let log = try await lab.on("host1", "cat /var/log/dockerd.log").output
                #expect(!log.contains("Unable to connect to plugin"))
                let running = try await lab.docker("host1", "ps --format {{.Names}}").split(separator: "\n").sorted()
                #expect(running == ["again", "pinned"])
                let back = try await lab.member("pinned", on: "host1", network: "blue")
                #expect(back.address == pinned.address)
                #expect(back.endpoint != pinned.endpoint)
            }
        }

        @Test func `a plugin that comes some seconds after Docker is not too late`() async throws {
            try await Lab.with("late", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                try await lab.start("ann", on: "host1", network: "blue", options: "--restart always")
                try await lab.killDocker("host1")
                try await lab.stopPlugin("host1")
                async let started = lab.startDocker("host1")
                // Not a wait for something: how late the plugin is.
                try await Task.sleep(for: .seconds(5))
                try await lab.start("plugin", on: "host1")
                #expect(try await started < .seconds(30))
                try await lab.expectAgreement()
                #expect(try await lab.docker("host1", "ps -q").isEmpty == false)
            }
        }
    }
}
