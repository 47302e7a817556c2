import Foundation
import Testing

extension LabTests {
    /// A host that is destroyed, with containers on it.
    @Suite struct HostLossTests {
        static let containers = ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"] == nil ? 12 : 100
        /// How many start at a time.
        private static let width = 4

        @Test func `the addresses of a destroyed host's containers are free as soon as it is removed`() async throws {
            try await Lab.with("loss", hosts: 2) { lab in
                try await lab.startSecureCentral()
                try await lab.joinSecurely()
                // Too small for the containers and as many ports again: what was not freed is missed.
                try await lab.createNetwork("blue", subnet: "10.1.0.0/\(Self.containers > 12 ? 25 : 28)")
                let lost = try await Self.fill(lab)
                try await lab.on("host2", "ip link set eth0 down")

                let begun = ContinuousClock.now
                try await lab.on("central", "ovn-ipam host remove host2 --force")
                let network = try await Self.network(lab)
                let ports = lost.map { #"{"network_id":"\#(network)","fixed_ips":[{"ip_address":"\#($0)"}]}"# }
                let made = try await lab.ask(
                    "/v2.0/ports", as: "host1",
                    "-H 'Content-Type: application/json' -d '{\"ports\":[\(ports.joined(separator: ","))]}'")
                let took = ContinuousClock.now - begun
                #expect(made.hasSuffix(" 201"), "\(made)")
                #expect(took < .seconds(5), "\(took)")

                // And reach each other where they are now.
                let ids = made.matches(of: /"id":"([0-9a-f-]{36})"/).prefix(2).map { String($0.1) }
                for id in ids { _ = try await lab.ask("/v2.0/ports/\(id)", as: "host1", "-X DELETE") }
                let one = try await lab.start("c1", on: "host1", network: "blue", options: "--ip \(lost[0])")
                let two = try await lab.start("c2", on: "host1", network: "blue", options: "--ip \(lost[1])")
                #expect(try await lab.answers(two.address, to: one, seconds: 10))
            }
        }

        /// Starts the containers on host2, and returns their addresses.
        private static func fill(_ lab: Lab) async throws -> [String] {
            try await withThrowingTaskGroup { group in
                for first in 0..<width {
                    group.addTask {
                        for number in stride(from: first, to: containers, by: width) {
                            try await lab.docker(
                                "host2", "run -d --network blue --name c\(number) busybox sleep 100000",
                                within: .seconds(30))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let format = "'{{.NetworkSettings.Networks.blue.IPAddress}}'"
            let addresses = try await lab.on("host2", "docker inspect -f \(format) $(docker ps -q)").lines
            #expect(Set(addresses).count == containers, "\(addresses)")
            return addresses
        }

        private static func network(_ lab: Lab) async throws -> String {
            let answer = try await lab.ask("/v2.0/networks?name=blue&fields=id", as: "host1")
            return try #require(answer.firstMatch(of: /[0-9a-f-]{36}/).map { String($0.0) }, "\(answer)")
        }
    }
}
