import Foundation
import Testing

extension LabTests {
    /// Names while containers come, go and change, and the plugin is killed.
    @Suite struct PluginNamesChaosTests {
        /// `make chaos` runs 200. Otherwise one for each way in which the plugin is killed, or is not.
        static let rounds = ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"].flatMap(Int.init) ?? 3
        static let seed =
            ProcessInfo.processInfo.environment["OVN_CHAOS_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)

        @Test func `what starts, ends or is called otherwise is known on every host within a second, and only there`()
            async throws
        {
            print("names: \(Self.rounds) rounds, OVN_CHAOS_SEED=\(Self.seed)")
            try await Lab.with("namechaos", hosts: 3) { lab in
                try await lab.joinHosts()
                try await NameWatch.serveOutside(lab)
                try await lab.createNetwork("blue")
                try await lab.createNetwork("green", subnet: "10.2.0.0/16")
                var game = NamesGame(lab: lab, seed: Self.seed)
                try await game.begin()
                for round in 1...Self.rounds { try await game.play(round) }
                print("names: \(game.summary)")
                #expect(game.heardNobody == Set(lab.hosts), "the outside is not asked: nothing was tested")
            }
        }
    }
}
