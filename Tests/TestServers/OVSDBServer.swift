import Foundation
import Glibc

/// A private ovsdb-server in a temporary folder, on a unix socket.
package final class OVSDBServer: Sendable {
    package let folder: String
    /// Path of the unix socket.
    package let socket: String
    let schema: TestSchema
    private let options: [String]

    init(folder: String, schema: TestSchema, options: [String] = []) {
        self.folder = folder
        self.schema = schema
        self.options = options
        socket = "\(folder)/db.sock"
    }

    static func start(schema: TestSchema, options: [String]) async throws -> OVSDBServer {
        let folder = try makeFolder()
        let server = OVSDBServer(folder: folder, schema: schema, options: options)
        do {
            try await run(["ovsdb-tool", "create", server.databaseFile, schema.path])
            try await server.launch()
        } catch {
            await server.destroy()
            throw error
        }
        return server
    }

    static func makeFolder() throws -> String {
        let folder = "/tmp/ovn-containers-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    package var databaseFile: String { "\(folder)/\(schema.databaseName).db" }
    private var pidFile: String { "\(folder)/server.pid" }

    /// Starts the server on its database; also after `kill`.
    package func launch() async throws {
        try await run(
            [
                "ovsdb-server", "--detach", "--no-chdir", "--pidfile=\(pidFile)", "--log-file=\(folder)/server.log",
                "-vconsole:off", "--remote=punix:\(socket)", "--unixctl=\(folder)/server.ctl",
            ] + options + [databaseFile])
    }

    /// The ports of its `ptcp:0:…` and `pssl:0:…` remotes, in the order of the options.
    package func ports() throws -> [Int] {
        let log = try String(contentsOfFile: "\(folder)/server.log", encoding: .utf8)
        return log.split(separator: "\n").compactMap { line in
            line.firstRange(of: "listening on port ").flatMap { Int(line[$0.upperBound...]) }
        }
    }

    /// The running server's process; nil if there is none.
    package var processID: Int32? {
        (try? String(contentsOfFile: pidFile, encoding: .utf8)).flatMap {
            Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Sends a signal to the server.
    package func signal(_ number: Int32) {
        if let processID { _ = Glibc.kill(processID, number) }
    }

    /// SIGKILL, and waits until the process is gone.
    package func kill() async {
        guard let processID else { return }
        _ = Glibc.kill(processID, SIGKILL)
        while isRunning(processID) { await Task.yield() }
        _ = unlink(pidFile)
    }

    /// Runs `ovn-nbctl`, `ovs-vsctl` or the like against the server; answers its output.
    @discardableResult
    package func control(_ tool: String, _ arguments: String...) async throws -> String {
        try await run([tool, "--db=unix:\(socket)", "--timeout=20"] + arguments)
    }

    /// Sends a command to the server's control socket (ovs-appctl(8)).
    @discardableResult
    package func appctl(_ arguments: String...) async throws -> String {
        try await run(["ovs-appctl", "-t", "\(folder)/server.ctl"] + arguments)
    }

    func destroy() async {
        await kill()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Whether a process has not ended. Daemons detach, so that PID 1 reaps them, in its own time: until then their number answers.
func isRunning(_ process: Int32) -> Bool {
    guard Glibc.kill(process, 0) == 0 else { return false }
    guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !stat.contains(") Z ")
}
