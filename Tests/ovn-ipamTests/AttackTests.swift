import Foundation
import TestServers
import Testing

/// The attacks of `make attacks`, two seconds each. How long an honest client waits is measured there, on release
/// programs.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AttackTests {
    @Test(arguments: [
        "half-bodies", "huge-bulk", "bulk", "refused-bulk", "deep-json", "hostile-members", "unread-lists",
        "sort-everything", "long-filters", "invented-tokens",
    ])
    func `no honest request fails during an attack`(_ attack: String) async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../attacks/run").path()
        try await run([
            script, "--programs", URL(filePath: IPAMProcess.path).deletingLastPathComponent().path(), "--only", attack,
            "--seconds", "2", "--ports", "400", "--slowest", "10", "--times", "100", "--verbose",
            // Debug programs plan a change twenty times as slowly.
            "--bulk", "16",
        ])
    }
}
