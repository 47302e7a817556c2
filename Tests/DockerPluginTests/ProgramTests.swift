import Foundation
import Glibc
import TestServers
import Testing

@testable import DockerPlugin

/// The program as systemd runs it.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ProgramTests {
    static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = "/tmp/ovn-containers-plugin-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    static func log(_ folder: String) -> String {
        (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
    }

    @Test func `a socket that is handed over outlives the program, and who calls in between waits`() async throws {
        try await Self.withFolder { folder in
            let path = "\(folder)/ovn.sock"
            let socket = try ListeningSocket.make(path)
            defer { close(socket.descriptor) }
            let arguments = ["--socket", "/nowhere/else", "--db", "unix:\(folder)/db.sock"]
            // Before the program is there.
            let early = try SocketClient(path)
            try early.call("Plugin.Activate", "")
            let first = try PluginProcess(arguments, socket: socket.descriptor, log: "\(folder)/log")
            #expect(await early.replies().first?.contains("Implements") == true, "\(Self.log(folder))")
            #expect(await first.end(SIGKILL) == 128 + SIGKILL)
            let waiting = try SocketClient(path)
            try waiting.call("Plugin.Activate", "")
            let second = try PluginProcess(arguments, socket: socket.descriptor, log: "\(folder)/log")
            #expect(await waiting.replies().first?.contains("Implements") == true, "\(Self.log(folder))")
            #expect(await second.end(SIGTERM) == 0, "\(Self.log(folder))")
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `without one it makes its own, says that Open vSwitch is not running, and takes it away at the end`()
        async throws
    {
        try await Self.withFolder { folder in
            let path = "\(folder)/plugins/ovn.sock"
            let arguments = ["--socket", path, "--db", "unix:\(folder)/db.sock"]
            let process = try PluginProcess(arguments, socket: nil, log: "\(folder)/log")
            #expect(try await eventually { (try? SocketClient(path)) != nil })
            let client = try SocketClient(path)
            try client.call("IpamDriver.RequestPool", #"{"AddressSpace":"ovn","Pool":"10.1.0.0/16"}"#)
            let start = ContinuousClock.now
            let reply = await client.replies().first
            #expect(.now - start < .seconds(8))
            #expect(reply?.contains("is Open vSwitch running on this host?") == true, "\(reply ?? "")")
            // A second one has no place there.
            let other = try PluginProcess(arguments, socket: nil, log: "\(folder)/log")
            #expect(await other.status() == 1)
            #expect(Self.log(folder).contains("another process listens at \(path): stop it first"))
            #expect(await process.end(SIGTERM) == 0, "\(Self.log(folder))")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
