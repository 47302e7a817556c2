import Synchronization
import Testing

/// Containers on all hosts of a lab, `c0`, `c1`, … on each, that are started, stopped, removed and moved between networks.
///
/// Every third has an address of its own choice, every fourth is started again by its engine.
struct Crowd: Sendable {
    let lab: Lab
    let perHost: Int

    /// Starts the containers that are not there.
    func fill() async throws {
        try await eachHost { host in
            for number in 0..<perHost { try await lab.docker(host, run(number, on: host), within: .seconds(30)) }
        }
    }

    private func run(_ number: Int, on host: String) -> String {
        let index = lab.hosts.firstIndex(of: host) ?? 0
        let address = number % 3 == 0 ? "--ip 10.1.\(100 + index).\(number + 1)" : ""
        let restart = number % 4 == 0 ? "--restart always" : ""
        return "run -d --stop-signal KILL --name c\(number) --network blue \(address) \(restart) busybox sleep 100000"
    }

    /// Does so many things at random on each host, which may fail while something is dead.
    ///
    /// - Returns: what took longer than Docker's commands may.
    func act(times: Int) async throws -> [Slow] {
        let slow = Mutex<[Slow]>([])
        try await eachHost { host in
            for _ in 0..<times {
                let number = Int.random(in: 0..<perHost)
                let command =
                    switch Int.random(in: 0..<7) {
                    case 0: "docker rm -f c\(number)"
                    case 1: "docker rm -f c\(number) && docker \(run(number, on: host))"
                    case 2: "docker stop -t 0 c\(number)"
                    case 3: "docker start c\(number)"
                    case 4: "docker restart -t 0 c\(number)"
                    case 5: "docker network connect green c\(number)"
                    default: "docker network disconnect green c\(number)"
                    }
                let (_, took) = try await lab.timed(host, command)
                if took > Lab.patience { slow.withLock { $0.append(Slow(host: host, command: command, took: took)) } }
            }
        }
        return slow.withLock { $0 }
    }

    /// A command that took its time.
    struct Slow: Sendable {
        let host: String
        let command: String
        let took: Duration
    }

    /// Starts what is stopped, makes again what is gone. Nothing is dead now: all of it must work.
    func revive(_ story: String) async throws {
        try await eachHost { host in
            let states = try await lab.docker(host, "ps -a --format '{{.Names}} {{.State}}'").split(separator: "\n")
            let state = Dictionary(
                uniqueKeysWithValues: states.map { line in
                    let words = line.split(separator: " ").map(String.init)
                    return (words[0], words[1])
                })
            for number in 0..<perHost {
                let command: String
                switch state["c\(number)"] {
                case "running", "restarting": continue
                case nil: command = run(number, on: host)
                // Its removal was cut short when its engine was killed.
                case "dead", "removing": command = "rm -f c\(number) && docker \(run(number, on: host))"
                // What never started, because something was dead, is made anew.
                default: command = "start c\(number)"
                }
                var (outcome, took) = try await lab.timed(host, "docker \(command)")
                if Self.isOwnLeftover(outcome.errors) {
                    // Nor does it know what containerd still has of one that it was killed with.
                    (outcome, took) = try await lab.timed(
                        host, "docker rm -f c\(number) && docker \(run(number, on: host))")
                }
                #expect(outcome.status == 0, "\(story) \(host): docker \(command): \(outcome.errors)")
                #expect(took < Lab.patience, "\(story) \(host): docker \(command) took \(took)")
            }
        }
    }

    /// Whether Docker 20.10 refuses to start a container over what it left of it itself, when it was killed while it started it before.
    private static func isOwnLeftover(_ errors: String) -> Bool {
        errors.contains("Error response from daemon: task ") && errors.contains(": already exists")
    }

    /// A container of each host reaches one of the next host.
    func expectPings(_ story: String) async throws {
        for (index, host) in lab.hosts.enumerated() {
            let from = Int.random(in: 0..<perHost)
            let to = Int.random(in: 0..<perHost)
            let next = lab.hosts[(index + 1) % lab.hosts.count]
            let source = try await lab.member("c\(from)", on: host, network: "blue")
            let target = try await lab.member("c\(to)", on: next, network: "blue")
            let answered = try await lab.answers(target.address, to: source, seconds: 10)
            #expect(answered, "\(story) c\(from) on \(host) does not reach c\(to) on \(next)")
        }
    }

    func disperse() async throws {
        try await eachHost { host in
            for number in 0..<perHost { try await lab.docker(host, "rm -f c\(number)") }
        }
    }

    private func eachHost(_ body: @Sendable @escaping (String) async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for host in lab.hosts { group.addTask { try await body(host) } }
            try await group.waitForAll()
        }
    }
}
