import Foundation
import Synchronization

/// A Docker Engine of its own for a test: private mount, network and pid namespaces, data in a temporary folder.
///
/// Its pid namespace dies with the process that started it, so that not even a killed test leaves a container running.
package final class PrivateDocker: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Path of its socket.
    package let socket: String

    private let folder: URL
    /// Whom to tell to stop; another one after a restart.
    private let running: Mutex<Process>
    private let isVisible: Bool
    private let cgroup: String

    /// Starts one and returns when it answers. With `processesAreVisible` its containers' processes have PIDs here too, so
    /// that their namespaces can be opened; then it is made to stop when this process has died.
    package static func start(processesAreVisible: Bool = false) async throws -> PrivateDocker {
        let docker = try PrivateDocker(processesAreVisible)
        do {
            try await docker.waitUntilListening(within: .seconds(60))
        } catch {
            docker.stop()
            throw error
        }
        return docker
    }

    private init(_ processesAreVisible: Bool) throws {
        let name = "ovn-containers-test-\(UUID().uuidString.prefix(8).lowercased())"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        socket = folder.appendingPathComponent("docker.sock").path
        cgroup = "/\(name)"
        isVisible = processesAreVisible
        let log = folder.appendingPathComponent("dockerd.log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw Failure(description: "cannot write \(log.path)")
        }
        running = Mutex(try Self.launch(in: folder, socket, cgroup, isVisible))
    }

    /// What watches takes its `sleep` along: `Process` takes a program for running as long as a child of it does.
    private static func launch(
        in folder: URL, _ socket: String, _ cgroup: String, _ isVisible: Bool
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        let data = folder.appendingPathComponent("data").path
        let exec = folder.appendingPathComponent("exec").path
        let pid = folder.appendingPathComponent("pid").path
        let isolation = isVisible ? [] : ["--pid", "--fork", "--kill-child", "--mount-proc"]
        let setUp = "set -e; ip link set lo up; mount -t tmpfs tmpfs /run; "
        let start =
            isVisible
            ? """
            dockerd "$@" & docker=$!
            { trap 'kill $pause; exit' TERM
              while kill -0 \(getpid()) 2>/dev/null; do sleep 1 & pause=$!; wait $pause; done; kill $docker; } & watch=$!
            wait $docker || :; kill $watch
            """ : "exec dockerd \"$@\""
        process.arguments =
            ["--mount", "--net"] + isolation + ["--", "/bin/sh", "-c", setUp + start, "dockerd"] + [
                "--host", "unix://\(socket)", "--data-root", data, "--exec-root", exec, "--pidfile", pid,
                "--bridge", "none", "--iptables=false", "--ip6tables=false", "--cgroup-parent", cgroup,
            ]
        let output = try FileHandle(forWritingTo: folder.appendingPathComponent("dockerd.log"))
        try output.seekToEnd()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Runs `body` while nothing is started: its containerd, which must be visible, is held, as by a slow disk.
    package func holdingStarts<T>(_ body: () async throws -> T) async throws -> T {
        let file = folder.appendingPathComponent("exec/containerd/containerd.pid")
        guard let pid = Int32(try String(contentsOf: file, encoding: .utf8)), kill(pid, SIGSTOP) == 0 else {
            throw Failure(description: "its containerd cannot be held: see \(file.path)")
        }
        defer { kill(pid, SIGCONT) }
        return try await body()
    }

    /// Stops it and starts it again on what it has stored: its containers end, as with a reboot of the machine, and those that are
    /// to be are started again. `meanwhile` is called while there is none.
    package func restart(meanwhile: () async throws -> Void = {}) async throws {
        end()
        try await meanwhile()
        let process = try Self.launch(in: folder, socket, cgroup, isVisible)
        running.withLock { $0 = process }
        try await waitUntilListening(within: .seconds(60))
    }

    /// Stops it and removes everything it made.
    package func stop() {
        end()
        for group in groups { rmdir(group) }
        try? FileManager.default.removeItem(at: folder)
    }

    private func end() {
        let process = running.withLock { $0 }
        if !Self.hasEnded(process), let dockerd = child() {
            kill(dockerd, SIGTERM)  // it stops its containers, which removes their control groups
            let deadline = ContinuousClock.now + .seconds(20)
            // Nothing tells that it ended but its state.
            while !Self.hasEnded(process), ContinuousClock.now < deadline {
                killContainers()
                usleep(20_000)
            }
        }
        guard !Self.hasEnded(process) else { return }
        kill(process.processIdentifier, SIGKILL)
        let deadline = ContinuousClock.now + .seconds(20)
        // As above: its state is all there is.
        while !Self.hasEnded(process), ContinuousClock.now < deadline { usleep(20_000) }
    }

    /// `Process` does not always notice at once, and then waits for long: what the kernel says of it counts too.
    private static func hasEnded(_ process: Process) -> Bool {
        guard process.isRunning else { return true }
        let state = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
        return state?.split(separator: ")").last.map { $0.hasPrefix(" Z") } ?? true
    }

    /// The parent of its containers' control groups, in each hierarchy that there may be.
    private var groups: [String] {
        let controllers = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/fs/cgroup")) ?? []
        return controllers.map { "/sys/fs/cgroup/\($0)\(cgroup)" } + ["/sys/fs/cgroup\(cgroup)"]
    }

    /// Few programs heed SIGTERM as process 1, and it would give each ten seconds for that. It must be ending: it starts none again.
    private func killContainers() {
        for group in groups {
            for container in (try? FileManager.default.contentsOfDirectory(atPath: group)) ?? [] {
                let processes = try? String(contentsOfFile: "\(group)/\(container)/cgroup.procs", encoding: .utf8)
                for process in processes?.split(separator: "\n").compactMap({ pid_t($0) }) ?? [] {
                    kill(process, SIGKILL)
                }
            }
        }
    }

    /// The end of its log.
    package var log: String {
        let text = (try? String(contentsOf: folder.appendingPathComponent("dockerd.log"), encoding: .utf8)) ?? ""
        return String(text.suffix(4000))
    }

    private func child() -> pid_t? {
        let pid = running.withLock { $0.processIdentifier }
        let children = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
        return children?.split(separator: " ").first.flatMap { pid_t($0) }
    }

    private func waitUntilListening(within timeout: Duration) async throws {
        let deadline = ContinuousClock.now + timeout
        while !answers() {
            guard running.withLock({ $0.isRunning }), ContinuousClock.now < deadline else {
                throw Failure(description: "dockerd does not answer; its log ends: \(log)")
            }
            // The condition is the loop's: a socket that appears tells nobody.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The socket appears when the daemon has loaded its state.
    private func answers() -> Bool {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8.prefix(107)) }
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
