import FoundationEssentials
import HostAttachment
import Testing

struct OVNControllerTests {
    @Test func `what is wrong with its pid file is said`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "controller-\(UUID().uuidString)")
        let file = folder.appending(path: "ovn-controller.pid")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let controller = OVNController(folder: folder.path)
        #expect(await controller.connection() == .notRunning("there is no \(file.path)"))
        try Data("soon\n".utf8).write(to: file)
        #expect(await controller.connection() == .notRunning("\(file.path) has no process id"))
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
        #expect(await controller.connection() == .notRunning("\(file.path) cannot be read"))
    }
}
