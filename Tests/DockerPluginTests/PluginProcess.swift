import Foundation
import Glibc
import TestServers

/// The program itself, with a socket that is held for it as systemd holds it.
final class PluginProcess: Sendable {
    /// Beside the test bundle, where the build puts it.
    static let path: String = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
        let folder = bundle.map { URL(filePath: $0).deletingLastPathComponent().path() }
        return (folder ?? "\(URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path())/")
            + "ovn-docker-plugin"
    }()

    let pid: pid_t

    /// Starts it with `socket` as descriptor 3; nil lets it make its own.
    init(_ arguments: [String], socket: CInt?, log: String) throws {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if let socket { posix_spawn_file_actions_adddup2(&files, socket, 3) }
        // The process that is to take the socket is named by its number, which only it knows before it is there.
        let handed = socket == nil ? "" : "LISTEN_PID=$$ LISTEN_FDS=1 "
        let words = ["sh", "-c", "\(handed)exec \"$0\" \"$@\"", Self.path] + arguments
        var argv = words.map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        // Swift's threads block signals; a child must not inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var id = pid_t()
        let error = posix_spawnp(&id, "sh", &files, &attributes, &argv, environ)
        guard error == 0 else {
            throw TestServerError(description: "cannot start: \(String(cString: strerror(error)))")
        }
        pid = id
    }

    /// Sends a signal and waits for the end; the exit status, or the signal's number and 128.
    @discardableResult
    func end(_ signal: CInt) async -> Int32 {
        kill(pid, signal)
        return await status()
    }

    /// Waits for the end.
    func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [pid] in
                var status: Int32 = 0
                while waitpid(pid, &status, 0) == -1, errno == EINTR {}
                continuation.resume(returning: status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f)
            }
        }
    }
}
