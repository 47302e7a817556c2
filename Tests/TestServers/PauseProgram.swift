import Foundation
import Glibc

/// PID 1 of network containers, built from its sources once in a process, however many tests want it.
package enum PauseProgram {
    /// Its path, beside the test bundle.
    package static func path() async throws -> String { try await building.value }

    private static let building = Task {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let place = bundle.deletingLastPathComponent().appending(path: "pause-of-tests").path
        // Renamed when it is whole: another process may be reading the one that is there.
        let new = "\(place).\(getpid())"
        try await run([root.appending(path: "Scripts/build-pause").path, new])
        guard rename(new, place) == 0 else {
            throw TestServerError(description: "cannot put \(place) in its place: \(String(cString: strerror(errno)))")
        }
        return place
    }
}
