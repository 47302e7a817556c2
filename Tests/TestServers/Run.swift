import Foundation

/// Runs a program to its end; answers its output, throws what it wrote to stderr if it fails.
@discardableResult
package func run(_ arguments: [String]) async throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = (environment["PATH"] ?? "") + ":/usr/sbin:/sbin:/usr/bin:/bin"
    process.environment = environment
    let folder = "/tmp/ovn-containers-run-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Files, not pipes: a daemon that the program leaves behind would hold a pipe open.
    _ = FileManager.default.createFile(atPath: "\(folder)/out", contents: nil)
    _ = FileManager.default.createFile(atPath: "\(folder)/err", contents: nil)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(folder)/out"))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: "\(folder)/err"))
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in continuation.resume() }
        do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let output = try String(contentsOfFile: "\(folder)/out", encoding: .utf8)
    guard process.terminationStatus == 0 else {
        let complaint = try String(contentsOfFile: "\(folder)/err", encoding: .utf8)
        throw TestServerError(
            description: "\(arguments.joined(separator: " ")) failed with \(process.terminationStatus): \(complaint)")
    }
    return output
}
