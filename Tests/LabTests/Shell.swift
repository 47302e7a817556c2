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

    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["--kill-after=5", "\(seconds)"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = Lab.project
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Outcome(
        status: status, output: try String(contentsOf: output, encoding: .utf8),
        errors: try String(contentsOf: errors, encoding: .utf8))
}
