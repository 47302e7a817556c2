import Foundation
import Testing

extension LabTests {
    /// Addresses that move between hosts.
    @Suite struct PluginMoveTests {
        /// `make chaos` moves 100 times.
        static let moves = ProcessInfo.processInfo.environment["OVN_MOVES"].flatMap(Int.init) ?? 10

        @Test func `an address that moves to another host answers there within a second`() async throws {
            try await Lab.with("moves", hosts: 3) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", options: Lab.upperHalf)
                let watcher = try await lab.start("watcher", on: "host3", network: "blue")
                var late: [Int] = []
                for move in 0..<Self.moves {
                    let host = lab.hosts[move % 2]
                    let moved = try await lab.start("moved", on: host, network: "blue", options: "--ip 10.1.7.7")
                    if try await lab.answers(moved.address, to: watcher, seconds: 1) == false { late.append(move) }
                    try await lab.docker(host, "rm -f moved")
                }
                #expect(late.isEmpty, "moves without an answer within a second: \(late)")
                try await lab.docker("host3", "rm -f watcher")
                try await lab.expectNothingLeft()
            }
        }
    }
}
