import Testing

extension LabTests {
    /// A central point that is away.
    @Suite struct PluginCentralTests {
        @Test func `containers stop at once while central is away, and their addresses are free when it is back`()
            async throws
        {
            try await Lab.with("hole", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", options: Lab.upperHalf)
                for i in 0..<3 {
                    try await lab.start("c\(i)", on: "host1", network: "blue", options: "--ip 10.1.0.1\(i)")
                }
                let d = try await lab.start("dan", on: "host2", network: "blue")

                try await lab.blackhole("host1")
                for i in 0..<3 { try await lab.docker("host1", "stop -t 0 c\(i)", within: .seconds(3)) }
                // A start says what the matter is, in time.
                let (refused, took) = try await lab.timed("host1", "docker run --rm --network blue busybox true")
                #expect(refused.status == 125 && took < .seconds(20), "\(took)")
                #expect(refused.errors.contains(Lab.centralAddress), "\(refused.errors)")
                // An engine that starts now is not held up.
                try await lab.killDocker("host1")
                let started = try await lab.startDocker("host1")
                #expect(started < Lab.patience, "\(started)")
                #expect(try await lab.dockerPorts().count == 4)

                try await lab.restoreCentral("host1")
                let ports = try await lab.eventually(within: .seconds(75)) {
                    try await lab.dockerPorts()
                } until: {
                    $0.count == 1
                }
                #expect(ports.map(\.mac) == [d.mac])
                let again = try await lab.start("eve", on: "host2", network: "blue", options: "--ip 10.1.0.10")
                #expect(try await lab.answers(again.address, to: d))
            }
        }

        @Test func `what runs keeps running while central is restarted`() async throws {
            try await Lab.with("restart", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                let a = try await lab.start("ann", on: "host1", network: "blue")
                let b = try await lab.start("bob", on: "host2", network: "blue")
                try await lab.on("central", "pkill -KILL -x ovn-ipam")
                #expect(try await lab.answers(a.address, to: b, seconds: 1))
                try await lab.startCentral()
                try await lab.start("cid", on: "host1", network: "blue")
                try await lab.expectAgreement()
            }
        }
    }
}
