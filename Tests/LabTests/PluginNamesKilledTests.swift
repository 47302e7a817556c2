import Foundation
import Testing

extension LabTests {
    /// A container that asks for names two hundred times a second, while the plugin is killed or restarted.
    @Suite struct PluginNamesKilledTests {
        /// What `Tests/names/load` says of a name.
        private struct Result: Decodable, CustomStringConvertible {
            let asked: Int
            let right: Int
            let wrong: Int
            let lost: Int
            let slow: Int
            let slowest: Double
            /// In seconds.
            let failing: Double

            var description: String {
                "\(asked) asked, \(right) right, \(wrong) wrong, \(lost) lost, \(slow) slow, slowest \(slowest) s, failing \(failing) s"
            }
        }

        /// `make chaos` takes twenty.
        private static let seconds = ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"] == nil ? 12 : 20

        /// Runs the client in the container `asker` of host1, and `body` beside it, for so long.
        private static func load(
            _ lab: Lab, _ way: String, _ names: [String],
            while body: @Sendable (ContinuousClock.Instant) async throws -> Void
        ) async throws -> [String: Result] {
            async let outcome = lab.on(
                "host1",
                """
                pid=$(docker inspect -f '{{.State.Pid}}' asker); nsenter -t $pid -n unshare -m sh -c \
                "mount --bind $(docker inspect -f '{{.ResolvConfPath}}' asker) /etc/resolv.conf
                \(Lab.project.path)/Tests/names/load \(way) \(seconds) \(names.joined(separator: " "))"
                """, seconds: 90)
            // Its beginning is quiet, and its end.
            try await Task.sleep(for: .seconds(1))
            try await body(.now + .seconds(seconds - 4))
            let text = try await outcome.output
            print("names: \(way): \(text)")
            return try JSONDecoder().decode([String: Result].self, from: Data(text.utf8))
        }

        private static func withContainers(
            _ name: String, _ body: (Lab, _ near: String, _ far: String, _ outside: String) async throws -> Void
        ) async throws {
            try await Lab.with(name, hosts: 2) { lab in
                try await lab.joinHosts()
                try await NameWatch.serveOutside(lab)
                try await lab.createNetwork("blue")
                try await lab.start("asker", on: "host1", network: "blue")
                let near = try await lab.start("near", on: "host1", network: "blue").address
                let far = try await lab.start("far", on: "host2", network: "blue").address
                let found = try await lab.eventually {
                    try await lab.docker("host1", "exec asker nslookup far")
                } until: {
                    $0.contains(far)
                }
                #expect(found.contains(far))
                try await body(lab, "near:200:\(near)", "far:20:\(far)", "www.outside.test:200:198.51.100.7")
            }
        }

        /// - Returns: how often.
        private static func killAgainAndAgain(_ lab: Lab, until end: ContinuousClock.Instant) async throws -> Int {
            var kills = 0
            while .now < end {
                try await lab.killPlugin("host1")
                kills += 1
                // Now as it starts, now while it serves.
                try await Task.sleep(for: .milliseconds(.random(in: 0...2_500)))
            }
            return kills
        }

        @Test func `programs notice nothing of a plugin that is killed again and again, but for names of other hosts`()
            async throws
        {
            try await Self.withContainers("nameskill") { lab, near, far, outside in
                let results = try await Self.load(lab, "library", [near, outside]) { end in
                    print("names: kills", try await Self.killAgainAndAgain(lab, until: end))
                }
                for (name, result) in results {
                    #expect(result.wrong == 0 && result.lost == 0, "\(name): \(result)")
                    #expect(result.asked > 150 * Self.seconds, "\(name): \(result)")
                }
            }
        }

        @Test func `a name of another host is away for as long as the plugin, and a second`() async throws {
            try await Self.withContainers("namesaway") { lab, near, far, outside in
                let results = try await Self.load(lab, "packets", [near, far, outside]) { end in
                    while .now < end {
                        try await lab.killPlugin("host1")
                        // Until it serves again.
                        try await Task.sleep(for: .seconds(4))
                    }
                }
                // It is started again after 0.1 s, and takes a moment itself.
                let other = try #require(results["far"])
                #expect(other.failing < 3, "\(other)")
                for (name, result) in results where name != "far" {
                    #expect(result.wrong == 0 && result.lost <= 20, "\(name): \(result)")
                }
            }
        }

        @Test func `not a packet is lost when the plugin is told to end and starts again`() async throws {
            try await Self.withContainers("namesterm") { lab, near, far, outside in
                let results = try await Self.load(lab, "packets", [near, far, outside]) { end in
                    while .now < end {
                        try await lab.on("host1", "kill -TERM $(cat \(Lab.pluginPID))")
                        // It starts meanwhile.
                        try await Task.sleep(for: .milliseconds(.random(in: 1_500...3_000)))
                    }
                }
                for (name, result) in results {
                    #expect(result.lost == 0 && (name == "far" || result.wrong == 0), "\(name): \(result)")
                }
            }
        }
    }
}
