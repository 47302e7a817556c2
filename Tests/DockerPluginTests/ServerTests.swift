import Foundation
import Glibc
import HostSetup
import Logging
import ServiceLifecycle
import TestServers
import Testing

@testable import DockerPlugin

/// The plugin's end of the engine's connections, on a real socket.
@Suite(.timeLimit(.minutes(2)))
struct ServerTests {
    /// A plugin of a host that is not there.
    static func plugin(_ hosts: @escaping DockerPlugin.Hosts = { _ in throw HostError(.refused, "no host here") })
        -> DockerPlugin
    {
        DockerPlugin(hosts: hosts, upkeep: UpkeepSignal(), logger: PluginLab.quiet)
    }

    /// Runs `body` with a server at a path.
    static func withServer(
        _ plugin: DockerPlugin = plugin(), _ body: @escaping @Sendable (String, ServiceGroup) async throws -> Void
    ) async throws {
        let folder = "/tmp/ovn-containers-plugin-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/ovn.sock"
        let server = PluginServer(try ListeningSocket.make(path), plugin, logger: PluginLab.quiet)
        let group = ServiceGroup(services: [server], logger: PluginLab.quiet)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do { try await body(path, group) } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        // Who made the socket takes it away.
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `the engine's words are answered, whatever Host it writes, many times on one connection`() async throws {
        try await Self.withServer { path, _ in
            let client = try SocketClient(path)
            for host in ["", "plugin.moby.localhost", "%2Frun%2Fdocker%2Fplugins%2Fovn.sock"] {
                for _ in 0..<3 {
                    try client.call("Plugin.Activate", "", host: host)
                    let reply = try #require(await client.replies().first)
                    #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(reply)")
                    #expect(reply.hasSuffix(#"{"Implements":["NetworkDriver","IpamDriver"]}"#), "\(reply)")
                    #expect(reply.contains("content-type: application/vnd.docker.plugins.v1.2+json"))
                }
            }
            // Several that are said before the first is answered are answered in their order.
            for method in ["NetworkDriver.GetCapabilities", "NetworkDriver.Sing", "IpamDriver.GetCapabilities"] {
                try client.call(method, "{}")
            }
            let replies = await client.replies(3)
            #expect(replies.count == 3)
            #expect(replies.first?.contains(#""Scope":"local""#) == true)
            #expect(replies.dropFirst().first?.hasPrefix("HTTP/1.1 404") == true)
            #expect(replies.last?.contains("RequiresMACAddress") == true)
            // And after the last word the connection ends.
            try client.call("Plugin.Activate", "", more: "Connection: close\r\n")
            #expect(SocketClient.replies(in: await client.rest()).count == 1)
        }
    }

    @Test func `a refusal has its reason under both names`() async throws {
        try await Self.withServer { path, _ in
            let client = try SocketClient(path)
            try client.call("NetworkDriver.DeleteNetwork", #"{"NetworkID":"abc"}"#)
            let reply = try #require(await client.replies().first)
            #expect(reply.hasPrefix("HTTP/1.1 500"))
            #expect(reply.contains(#""Err":"no host here""#) && reply.contains(#""Error":"no host here""#))
            try client.call("NetworkDriver.Join", "")
            #expect(await client.replies().first?.contains("has an empty body") == true)
        }
    }

    @Test func `a body in pieces is put together, and one without an end is not waited for by others`() async throws {
        try await Self.withServer { path, _ in
            let slow = try SocketClient(path)
            try slow.say("POST /NetworkDriver.Leave HTTP/1.1\r\nHost:\r\nContent-Length: 34\r\n\r\n{\"NetworkID\":")
            let half = try SocketClient(path)
            try half.say("POST /NetworkDriver.Leave HTTP/1.1\r\nHost:\r\nContent-Le")
            let other = try SocketClient(path)
            try other.call("Plugin.Activate", "{}")
            #expect(await other.replies().count == 1)
            // Who goes away in the middle is not answered, and harms nobody.
            half.end()
            #expect(await half.rest().contains(#""Implements""#) == false)
            try slow.say("\"a\",\"EndpointID\":\"b\"}")
            #expect(await slow.replies().first?.hasPrefix("HTTP/1.1 200") == true)
            try other.call("Plugin.Activate", "{}")
            #expect(await other.replies().count == 1)
        }
    }

    @Test func `a body beyond the limit is refused, one up to it is read`() async throws {
        try await Self.withServer { path, _ in
            let client = try SocketClient(path)
            let filler = String(repeating: " ", count: 1 << 20)
            try client.call("NetworkDriver.Leave", String(filler.dropLast(36)) + #"{"NetworkID":"a","EndpointID":"b"}"#)
            #expect(await client.replies().first?.hasPrefix("HTTP/1.1 200") == true)
            // The rest is not even read: saying it may fail.
            do { try client.call("NetworkDriver.Leave", filler + "{}") } catch is TestServerError {}
            let reply = await client.rest()
            #expect(reply.hasPrefix("HTTP/1.1 413"), "\(reply.prefix(200))")
            #expect(reply.contains("Err"))
        }
    }

    @Test func `what is no HTTP is turned away`() async throws {
        try await Self.withServer { path, _ in
            for text in ["\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", "{}\n\n"] {
                let client = try SocketClient(path)
                try client.say(text)
                client.end()
                #expect(await client.rest().contains(#""Implements""#) == false)
            }
            let client = try SocketClient(path)
            try client.call("Plugin.Activate", "")
            #expect(await client.replies().count == 1)
        }
    }

    @Test func `at its end it answers what it is asked by then, and hears nothing more`() async throws {
        let (asked, begun) = AsyncStream<Void>.makeStream()
        let (opened, gate) = AsyncStream<Void>.makeStream()
        let plugin = Self.plugin { _ in
            begun.yield()
            for await _ in opened { break }
            throw HostError(.refused, "answered to the end")
        }
        try await Self.withServer(plugin) { path, group in
            let (client, idle) = (try SocketClient(path), try SocketClient(path))
            try idle.call("Plugin.Activate", "")
            #expect(await idle.replies().count == 1)
            try client.call("NetworkDriver.DeleteNetwork", #"{"NetworkID":"abc"}"#)
            for await _ in asked { break }
            await group.triggerGracefulShutdown()
            // A connection that waits for nothing ends at once; the one that does is answered.
            #expect(await idle.rest() == "")
            gate.yield()
            let reply = await client.rest()
            #expect(reply.contains("answered to the end"), "\(reply)")
        }
    }

    @Test func `connections that come as it ends are dropped, and it ends all the same`() async throws {
        for count in 1...40 {
            let clients = Clients()
            try await Self.withServer { path, _ in
                for _ in 0..<count % 8 { clients.add(try SocketClient(path)) }
            }
        }
    }

    @Test func `the socket is root's alone, replaces one that nobody listens at, and takes nobody's`() async throws {
        try await Self.withServer { path, _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.type] as? FileAttributeType == .typeSocket)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let error = #expect(throws: HostError.self) { _ = try ListeningSocket.make(path) }
            #expect(error?.message == "another process listens at \(path): stop it first")
        }
        let folder = "/tmp/ovn-containers-plugin-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Of a process that was killed; the folder is made.
        let first = try ListeningSocket.make("\(folder)/ovn.sock")
        close(first.descriptor)
        let second = try ListeningSocket.make("\(folder)/ovn.sock")
        #expect(throws: Never.self) { _ = try SocketClient("\(folder)/ovn.sock") }
        close(second.descriptor)
        for path in ["ovn.sock", "/" + String(repeating: "a", count: 120)] {
            let error = #expect(throws: HostError.self) { _ = try ListeningSocket.make(path) }
            #expect(error?.code == .usage)
        }
    }

    @Test func `a socket is inherited only by the process that it was made for, and only a listening one`() throws {
        #expect(try ListeningSocket.inherited([:]) == nil)
        #expect(try ListeningSocket.inherited(["LISTEN_PID": "1", "LISTEN_FDS": "1"]) == nil)
        let error = #expect(throws: HostError.self) {
            _ = try ListeningSocket.inherited(["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "2"])
        }
        #expect(error?.message == "systemd hands over 2 sockets: one is needed")
    }
}
