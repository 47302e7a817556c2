import Foundation
import Testing

@testable import DockerEngine

struct PieceTests {
    @Test func `DOCKER_HOST names another socket`() throws {
        #expect(try EngineEndpoint(environment: [:]) == .standard)
        #expect(try EngineEndpoint(environment: ["DOCKER_HOST": ""]) == .standard)
        #expect(try EngineEndpoint(environment: ["DOCKER_HOST": "unix:///run/d.sock"]).path == "/run/d.sock")
    }

    @Test(arguments: ["tcp://192.0.2.1:2375", "ssh://h", "unix://relative", "/run/d.sock"])
    func `DOCKER_HOST of another machine is refused by name`(host: String) {
        let error = #expect(throws: DockerError.self) { try EngineEndpoint(environment: ["DOCKER_HOST": host]) }
        #expect(error?.code == .refused)
        #expect(error?.message.contains(host) == true)
    }

    @Test func `API versions compare by number`() {
        #expect(APIVersion("1.41")! < APIVersion("1.100")!)
        #expect(APIVersion("1") == nil && APIVersion("1.x") == nil && APIVersion("1.-1") == nil)
        #expect(APIVersion(1, 41).description == "1.41")
    }

    @Test func `a query's brackets, quotes and blanks are encoded`() {
        #expect(percentEncoded(#"ENTRYPOINT ["/a b"]"#) == "ENTRYPOINT%20%5B%22%2Fa%20b%22%5D")
    }

    @Test func `tar reads the archive`() throws {
        var archive = TarArchive()
        archive.add("bin/one", mode: 0o755, contents: Array("hello".utf8))
        archive.add("two", mode: 0o644, contents: [UInt8](repeating: 7, count: 1024))
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).tar")
        try Data(archive.bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/bin/tar")
        tar.arguments = ["--numeric-owner", "-tvf", file.path]
        let output = Pipe()
        tar.standardOutput = output
        try tar.run()
        let listing = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        let lines = listing.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("-rwxr-xr-x 0/0") == true && lines.first?.hasSuffix("bin/one") == true)
        #expect(lines.last?.hasPrefix("-rw-r--r-- 0/0") == true && lines.last?.contains(" 1024 ") == true)
    }
}
