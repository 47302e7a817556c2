import Dispatch
import Foundation
import Glibc

/// Runs a program to its end; answers its output, throws what it wrote to stderr if it fails.
///
/// Not with Foundation's `Process`, which takes a program for running as long as a daemon that it left behind does.
@discardableResult
package func run(_ arguments: [String]) async throws -> String {
    let folder = "/tmp/ovn-containers-run-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
        DispatchQueue.global().async {
            continuation.resume(with: Result { try spawnAndWait(arguments, folder: folder) })
        }
    }
    let output = try String(contentsOfFile: "\(folder)/out", encoding: .utf8)
    guard status == 0 else {
        let complaint = try String(contentsOfFile: "\(folder)/err", encoding: .utf8)
        throw TestServerError(description: "\(arguments.joined(separator: " ")) failed with \(status): \(complaint)")
    }
    return output
}

/// Answers the exit status; output goes to files, since a daemon that is left behind would hold a pipe open.
private func spawnAndWait(_ arguments: [String], folder: String) throws -> Int32 {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&files, 1, "\(folder)/out", O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&files, 2, "\(folder)/err", O_WRONLY | O_CREAT, 0o600)
    var argv = arguments.map { strdup($0) } + [nil]
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = (environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var processID = pid_t()
    // Swift's threads block signals, and a child that inherits this never gets its alarm.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let error = posix_spawnp(&processID, arguments[0], &files, &attributes, &argv, &envp)
    guard error == 0 else {
        throw TestServerError(description: "cannot start \(arguments[0]): \(String(cString: strerror(error)))")
    }
    var status: Int32 = 0
    while waitpid(processID, &status, 0) == -1 {
        guard errno == EINTR else { throw TestServerError(description: "\(arguments[0]) was lost") }
    }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
}
