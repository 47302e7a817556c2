import CLinux
import FoundationEssentials
import Glibc
import Logging

/// A daemon left behind by an earlier run that crashed.
///
/// The kernel ends our children when we die; this covers the moment until they are gone, and a cleared parent-death
/// signal.
enum Orphan {
    /// Ends the daemon that wrote `pidFile`, if it still runs: SIGTERM, and SIGKILL after five seconds.
    static func end(pidFile: String, logger: Logger) async throws(EmbeddedOVNError) {
        // No readable file: no daemon is known to run.
        guard let text = OwnFile.text(pidFile), let pid = pid_t(text.filter { !$0.isWhitespace }), pid > 1
        else { return }
        let descriptor = clinux_pidfd_open(pid)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // The PID may have been reused; our daemon has this file among its arguments.
        guard let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
            command.split(separator: 0).contains(where: { $0.elementsEqual("--pidfile=\(pidFile)".utf8) })
        else { return }
        logger.warning("stopping a daemon of an earlier run", metadata: ["pid": "\(pid)", "file": "\(pidFile)"])
        kill(pid, SIGTERM)
        if await ended(descriptor, within: 5_000) { return }
        kill(pid, SIGKILL)
        guard await ended(descriptor, within: 5_000) else {
            throw EmbeddedOVNError("process \(pid) of an earlier run does not end: end it, then start again")
        }
    }

    /// Whether the process of a pidfd ends within `milliseconds`.
    private static func ended(_ descriptor: Int32, within milliseconds: Int32) async -> Bool {
        await withCheckedContinuation { continuation in
            let look: @Sendable () -> Void = {
                var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                var result = poll(&poller, 1, milliseconds)
                while result < 0 && errno == EINTR { result = poll(&poller, 1, milliseconds) }
                continuation.resume(returning: result > 0)
            }
            // Blocks for seconds at most, and nothing else runs yet.
            if Thread.start(look) != 0 { look() }
        }
    }
}
