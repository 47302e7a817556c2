import Testing

@testable import HTTPServing

/// RFC 9110 and RFC 9112 as bytes: what is sent, the statuses of what comes back, and whether the connection stays.
@Suite struct WireTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let sent: String
        let statuses: [Int]
        let stays: Bool
        /// Parts of what comes back.
        var contains: [String] = []
        var lacks: [String] = []
        /// The client closes its side after it.
        var ends = false
        var testDescription: String { name }

        init(
            _ name: String, _ sent: String, _ statuses: [Int], stays: Bool, contains: [String] = [],
            lacks: [String] = [],
            ends: Bool = false
        ) {
            (self.name, self.sent, self.statuses, self.stays) = (name, sent, statuses, stays)
            (self.contains, self.lacks, self.ends) = (contains, lacks, ends)
        }
    }

    static let get = "GET /a HTTP/1.1\r\nHost: x\r\n"
    static let post = "POST /a HTTP/1.1\r\nHost: x\r\n"

    static let persistence = [
        Case("a request", "\(get)\r\n", [200], stays: true, contains: ["GET /a"], lacks: ["onnection"]),
        Case("close", "\(get)Connection: close\r\n\r\n", [200], stays: false, contains: ["Connection: close\r\n"]),
        Case("Close", "\(get)connection: Close\r\n\r\n", [200], stays: false, contains: ["Connection: close\r\n"]),
        Case(
            "a list", "\(get)Connection: keep-alive ,\tclose\r\n\r\n", [200], stays: false,
            contains: ["Connection: close"]),
        Case(
            "several lines", "\(get)Connection: keep-alive\r\nConnection: close\r\n\r\n", [200], stays: false,
            contains: ["Connection: close"]),
        Case("another option", "\(get)Connection: x-close, te\r\n\r\n", [200], stays: true, lacks: ["close"]),
        Case("HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", [200], stays: false, contains: ["Connection: close"]),
        Case(
            "HTTP/1.0 that stays", "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", [200], stays: true,
            contains: ["Connection: keep-alive"]),
        Case(
            "two at once", "\(get)\r\n\(post)Content-Length: 2\r\n\r\nab", [200, 200], stays: true,
            contains: ["POST /a ab"]),
        Case("nothing after close", "\(get)Connection: close\r\n\r\n\(get)\r\n", [200], stays: false),
        Case("an empty line before", "\r\n\(get)\r\n", [200], stays: true),
        Case("the client ends after its request", "\(get)\r\n", [200], stays: false, ends: true),
        Case("upgrade is not heard", "\(get)Connection: upgrade\r\nUpgrade: websocket\r\n\r\n", [200], stays: false),
        Case("upgrade without the option", "\(get)Upgrade: h2c\r\n\r\n", [200], stays: true),
    ]

    static let framing = [
        Case("a body", "\(post)Content-Length: 3\r\n\r\nabc", [200], stays: true, contains: ["POST /a abc"]),
        Case(
            "chunks", "\(post)Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nA: b\r\n\r\n", [200],
            stays: true, contains: ["POST /a abc"]),
        Case(
            "HEAD", "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", [200], stays: true, contains: ["Content-Length: 8"],
            lacks: ["HEAD /a"]),
        Case(
            "both lengths", "\(post)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400],
            stays: false),
        Case(
            "both lengths the other way", "\(post)Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            [400],
            stays: false),
        Case("two lengths", "\(post)Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", [400], stays: false),
        Case(
            "two lengths that differ", "\(post)Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", [400], stays: false),
        Case("a list of lengths", "\(post)Content-Length: 3, 3\r\n\r\nabc", [400], stays: false),
        Case("a signed length", "\(post)Content-Length: +3\r\n\r\nabc", [400], stays: false),
        Case("a negative length", "\(post)Content-Length: -3\r\n\r\nabc", [400], stays: false),
        Case("a length in hexadecimal", "\(post)Content-Length: 0x3\r\n\r\nabc", [400], stays: false),
        Case(
            "a length that no number holds", "\(post)Content-Length: 99999999999999999999\r\n\r\n", [400], stays: false),
        Case("an unknown coding", "\(post)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", [501], stays: false),
        Case("chunked twice", "\(post)Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", [400], stays: false),
        Case("chunked not last", "\(post)Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", [400], stays: false),
        Case(
            "a coding in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400],
            stays: false),
        Case("a chunk without a size", "\(post)Transfer-Encoding: chunked\r\n\r\nxyz\r\n", [400], stays: false),
        Case(
            "a chunk longer than it says", "\(post)Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", [400],
            stays: false),
        Case(
            "a size that no number holds", "\(post)Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", [400],
            stays: false),
        Case("an early end", "\(post)Content-Length: 9\r\n\r\nabc", [400], stays: false, ends: true),
        Case(
            "an early end of chunks", "\(post)Transfer-Encoding: chunked\r\n\r\n2\r\na", [400], stays: false, ends: true
        ),
        Case("an early end of a head", "GET /a HTTP/1.1\r\nHo", [400], stays: false, ends: true),
        Case("nothing at all", "", [], stays: false, ends: true),
        Case("a body that is too large", "\(post)Content-Length: 1001\r\n\r\n", [413], stays: false),
        Case(
            "chunks that are too large",
            "\(post)Transfer-Encoding: chunked\r\n\r\n3e9\r\n\(String(repeating: "a", count: 1_001))\r\n0\r\n\r\n",
            [413],
            stays: false),
        Case("an answer, then an error", "\(get)\r\n\(post)Content-Length: x\r\n\r\n", [200, 400], stays: false),
        Case(
            "an answer, then half a body that is wrong", "\(get)\r\n\(post)Transfer-Encoding: chunked\r\n\r\nq\r\n",
            [200, 400], stays: false),
    ]

    static let heads = [
        Case("no host", "GET /a HTTP/1.1\r\n\r\n", [400], stays: false),
        Case("two hosts", "\(get)Host: x\r\n\r\n", [400], stays: false),
        Case("two hosts in HTTP/1.0", "GET /a HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", [400], stays: false),
        Case("a host with a path", "GET /a HTTP/1.1\r\nHost: x/y\r\n\r\n", [400], stays: false),
        Case("a host with a user", "GET /a HTTP/1.1\r\nHost: u@x\r\n\r\n", [400], stays: false),
        Case("a host with a quote", "GET /a HTTP/1.1\r\nHost: x\"y\r\n\r\n", [400], stays: false),
        Case("a host with a port", "GET /a HTTP/1.1\r\nHost: [2001:db8::1]:9696\r\n\r\n", [200], stays: true),
        Case("an empty host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", [200], stays: true),
        Case(
            "absolute form", "GET http://y:1/b?c=d HTTP/1.1\r\nHost: x\r\n\r\n", [200], stays: true,
            contains: ["GET /b?c=d"]),
        Case(
            "absolute form without a path", "GET http://y?c HTTP/1.1\r\nHost: x\r\n\r\n", [200], stays: true,
            contains: ["GET /?c"]),
        Case("absolute form with a user", "GET http://u@y/ HTTP/1.1\r\nHost: x\r\n\r\n", [400], stays: false),
        Case("another scheme", "GET ftp://y/ HTTP/1.1\r\nHost: x\r\n\r\n", [400], stays: false),
        Case("asterisk form", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", [400], stays: false),
        Case("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", [501], stays: false),
        Case("CONNECT", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", [501], stays: false),
        Case("TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", [501], stays: false),
        Case("a method of others", "PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n", [501], stays: false),
        Case("a method of nobody", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", [501], stays: false),
        Case("a method in small letters", "get / HTTP/1.1\r\nHost: x\r\n\r\n", [501], stays: false),
        Case("a path without a slash", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", [400], stays: false),
        Case("a target beyond ASCII", "GET /ä HTTP/1.1\r\nHost: x\r\n\r\n", [400], stays: false),
        Case("a space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", [400], stays: false),
        Case("HTTP/2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", [505], stays: false),
        Case("HTTP/0.9", "GET /a\r\n\r\n", [505], stays: false),
        Case("HTTP/1.10", "GET /a HTTP/1.10\r\nHost: x\r\n\r\n", [505], stays: false),
        Case("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", [501], stays: false),
        Case("bare line feeds", "GET /a HTTP/1.1\nHost: x\n\n", [505], stays: false),
        Case("a bare line feed in a field", "\(get)A: b\nC: d\r\n\r\n", [400], stays: false),
        Case("a folded field", "\(get)A: b\r\n c\r\n\r\n", [400], stays: false),
        Case("a folded first field", "GET /a HTTP/1.1\r\n Host: x\r\n\r\n", [400], stays: false),
        Case("NUL in a value", "\(get)A: b\u{0}c\r\n\r\n", [400], stays: false),
        Case("CR in a value", "\(get)A: b\rc\r\n\r\n", [400], stays: false),
        Case("a space before the colon", "\(get)A : b\r\n\r\n", [400], stays: false),
        Case("a field without a name", "\(get): b\r\n\r\n", [400], stays: false),
        Case("a field without a colon", "\(get)abc\r\n\r\n", [400], stays: false),
        Case(
            "a long target", "GET /\(String(repeating: "a", count: 200)) HTTP/1.1\r\nHost: x\r\n\r\n", [414],
            stays: false),
        Case("a target without an end", "GET /\(String(repeating: "a", count: 3_000))", [414], stays: false),
        Case("a large field", "\(get)A: \(String(repeating: "a", count: 1_000))\r\n\r\n", [431], stays: false),
        Case("a field without an end", "\(get)A: \(String(repeating: "a", count: 3_000))", [431], stays: false),
        Case("many fields", get + String(repeating: "A: b\r\n", count: 10) + "\r\n", [431], stays: false),
        Case("expectation", "\(post)Content-Length: 2\r\nExpect: 100-Continue\r\n\r\n", [100], stays: true),
        Case(
            "expectation, met", "\(post)Content-Length: 2\r\nExpect: 100-continue\r\n\r\nab", [100, 200], stays: true),
        Case("another expectation", "\(post)Content-Length: 2\r\nExpect: fun\r\n\r\n", [417], stays: false),
        Case(
            "expectation in HTTP/1.0", "POST /a HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab", [200],
            stays: false),
        Case(
            "expectation of a body that is too large", "\(post)Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
            [413], stays: false),
        Case("more than are taken at once", String(repeating: "\(get)\r\n", count: 3), [200, 200, 200], stays: true),
    ]

    @Test(arguments: persistence + framing + heads)
    func `requests are answered by RFC 9112`(_ example: Case) throws {
        let server = try EmbeddedServer()
        try server.send(example.sent)
        if example.ends { server.sendEnd() }
        let heard = try server.heard()
        #expect(Self.statuses(heard) == example.statuses, "\(heard)")
        for part in example.contains { #expect(heard.contains(part), "\(heard)") }
        for part in example.lacks { #expect(!heard.contains(part), "\(heard)") }
        if let last = example.statuses.last, last >= 400 { #expect(heard.contains("Connection: close"), "\(heard)") }
        // A connection that closes says so, unless it was the client who closed.
        if !example.stays, !example.ends, !example.statuses.isEmpty {
            #expect(heard.contains("Connection: close"), "\(heard)")
        }
        #expect(server.isClosed == !example.stays)
    }

    @Test(arguments: persistence + framing + heads)
    func `requests received byte by byte are answered alike`(_ example: Case) throws {
        let server = try EmbeddedServer()
        for byte in example.sent.utf8 { try server.send([byte]) }
        if example.ends { server.sendEnd() }
        #expect(Self.statuses(try server.heard()) == example.statuses)
        #expect(server.isClosed == !example.stays)
    }

    @Test(arguments: persistence + framing + heads)
    func `a truncated request is refused or ignored`(_ example: Case) throws {
        let bytes = Array(example.sent.utf8)
        for count in 0..<bytes.count {
            let server = try EmbeddedServer()
            try server.send(bytes.prefix(count))
            server.sendEnd()
            let heard = Self.statuses(try server.heard())
            #expect(heard.allSatisfy { $0 == 100 || $0 == 200 || 400...417 ~= $0 || [431, 501, 505].contains($0) })
            #expect(server.isClosed)
            // The application's handler gets an error for each request that it has only a part of.
            #expect(server.answers.errors.count <= 1)
        }
    }

    static func statuses(_ text: String) -> [Int] {
        text.matches(of: /HTTP\/1\.[01] (?<status>\d{3})/).compactMap { Int($0.status) }
    }
}
