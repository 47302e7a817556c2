import Foundation
import TestServers
import Testing

@testable import ContainerFirewall

/// What passes the table, tried with packets in a kernel: `Tests/hostile/bridges`.
struct FirewallPacketTests {
    @Test func `no packet from a bridge reaches a tunnel or a database, and all others do`() async throws {
        let ids: [String: String?] = ["ovn-encap-ip": "192.0.2.11,2001:db8::b"]
        let tables = [
            "nothing trusted": try FirewallPolicyTests.policy(ids),
            "up0 trusted": try FirewallPolicyTests.policy(ids.merging([FirewallPolicy.underlaysKey: "up0"]) { $1 }),
        ]
        let folder = FileManager.default.temporaryDirectory.appending(path: "firewall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var files: [String] = []
        for (name, policy) in tables.sorted(by: { $0.key < $1.key }) {
            let file = folder.appending(path: name)
            try Data(FirewallTable(try #require(policy)).commands).write(to: file)
            files.append(file.path)
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../hostile/bridges")
        let output = try await run(["unshare", "-n", script.standardized.path] + files)

        var rules = ""
        var seen: [String: Int] = [:]
        for line in output.split(separator: "\n").map(String.init) {
            guard !line.hasPrefix("#") else {
                rules = String(line.dropFirst(2))
                continue
            }
            seen[rules, default: 0] += 1
            let arrives = rules == "no rules" || Self.mayPass(line, rules)
            #expect(line.hasSuffix(arrives ? " arrived" : " nothing"), "\(rules): \(line)")
        }
        #expect(seen.keys.sorted() == ["no rules", "nothing trusted", "untracked", "up0 trusted"])
        #expect(seen["no rules"] == 50 && seen["up0 trusted"] == 50 && seen["untracked"] == 4, "\(seen)")
    }

    /// Whether an attempt, `one udp 192.0.2.12:6081 arrived`, is one that must succeed.
    private static func mayPass(_ line: String, _ rules: String) -> Bool {
        let words = line.split(separator: " ").map(String.init)
        let target = words[words.count - 2]
        guard !target.hasSuffix(":6082"), !target.hasSuffix(":6645") else { return true }
        switch words[0] {
        // The other container of its bridge.
        case "one": return target.hasPrefix("10.0.1.3:") || target.hasPrefix("fd01::3:")
        // Into containers only by a NIC.
        case "other": return !target.hasPrefix("10.0.1.2:") || rules == "up0 trusted"
        default: return true
        }
    }
}
