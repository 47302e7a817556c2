import Foundation
import Glibc
import Synchronization
import Testing

/// The program itself, run as a process, in a temporary folder.
final class IPAMProcess: Sendable {
    let folder: String
    private let process: Mutex<Process>

    /// Beside the test bundle, where the build puts it.
    static let path: String = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
        let folder = bundle.map { URL(filePath: $0).deletingLastPathComponent().path() }
        return (folder ?? "\(URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path())/") + "ovn-ipam"
    }()

    private init(folder: String, process: Process) {
        self.folder = folder
        self.process = Mutex(process)
    }

    /// A new folder for data, which `body` may use for several runs.
    static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = "/tmp/ovn-containers-ipam-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// `ovn-ipam up` on free ports; `wrapper` is a program and arguments that run what follows them.
    static func up(_ folder: String, _ more: String..., under wrapper: [String] = []) throws -> IPAMProcess {
        try start(
            folder,
            [
                "up", "--open", "--data-folder", "\(folder)/data", "--listen", "127.0.0.1:0", "--sb-listen",
                "127.0.0.1:0",
            ] + more,
            under: wrapper)
    }

    /// The same with data on a temporary disk of this size, `300k`, which only the process sees.
    static func up(_ folder: String, diskOf size: String) throws -> IPAMProcess {
        let script = "mkdir -p $2 && mount -t tmpfs -o mode=750,size=$1 disk $2 && shift 2 && exec \"$@\""
        let wrapper = ["-m", "--propagation", "private", "sh", "-c", script, "sh", size, "\(folder)/data"]
        return try up(folder, "--run-folder", "\(folder)/run", under: ["/usr/bin/unshare"] + wrapper)
    }

    static func start(
        _ folder: String, _ arguments: [String], environment: [String: String] = [:], under wrapper: [String] = []
    ) throws -> IPAMProcess {
        let process = Process()
        let command = wrapper + [path] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let log = "\(folder)/log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: log))
        process.standardError = process.standardOutput
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return IPAMProcess(folder: folder, process: process)
    }

    /// Runs a command of the machine to its end, and expects success.
    static func run(_ command: String...) throws {
        let process = try Process.run(URL(filePath: "/usr/bin/env"), arguments: command)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(command)")
    }

    /// Runs to its end: exit status and output.
    static func result(_ arguments: String...) async throws -> (Int32, String) {
        try await result(arguments)
    }

    static func result(_ arguments: [String], environment: [String: String] = [:]) async throws -> (Int32, String) {
        var result: (Int32, String) = (-1, "")
        try await withFolder { folder in
            let process = try start(folder, arguments, environment: environment)
            result = (await process.end(), process.log)
        }
        return result
    }

    var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }

    var pid: pid_t { process.withLock { $0.processIdentifier } }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end; the exit status, or the number of the signal.
    @discardableResult
    func end() async -> Int32 {
        while process.withLock({ $0.isRunning }) { await Self.pause() }
        return process.withLock { $0.terminationStatus }
    }

    /// The base URL, once it is ready; nil if it ends before.
    func ready() async -> String? {
        while process.withLock({ $0.isRunning }) {
            if let match = log.firstMatch(of: /url=(http:\/\/[0-9.:]+)\/ .*ready\n/) { return String(match.1) }
            await Self.pause()
        }
        return nil
    }

    /// Between two polls: yields the processor to what is waited for.
    static func pause() async {
        // No test depends on its length; a cancelled one just polls more often.
        try? await Task.sleep(for: .milliseconds(5))
    }

    /// The children by name of their program.
    var children: [String: pid_t] {
        var found: [String: pid_t] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let child = pid_t(name),
                let stat = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8),
                let command = FileManager.default.contents(atPath: "/proc/\(child)/cmdline"), !stat.contains(") Z ")
            else { continue }
            let words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard let mark = words.first(where: { $0.hasPrefix("--pidfile=\(folder)/") }) else { continue }
            found[URL(filePath: String(mark.dropFirst(10))).lastPathComponent] = child
        }
        return found
    }
}
