import CLinux
import FoundationEssentials
import Glibc
import Logging

/// A daemon that an earlier run, which did not end well, has left behind.
///
/// The kernel ends our children when we die; this is for the moment until they are gone, and for a kernel that was told otherwise.
enum Orphan {
    /// Ends the daemon that wrote `pidFile`, if it still runs: SIGTERM, and SIGKILL after five seconds.
    static func end(pidFile: String, logger: Logger) async throws(EmbeddedOVNError) {
        // No file that can be read: no daemon is known to run.
        guard let text = OwnFile.text(pidFile), let pid = pid_t(text.filter { !$0.isWhitespace }), pid > 1
        else { return }
        let descriptor = clinux_pidfd_open(pid)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // The number may be another process's by now; ours was given this very file.
        guard let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
            command.split(separator: 0).contains(where: { $0.elementsEqual("--pidfile=\(pidFile)".utf8) })
        else { return }
        logger.warning("ending a daemon of an earlier run", metadata: ["pid": "\(pid)", "file": "\(pidFile)"])
        kill(pid, SIGTERM)
        if await ended(descriptor, within: 5_000) { return }
        kill(pid, SIGKILL)
        guard await ended(descriptor, within: 5_000) else {
            throw EmbeddedOVNError("process \(pid) of an earlier run does not end: end it, then start again")
        }
    }

    /// Whether the process behind a pidfd ends within so many milliseconds.
    private static func ended(_ descriptor: Int32, within milliseconds: Int32) async -> Bool {
        await withCheckedContinuation { continuation in
            let look: @Sendable () -> Void = {
                var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                var result = poll(&poller, 1, milliseconds)
                while result < 0 && errno == EINTR { result = poll(&poller, 1, milliseconds) }
                continuation.resume(returning: result > 0)
            }
            // It takes seconds at most, and nothing else goes on yet.
            if Thread.start(look) != 0 { look() }
        }
    }
}
