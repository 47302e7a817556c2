package import Deadlines
package import DockerEngine
import FoundationEssentials
import HostSetup
import Release

/// The image of network containers, made on this host out of one static program: nothing is pulled.
package struct PauseImage: Sendable {
    package static let repository = "ovn-containers/pause"
    package static let reference = "\(repository):\(version)"
    /// Names the program where it is in none of the usual places.
    package static let variable = "OVN_CONTAINERS_PAUSE"

    /// Where the program may be, in order.
    package let candidates: [String]

    package init(environment: [String: String], executable: String) {
        if let path = environment[Self.variable], !path.isEmpty {
            candidates = [path]
            return
        }
        let folder = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? "."
        candidates = [
            "\(folder)/../libexec/ovn-containers/pause", "\(folder)/pause",
            "/usr/local/libexec/ovn-containers/pause", "/usr/libexec/ovn-containers/pause",
        ]
    }

    /// Makes the image unless the engine has it.
    package func ensure(_ engine: DockerEngine, until deadline: Deadline, _ progress: (String) -> Void) async throws {
        if try await engine.findImage(Self.reference, within: deadline.remaining) != nil { return }
        guard let path = candidates.first(where: { FileManager.default.isReadableFile(atPath: $0) }) else {
            throw HostError(
                .refused,
                "the program 'pause' for network containers is not installed: looked for "
                    + candidates.joined(separator: ", ") + " (\(Self.variable) names another place)")
        }
        progress("making image \(Self.reference)")
        var archive = TarArchive()
        archive.add("pause", mode: 0o755, contents: try Data(contentsOf: URL(filePath: path)))
        try await engine.importImage(
            archive.bytes, repository: Self.repository, tag: version, changes: ["ENTRYPOINT [\"/pause\"]"],
            within: deadline.remaining)
    }
}
