import Glibc
import NeutronServer
import TestAPI
import TestServers
import Testing

/// Connections of the API as bytes on a socket: limits in time and number.
@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n"
    private static let post = "POST /v2.0/networks HTTP/1.1\r\nHost: x\r\n"

    private func withPort(
        _ change: (inout Limits) -> Void = { _ in }, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        var limits = Limits()
        change(&limits)
        try await withOVSDBServer(schema: .northbound) { database in
            try await withAPI(database, limits: limits) { url in
                try await body(try #require(url.split(separator: ":").last.flatMap { Int($0) }))
            }
        }
    }

    @Test func `Connection: close is answered and the connection closed`() async throws {
        try await withPort { port in
            for option in ["close", "Close", "keep-alive, close"] {
                let client = try SocketClient(port: port)
                try client.say("\(Self.get)Connection: \(option)\r\n\r\n")
                let heard = await client.rest()
                #expect(heard.hasPrefix("HTTP/1.1 200"), "\(heard)")
                #expect(heard.contains("\r\nConnection: close\r\n"), "\(heard)")
            }
        }
    }

    @Test func `successive requests are answered on one connection`() async throws {
        try await withPort { port in
            let client = try SocketClient(port: port)
            for _ in 1...3 {
                try client.say("\(Self.get)\r\n")
                #expect(await client.replies().first?.hasPrefix("HTTP/1.1 200") == true)
            }
            try client.say("\(Self.get)\r\n\(Self.post)Content-Length: 15\r\n\r\n{\"network\": {}}\(Self.get)\r\n")
            let replies = await client.replies(3)
            #expect(replies.map { String($0.prefix(12)) } == ["HTTP/1.1 200", "HTTP/1.1 201", "HTTP/1.1 200"])
        }
    }

    @Test func `Expect: 100-continue is answered`() async throws {
        try await withPort { port in
            let client = try SocketClient(port: port)
            try client.say("\(Self.post)Content-Length: 15\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            #expect(await client.line() == "HTTP/1.1 100 Continue")
            try client.say("{\"network\": {}}")
            #expect(await client.rest().contains("HTTP/1.1 201"))
        }
    }

    @Test(arguments: [
        "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"netw\r\n", "Content-Length: 15\r\n\r\n{\"network\": {",
        "Transfer-Encoding: chunked\r\n\r\nf\r\n{\"network\": {}}\r\n",
    ])
    func `a malformed body is 400 and creates nothing`(_ body: String) async throws {
        try await withPort { port in
            let client = try SocketClient(port: port)
            try client.say(Self.post + body)
            client.end()
            let heard = await client.rest()
            #expect(heard.hasPrefix("HTTP/1.1 400"), "\(heard)")
            #expect(heard.contains("NeutronError"), "\(heard)")
            let reader = try SocketClient(port: port)
            try reader.say("GET /v2.0/networks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(await reader.rest().hasSuffix("{\"networks\":[]}"))
        }
    }

    @Test(arguments: [
        "GET /he", "\(get)A", "\(post)Content-Length: 15\r\n\r\n{", "\(post)Transfer-Encoding: chunked\r\n\r\n",
    ])
    func `a stalled request is refused after the timeout`(_ part: String) async throws {
        try await withPort {
            $0.headTime = .milliseconds(200)
            $0.paceTime = .milliseconds(200)
        } _: { port in
            let client = try SocketClient(port: port)
            try client.say(part)
            let heard = await client.rest()
            #expect(heard.hasPrefix("HTTP/1.1 408"), "\(heard)")
            #expect(heard.contains("200 milliseconds"), "\(heard)")
            #expect(heard.contains("HTTPRequestTimeout"), "\(heard)")
        }
    }

    @Test func `a body slower than its time limit is refused`() async throws {
        try await withPort {
            $0.bodyTime = .milliseconds(200)
            $0.paceSize = 0
        } _: { port in
            let client = try SocketClient(port: port)
            try client.say("\(Self.post)Content-Length: 15\r\n\r\n{")
            #expect(await client.rest().contains("The body did not arrive within 200 milliseconds."))
        }
    }

    @Test func `an idle connection is closed silently`() async throws {
        try await withPort {
            $0.headTime = .milliseconds(200)
            $0.idleTime = .milliseconds(300)
        } _: { port in
            #expect(await (try SocketClient(port: port)).rest() == "")
            let client = try SocketClient(port: port)
            try client.say("\(Self.get)\r\n")
            let heard = await client.rest()
            #expect(SocketClient.replies(in: heard).joined() == heard, "\(heard)")
        }
    }

    @Test func `an unread answer ends its connection`() async throws {
        try await withPort {
            $0.paceTime = .milliseconds(300)
            $0.pipelinedRequests = 10_000
            $0.connectionsPerAddress = 1
        } _: { port in
            let client = try SocketClient(port: port, window: 4_096)
            // Answers of some megabytes: more than the socket buffers.
            try client.say(String(repeating: "GET /v2.0/extensions HTTP/1.1\r\nHost: x\r\n\r\n", count: 2_000))
            // It now has its place until it is closed.
            #expect(await client.hasSomething())
            var heard = ""
            while !heard.hasPrefix("HTTP/1.1 200") {
                let next = try SocketClient(port: port)
                try next.say("\(Self.get)Connection: close\r\n\r\n")
                heard = await next.rest()
            }
            let replies = SocketClient.replies(in: await client.rest())
            #expect(replies.count < 2_000)
        }
    }

    @Test func `the longest idle connection gives way to a new one`() async throws {
        try await withPort {
            $0.connections = 3
        } _: { port in
            let clients = try (1...3).map { try SocketClient(port: port, from: "127.0.0.\($0)") }
            for client in clients {
                try client.say("\(Self.get)\r\n")
                #expect(await client.replies().count == 1)
            }
            let fourth = try SocketClient(port: port, from: "127.0.0.4")
            try fourth.say("\(Self.get)\r\n")
            #expect(await fourth.replies().first?.hasPrefix("HTTP/1.1 200") == true)
            #expect(await clients[0].rest() == "")
            try clients[2].say("\(Self.get)\r\n")
            #expect(await clients[2].replies().first?.hasPrefix("HTTP/1.1 200") == true)
        }
    }

    @Test func `many connections of one address leave room for others`() async throws {
        try await withPort {
            $0.connections = 8
            $0.connectionsPerAddress = 4
        } _: { port in
            let other = try SocketClient(port: port, from: "127.0.0.2")
            try other.say("\(Self.get)\r\n")
            #expect(await other.replies().count == 1)
            // Each has been answered before the next: the order of idling is known.
            var many: [SocketClient] = []
            for _ in 1...20 {
                many.append(try SocketClient(port: port))
                try many[many.count - 1].say("\(Self.get)\r\n")
                #expect(await many[many.count - 1].replies().count == 1)
            }
            let last = try SocketClient(port: port)
            try last.say("\(Self.get)\r\n")
            #expect(await last.replies().first?.hasPrefix("HTTP/1.1 200") == true)
            for client in many.prefix(17) { #expect(await client.rest() == "") }
            try other.say("\(Self.get)\r\n")
            #expect(await other.replies().count == 1)
        }
    }

    @Test func `a new connection gets 503 while all are busy`() async throws {
        try await withOVSDBServer(schema: .northbound) { database in
            var limits = Limits()
            limits.connectionsPerAddress = 2
            try await withAPI(database, limits: limits) { url in
                let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
                // A database that does not answer: complete requests wait for it.
                let warm = try SocketClient(port: port)
                try warm.say("GET /v2.0/networks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                #expect(await warm.rest().hasPrefix("HTTP/1.1 200"))
                database.signal(SIGSTOP)
                let busy = try (1...2).map { _ in try SocketClient(port: port) }
                for client in busy {
                    try client.say("\(Self.get)\r\n\(Self.post)Content-Length: 15\r\n\r\n{\"network\": {}}")
                    // They arrived together: once the first is answered, the second is being served.
                    #expect(await client.replies().first?.hasPrefix("HTTP/1.1 200") == true)
                }
                var heard = ""
                while !heard.hasPrefix("HTTP/1.1 429") { heard = await (try SocketClient(port: port)).rest() }
                #expect(heard.contains("All of the 2 connections") && heard.contains("\r\nRetry-After: "), "\(heard)")
                let other = try SocketClient(port: port, from: "127.0.0.2")
                try other.say("\(Self.get)\r\n")
                #expect(await other.replies().first?.hasPrefix("HTTP/1.1 200") == true)
                database.signal(SIGCONT)
                for client in busy { #expect(await client.replies().first?.hasPrefix("HTTP/1.1 201") == true) }
            }
        }
    }
}
