import Foundation

/// What a command printed and how it ended.
struct Outcome: Sendable {
    let status: Int32
    let output: String
    let errors: String

    /// The output without the line feed at its end: an id.
    var word: String { output.trimmingCharacters(in: .whitespacesAndNewlines) }
    var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A command that ended in another way than it should.
struct CommandFailed: Error, CustomStringConvertible {
    let command: String
    let outcome: Outcome

    var description: String {
        "`\(command)` ended with \(outcome.status)\n\(outcome.errors)\(outcome.output)"
    }
}

/// Runs a program of this machine, and never for longer than `seconds`.
///
/// - Returns: how it ended; 124 or 137 if its time was over.
func run(_ arguments: [String], environment: [String: String] = [:], seconds: Int = 60) async throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ovn-lab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: what a command leaves running may hold a pipe open for ever.
    let output = folder.appending(path: "output")
    let errors = folder.appending(path: "errors")
    for file in [output, errors] { try Data().write(to: file) }

    let command = ["/usr/bin/env", "--chdir", Lab.project.path, "timeout", "--kill-after=5", "\(seconds)"] + arguments
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
        // A thread of its own waits: a blocked one of the pool's would hold up other tests.
        Thread.detachNewThread {
            continuation.resume(
                with: Result {
                    try spawnAndWait(command, environment: variables, output: output.path, errors: errors.path)
                })
        }
    }
    return Outcome(
        status: status, output: try String(contentsOf: output, encoding: .utf8),
        errors: try String(contentsOf: errors, encoding: .utf8))
}

/// Runs a program and waits for it, and for it alone.
///
/// Not Foundation's `Process`: that believes a program to run on for as long as any daemon that it left behind.
private func spawnAndWait(
    _ command: [String], environment: [String: String], output: String, errors: String
) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY, 0)

    // Swift's threads block signals. A ping that inherits this never gets its alarm, and a daemon never its SIGTERM.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let arguments = command.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for string in arguments + variables { free(string) } }
    var process = pid_t()
    let failure = posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
        guard errno == EINTR else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
    // wait(2): the low seven bits are the signal that ended it, the next byte its own status.
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
}
