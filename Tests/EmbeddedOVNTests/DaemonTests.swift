import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import EmbeddedOVN

@Suite struct DaemonTests {
    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A shell script as a program, and a folder for what it writes.
    static func withScript(_ script: String, _ body: (Program, String) async throws -> Void) async throws {
        let folder = "/tmp/ovn-containers-daemon-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(Program(path: "/bin/sh", arguments: ["-c", script, "sh", folder]), folder)
    }

    static func lines(_ path: String) -> [Substring] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map { $0 }
    }

    /// Returns once `condition` holds; the test's own time limit is the deadline.
    static func until(_ condition: () -> Bool) async throws {
        // Yields the processor to what is waited for.
        while !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }

    static func isRunning(_ pid: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !stat.contains(") Z ")
    }

    @Test func `a program's exit is reported`() async throws {
        let cases: [(String, ChildProcess.Exit)] = [
            ("exit 0", .status(0)), ("exit 7", .status(7)), ("kill -9 $$", .signal(9)),
        ]
        for (script, exit) in cases {
            let child = try await ChildProcess.start(Program(path: "/bin/sh", arguments: ["-c", script]))
            #expect(await child.exit() == exit)
            #expect(child.pid == nil)
            child.signal(SIGKILL)
        }
    }

    @Test func `a program that cannot run is an error that names it`() async throws {
        let error = await #expect(throws: EmbeddedOVNError.self) {
            try await ChildProcess.start(Program(path: "/nonexistent/program", arguments: []))
        }
        #expect(error?.message == "cannot run /nonexistent/program: No such file or directory")
        #expect(throws: EmbeddedOVNError.self) { try Program.find("no-such-program", []) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a daemon that dies is restarted, and stops on graceful shutdown`() async throws {
        try await Self.withScript("echo $$ >>$1/pids; exec sleep 1000") { program, folder in
            var daemon = Daemon("sleeper", program, logger: Self.logger)
            daemon.backoff = .milliseconds(1)...(.milliseconds(2))
            let group = ServiceGroup(services: [daemon], logger: Self.logger)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                for round in 1...3 {
                    try await Self.until { Self.lines("\(folder)/pids").count == round }
                    let line = try #require(Self.lines("\(folder)/pids").last)
                    let pid = try #require(pid_t(line))
                    if round < 3 { kill(pid, SIGKILL) }
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            for pid in Self.lines("\(folder)/pids").compactMap({ pid_t($0) }) { #expect(!Self.isRunning(pid)) }
            #expect(Self.lines("\(folder)/pids").count == 3)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a daemon that ignores SIGTERM is killed after the grace period`() async throws {
        try await Self.withScript("trap '' TERM; echo $$ >$1/pid; while :; do sleep 0.01; done") { program, folder in
            var daemon = Daemon("deaf", program, logger: Self.logger)
            daemon.grace = .milliseconds(100)
            let group = ServiceGroup(services: [daemon], logger: Self.logger)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                try await Self.until { !Self.lines("\(folder)/pid").isEmpty }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            let pid = try #require(Self.lines("\(folder)/pid").first.flatMap { pid_t($0) })
            #expect(!Self.isRunning(pid))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a daemon that never stays up is given up`() async throws {
        var daemon = Daemon("stillborn", Program(path: "/bin/sh", arguments: ["-c", "exit 3"]), logger: Self.logger)
        daemon.backoff = .milliseconds(1)...(.milliseconds(2))
        let stillborn = daemon
        let error = await #expect(throws: EmbeddedOVNError.self) { try await stillborn.run() }
        #expect(error?.message == "stillborn does not stay up: exit status 3, 5 times in a row; see its messages above")
    }

    @Test(.timeLimit(.minutes(1)))
    func `a daemon that ran before is retried until it starts, and each cause is logged once`() async throws {
        let record = LogRecord()
        try await Self.withScript("echo $$ >>$1/pids; exec sleep 1000") { program, folder in
            let obstacles = Mutex([Optional("no space"), "no space", "no space", "no memory", "no memory", nil])
            var daemon = Daemon("sleeper", program, logger: record.logger)
            daemon.backoff = .milliseconds(1)...(.milliseconds(2))
            daemon.prepareAgain = { () throws(EmbeddedOVNError) in
                if let obstacle = obstacles.withLock({ $0.removeFirst() }) { throw EmbeddedOVNError(obstacle) }
            }
            let group = ServiceGroup(services: [daemon], logger: Self.logger)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                try await Self.until { !Self.lines("\(folder)/pids").isEmpty }
                kill(try #require(Self.lines("\(folder)/pids").first.flatMap { pid_t($0) }), SIGKILL)
                try await Self.until { Self.lines("\(folder)/pids").count == 2 }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
        let causes = record.lines.filter { $0.hasPrefix("daemon cannot be restarted") }
        #expect(causes.count == 2 && causes[0].contains("no space") && causes[1].contains("no memory"), "\(causes)")
        #expect(record.lines.filter { $0.hasPrefix("daemon started") }.count == 2)
    }

    @Test func `a daemon that could never be started ends with the cause`() async throws {
        let daemon = Daemon("absent", Program(path: "/nonexistent/daemon", arguments: []), logger: Self.logger)
        let error = await #expect(throws: EmbeddedOVNError.self) { try await daemon.run() }
        #expect(error?.message == "cannot run /nonexistent/daemon: No such file or directory")
    }

    @Test func `a child has descriptors for many clients`() async throws {
        var own = rlimit()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &own) == 0)
        try await Self.withScript("ulimit -n >$1/limit") { program, folder in
            _ = try await ChildProcess.start(program).exit()
            let limit = try #require(Self.lines("\(folder)/limit").first.flatMap { rlim_t($0) })
            #expect(limit >= min(65_536, own.rlim_max))
        }
    }

    @Test(arguments: [
        ("0.0.0.0:6641", "ptcp:6641:0.0.0.0"), ("[::]:1", "ptcp:1:[::]"), ("127.0.0.1:0", "ptcp:0:127.0.0.1"),
    ])
    func `a listen address is read`(_ text: String, _ remote: String) {
        #expect(ListenAddress(text)?.remote == remote)
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(arguments: ["", "6641", "0.0.0.0", "host:1", "::1:5", "[::1]", "1.2.3.4:65536", "1.2.3.4:x", "[1.2.3.4]:5"])
    func `an invalid listen address is refused`(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
