import Foundation

/// A lab of its own for a test: hosts on this machine, as `lab/lab` makes them.
struct Lab: Sendable {
    static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Letters and digits; part of every process's title and control group.
    let name: String
    let hosts: [String]

    /// Brings up a lab, runs `body`, and takes the lab away again, whatever happened.
    static func with<Result: Sendable>(
        _ name: String, hosts: Int, _ body: (Lab) async throws -> Result
    ) async throws -> Result {
        let lab = Lab(name: name, hosts: (1...max(1, hosts)).prefix(hosts).map { "host\($0)" })
        try await lab.tool("down", "--name", name)
        try await lab.tool("up", "--name", name, "--hosts", "\(hosts)")
        do {
            let result = try await body(lab)
            try await lab.tool("down", "--name", name)
            return result
        } catch {
            try await lab.tool("down", "--name", name)
            throw error
        }
    }

    @discardableResult func tool(_ arguments: String...) async throws -> Outcome {
        let outcome = try await run([Lab.project.path + "/lab/lab"] + arguments, seconds: 120)
        guard outcome.status == 0 else {
            throw CommandFailed(command: "lab/lab " + arguments.joined(separator: " "), outcome: outcome)
        }
        return outcome
    }

    /// Runs a shell command on a node; how it ends is the caller's to judge.
    func attempt(_ node: String, _ command: String, seconds: Int = 60) async throws -> Outcome {
        try await run(
            [Lab.project.path + "/lab/lab", "exec", "--name", name, node, "bash", "-c", command], seconds: seconds)
    }

    /// Runs a shell command on a node that must succeed.
    @discardableResult
    func on(_ node: String, _ command: String, seconds: Int = 60) async throws -> Outcome {
        let outcome = try await attempt(node, command, seconds: seconds)
        guard outcome.status == 0 else { throw CommandFailed(command: "\(node): \(command)", outcome: outcome) }
        return outcome
    }

    /// Runs a shell command on every host at once.
    func onEachHost(_ command: String, seconds: Int = 60) async throws {
        try await withThrowingTaskGroup { group in
            for host in hosts { group.addTask { _ = try await on(host, command, seconds: seconds) } }
            try await group.waitForAll()
        }
    }
}
