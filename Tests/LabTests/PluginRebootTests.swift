import Testing

extension LabTests {
    /// Hosts that lose power.
    @Suite struct PluginRebootTests {
        @Test func `after a power failure all containers answer within a minute, at their own addresses`() async throws
        {
            try await Lab.with("power", hosts: 3) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", options: Lab.upperHalf)
                let watcher = try await lab.start("watcher", on: "host3", network: "blue")
                var before: [Member] = []
                for host in ["host1", "host2"] {
                    for number in 0..<6 {
                        let address = number % 2 == 0 ? "--ip 10.1.\(host.suffix(1)).\(number + 1)" : ""
                        before.append(
                            try await lab.start(
                                "c\(number)", on: host, network: "blue", options: "--restart always \(address)"))
                    }
                }
                try await lab.start("once", on: "host1", network: "blue")

                let failed = ContinuousClock.now
                try await lab.tool("reboot", "--name", lab.name, "host1", "host2")
                for old in before {
                    let answered = try await lab.eventually(within: .seconds(60) - (ContinuousClock.now - failed)) {
                        // Until its engine has it again there is no such member.
                        guard let now = try? await lab.member(old.name, on: old.host, network: "blue"),
                            !now.address.isEmpty
                        else { return "" }
                        return try await lab.answers(now.address, to: watcher, seconds: 1) ? now.address : ""
                    } until: {
                        $0 != ""
                    }
                    #expect(answered != "", "\(old.name) on \(old.host) does not answer")
                    let number = Int(old.name.dropFirst()) ?? 0
                    #expect(
                        number % 2 == 1 || answered == old.address, "\(old.name) has \(answered), not \(old.address)")
                }
                let took = ContinuousClock.now - failed
                #expect(took < .seconds(60), "\(took)")
                // Not restarted by its engine: its port is given back.
                try await lab.expectAgreement()
                #expect(try await lab.dockerPorts().count == 13)
            }
        }
    }
}
