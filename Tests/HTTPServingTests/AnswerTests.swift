import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPServing

/// Late and early answers, answers without a length, and shutdown.
@Suite struct AnswerTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let old = "GET /a HTTP/1.0\r\n\r\n"
    private static let half = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na"

    private func statuses(_ server: EmbeddedServer) throws -> [Int] { WireTests.statuses(try server.heard()) }

    @Test func `requests beyond the pipelining limit end the connection after the last answer`() throws {
        let server = try EmbeddedServer(holds: true)
        try server.send(String(repeating: Self.get, count: 6))
        #expect(server.answers.requests.count == 4)
        for _ in 1...3 { server.answers.answer() }
        #expect(try server.heard().contains("onnection") == false)
        server.answers.answer()
        #expect(try server.heard().contains("Connection: close"))
        #expect(server.isClosed)
    }

    @Test func `an answer of unknown length is chunked, and ends with the connection for HTTP 1.0`() throws {
        let server = try EmbeddedServer(holds: true)
        try server.send(Self.get)
        server.answers.answer(withLength: false)
        let heard = try server.heard()
        #expect(heard.contains("Transfer-Encoding: chunked\r\n"))
        #expect(heard.hasSuffix("\r\n\r\n7\r\nGET /a \r\n0\r\n\r\n"), "\(heard)")
        try server.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        server.answers.answer(withLength: false)
        let last = try server.heard()
        #expect(
            last.contains("Connection: close") && !last.contains("chunked") && last.hasSuffix("\r\n\r\nGET /a "),
            "\(last)")
        #expect(server.isClosed)
    }

    @Test(arguments: [HTTPResponseStatus.noContent, .notModified])
    func `an answer without a body has none on the wire`(_ status: HTTPResponseStatus) throws {
        for withLength in [true, false] {
            let server = try EmbeddedServer(holds: true)
            try server.send(Self.get)
            server.answers.answer(status: status, withLength: withLength)
            let heard = try server.heard()
            #expect(heard.hasSuffix("\r\n\r\n") && !heard.lowercased().contains("content-length"), "\(heard)")
            #expect(!heard.contains("chunked") && !server.isClosed)
        }
    }

    @Test func `an answer to HEAD of unknown length has neither length nor chunks`() throws {
        let server = try EmbeddedServer(holds: true)
        try server.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n")
        server.answers.answer(withLength: false)
        #expect(try server.heard() == "HTTP/1.1 200 OK\r\n\r\n")
        #expect(!server.isClosed)
    }

    @Test func `an answer before the end of a body is the last`() throws {
        let server = try EmbeddedServer(holds: true)
        try server.send(Self.half)
        server.answers.answerEarly()
        #expect(try server.heard().contains("Connection: close"))
        #expect(server.answers.errors.count == 1)
        try server.send("bc\(Self.get)")
        #expect(server.answers.requests.count == 1)
        #expect(server.isClosed)
    }

    @Test func `100 Continue waits for the answers before it`() throws {
        let server = try EmbeddedServer(holds: true)
        try server.send("\(Self.get)POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        #expect(try server.heard().isEmpty)
        server.answers.answer()
        #expect(try statuses(server) == [200, 100])
        try server.send("a")
        server.answers.answer()
        #expect(try statuses(server) == [200])
    }

    @Test func `a refusal waits for the answers before it`() throws {
        let server = try EmbeddedServer(holds: true)
        try server.send("\(Self.get)\(Self.get)GET a HTTP/1.1\r\n\r\n")
        #expect(try server.heard().isEmpty)
        server.answers.answer()
        #expect(try statuses(server) == [200])
        server.answers.answer()
        #expect(try statuses(server) == [200, 400])
        #expect(server.isClosed)
    }

    @Test func `a stopping server answers complete requests only and closes idle connections`() throws {
        let idle = try EmbeddedServer()
        let headless = try EmbeddedServer()
        try headless.send("GET /")
        let whole = try EmbeddedServer(holds: true)
        try whole.send(Self.get)
        let half = try EmbeddedServer(holds: true)
        try half.send(Self.half)
        let both = try EmbeddedServer(holds: true)
        try both.send(Self.get + Self.half)
        for server in [idle, headless, whole, half, both] {
            server.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        #expect(!idle.channel.isActive && !headless.channel.isActive)
        #expect(try statuses(half) == [503])
        #expect(half.isClosed)
        #expect(try statuses(whole) == [])
        whole.answers.answer()
        let last = try whole.heard()
        #expect(last.contains("200 OK") && last.contains("Connection: close"))
        both.answers.answer()
        #expect(try statuses(both) == [200, 503])
        // A handler that does not answer in time is cut off.
        let late = try EmbeddedServer(holds: true)
        try late.send(Self.get)
        late.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        late.wait(.seconds(6))
        #expect(!late.channel.isActive)
    }

    @Test func `timeouts run while the client is slow, not while it waits for the server`() throws {
        // Parts of a request, the answer when nothing follows, and within which seconds.
        for (parts, status, range) in [
            ([], 0, 10...13), (["GET /"], 408, 10...13), ([Self.half], 408, 10...13),
            ([Self.get, "GET /"], 408, 10...16),
            ([Self.get], 0, 75...79),
        ] {
            let server = try EmbeddedServer()
            for part in parts { try server.send(part) }
            _ = try server.heard()
            var seconds = 0
            var heard = ""
            while heard.isEmpty, server.channel.isActive, seconds < 100 {
                server.wait(.seconds(1))
                seconds += 1
                heard = try server.heard()
            }
            #expect(range.contains(seconds), "\(parts) after \(seconds) s")
            #expect(WireTests.statuses(heard) == (status == 0 ? [] : [status]))
            #expect(server.isClosed)
        }
        let slow = try EmbeddedServer(holds: true)
        try slow.send(Self.get)
        slow.wait(.minutes(10))
        slow.answers.answer()
        #expect(try statuses(slow) == [200])
        #expect(!slow.isClosed)
    }

    @Test func `a body below the minimum pace is refused`() throws {
        let server = try EmbeddedServer()
        try server.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        for _ in 1...5 {
            try server.send(String(repeating: "a", count: 100))
            server.wait(.seconds(9))
            #expect(try server.heard().isEmpty)
        }
        server.wait(.seconds(16))
        #expect(try statuses(server) == [408])
    }

    @Test func `a connection gives way only while it waits`() throws {
        let (busy, idle) = (try EmbeddedServer(holds: true), try EmbeddedServer())
        try busy.send(Self.get)
        for server in [busy, idle] {
            server.channel.pipeline.fireUserInboundEventTriggered(Connections.GiveWay())
        }
        #expect(busy.channel.isActive && !idle.channel.isActive)
    }

    @Test func `a client that receives nothing is cut off, one that receives a little is not`() {
        var connection = HTTPConnection(limits: EmbeddedServer.limits, now: .uptimeNanoseconds(0))
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["Host": "x"])
        let start = NIODeadline.uptimeNanoseconds(0)
        guard case .pass = connection.head(head, now: start), connection.end(now: start) == .pass else {
            Issue.record("not passed")
            return
        }
        func at(_ seconds: Int64, taken: Int) -> HTTPConnection.FailureAction {
            connection.tick(
                .init(headBytes: 0, taken: taken, untaken: 500, isReading: true), now: start + .seconds(seconds))
        }
        #expect(at(1, taken: 0) == .none)
        #expect(at(10, taken: 0) == .none)
        #expect(at(12, taken: 100) == .none)
        #expect(at(21, taken: 100) == .none)
        #expect(at(23, taken: 199) == .close)
    }
}
