import Foundation
import Glibc
import TestServers
import Testing

/// How `ovn-ipam` stops, and the descriptors it leaves to its children.
@Suite(.timeLimit(.minutes(2))) struct EndTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let post = "POST /v2.0/networks HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n"

    private func port(_ process: IPAMProcess) async throws -> Int {
        let url = try #require(await process.ready(), "\(process.log)")
        return try #require(url.split(separator: ":").last.flatMap { Int($0) })
    }

    @Test
    func `SIGTERM stops it within five seconds despite idle clients, and the databases shut down cleanly`()
        async throws
    {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let port = try await port(process)
            var clients: [SocketClient] = []
            for part in [
                "", "GET /he", "\(Self.post)", "\(Self.post){\"net", Self.get, String(repeating: Self.get, count: 30),
            ] {
                let client = try SocketClient(port: port)
                try client.say(part)
                clients.append(client)
            }
            // An idle keep-alive connection.
            let kept = try SocketClient(port: port)
            try kept.say(Self.get)
            #expect(await kept.replies().count == 1)
            let start = ContinuousClock.now
            process.signal(SIGTERM)
            #expect(await process.end() == 0)
            #expect(start.duration(to: .now) < .seconds(5))
            #expect(process.children.isEmpty)
            #expect(!process.log.contains("signal 9"), "\(process.log)")
            #expect(await kept.rest() == "")
            withExtendedLifetime(clients) {}
        }
    }

    @Test func `after SIGTERM a complete request is answered, an incomplete one is not`() async throws {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let port = try await port(process)
            let northbound = try #require(process.children["ovn-ipam-ovnnb_db.pid"])
            kill(northbound, SIGSTOP)
            let whole = try SocketClient(port: port)
            try whole.say("\(Self.post){\"network\": {}}")
            let half = try SocketClient(port: port)
            try half.say("\(Self.post){\"network\": {")
            // Both are there once a later request has its answer.
            let last = try SocketClient(port: port)
            try last.say(Self.get)
            #expect(await last.replies().count == 1)
            process.signal(SIGTERM)
            let refused = await half.rest()
            #expect(refused.hasPrefix("HTTP/1.1 503"), "\(refused)")
            kill(northbound, SIGCONT)
            let answered = await whole.rest()
            #expect(answered.hasPrefix("HTTP/1.1 201"), "\(answered)")
            #expect(answered.contains("Connection: close"), "\(answered)")
            #expect(await process.end() == 0)
        }
    }

    @Test func `SIGTERM ends watches in order`() async throws {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let port = try await port(process)
            let watches = try (0..<20).map { _ in try SocketClient(port: port) }
            for watch in watches {
                try watch.say(
                    "GET /v2.0/ports?network_id=b9a1f0c2-6d1d-4d36-9d9f-0c1d6a4f7e55&watch=true HTTP/1.1\r\nHost: x\r\n\r\n"
                )
                var heard = ""
                while !heard.contains("synchronized") { heard += await watch.more() }
            }
            let start = ContinuousClock.now
            process.signal(SIGTERM)
            for watch in watches { #expect(await watch.rest() == "0\r\n\r\n") }
            #expect(await process.end() == 0)
            #expect(start.duration(to: .now) < .seconds(5))
        }
    }

    @Test func `an unresponsive database delays the shutdown by at most five seconds`() async throws {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let port = try await port(process)
            let northbound = try #require(process.children["ovn-ipam-ovnnb_db.pid"])
            kill(northbound, SIGSTOP)
            let client = try SocketClient(port: port)
            try client.say("\(Self.post){\"network\": {}}")
            let last = try SocketClient(port: port)
            try last.say(Self.get)
            #expect(await last.replies().count == 1)
            let start = ContinuousClock.now
            process.signal(SIGTERM)
            // The API has stopped; the database's own shutdown is not tested here.
            while (try? SocketClient(port: port)) != nil { await IPAMProcess.pause() }
            _ = await client.rest()
            #expect(start.duration(to: .now) < .seconds(5))
            kill(northbound, SIGCONT)
            #expect(await process.end() == 0)
        }
    }

    @Test func `idle connections leave descriptors to a child that must be restarted`() async throws {
        try await IPAMProcess.withFolder { folder in
            let limited = "ulimit -n 1024; exec \"$0\" \"$@\""
            let process = try IPAMProcess.up(folder, under: ["/bin/bash", "-c", limited])
            let port = try await port(process)
            #expect(process.log.contains("connections=768 descriptors=1024"), "\(process.log)")
            let clients = try (0..<1_100).map { try SocketClient(port: port, from: "127.0.1.\($0 / 100 + 1)") }
            let client = try SocketClient(port: port)
            try client.say(Self.get)
            #expect(await client.replies().first?.hasPrefix("HTTP/1.1 200") == true)
            // Logged, but not a line for each of them.
            let said = process.log.split(separator: "\n").filter { $0.contains("connections refused or closed") }
            #expect(1...5 ~= said.count, "\(said)")
            // It starts after the API is ready.
            while process.children["ovn-ipam-ovn-northd.pid"] == nil { await IPAMProcess.pause() }
            let old = try #require(process.children["ovn-ipam-ovn-northd.pid"])
            kill(old, SIGKILL)
            while process.children["ovn-ipam-ovn-northd.pid"].map({ $0 == old }) ?? true { await IPAMProcess.pause() }
            process.signal(SIGTERM)
            #expect(await process.end() == 0)
            withExtendedLifetime(clients) {}
        }
    }

    @Test func `a process out of descriptors logs it once and recovers`() async throws {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let port = try await port(process)
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd").count
            _ = try await run(["prlimit", "--pid=\(process.pid)", "--nofile=\(open + 20)"])
            do {
                let clients = try (0..<60).map { _ in try SocketClient(port: port) }
                while !process.log.contains("cannot take a connection") { await IPAMProcess.pause() }
                withExtendedLifetime(clients) {}
            }
            let client = try SocketClient(port: port)
            try client.say(Self.get)
            #expect(await client.replies().first?.hasPrefix("HTTP/1.1 200") == true)
            let said = process.log.split(separator: "\n").filter { $0.contains("cannot take a connection") }
            #expect(said.count <= 2, "\(said)")
            #expect(said.first?.contains("Too many open files") == true, "\(said)")
            process.signal(SIGTERM)
            #expect(await process.end() == 0)
        }
    }
}
