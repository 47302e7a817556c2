import Foundation
import Testing

extension LabTests {
    /// The lab's own promises.
    @Suite struct OwnTests {
        @Test func `two labs stand side by side and do not meet`() async throws {
            let before = try Machine.now()
            try await Lab.with("left", hosts: 1) { left in
                try await Lab.with("right", hosts: 1) { right in
                    // The same addresses in both: each central hears only its own host.
                    try await left.on("host1", "echo left >/run/mark")
                    let mark = try await right.attempt("host1", "cat /run/mark")
                    #expect(mark.status != 0)
                    for lab in [left, right] {
                        try await lab.on("central", "ping -q -c 1 -W 2 10.77.0.11")
                        let neighbours = try await lab.on("central", "ip neigh show 10.77.0.11")
                        #expect(neighbours.lines.count == 1)
                    }
                    try await right.tool("down", "--name", "right")
                    try await left.on("central", "ping -q -c 1 -W 2 10.77.0.11")
                }
            }
            let left = try Machine.now().leftovers(since: before)
            #expect(left == [])
        }

        @Test func `an up that is killed at any moment is taken away by down`() async throws {
            let before = try Machine.now()
            for _ in 0..<6 {
                let moment = Double.random(in: 0.05...2.5)
                _ = try await run(
                    [
                        "/usr/bin/timeout", "--signal=KILL", "\(moment)", Lab.project.path + "/lab/lab", "up", "--name",
                        "broken",
                    ])
                try await Lab(name: "broken", hosts: []).tool("down", "--name", "broken")
                let left = try Machine.now().leftovers(since: before)
                #expect(left == [], "killed after \(moment) s")
            }
        }

        @Test func `a dead node is told, and the lab still comes down`() async throws {
            try await Lab.with("dead", hosts: 1) { lab in
                let status = try await lab.tool("status", "--name", lab.name)
                let pid = try #require(status.output.firstMatch(of: /host1 .* pid (\d+)/)?.1)
                kill(try #require(pid_t(pid)), SIGKILL)
                let after = try await run([Lab.project.path + "/lab/lab", "status", "--name", lab.name])
                #expect(after.status == 1)
                #expect(after.output.contains("dead"))
                let command = try await lab.attempt("host1", "true")
                #expect(command.status == 1)
                #expect(command.errors.contains("host1"))
            }
        }

        @Test(arguments: [
            ["up", "--hosts", "many"], ["up", "--name", "a/b"], ["up", "--mtu"], ["fly"],
            ["exec", "--name", "none", "host1", "true"],
        ])
        func `what cannot be done is refused in one line`(_ arguments: [String]) async throws {
            let outcome = try await run([Lab.project.path + "/lab/lab"] + arguments)
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("lab: "))
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }
}
