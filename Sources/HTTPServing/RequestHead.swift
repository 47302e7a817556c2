package import NIOHTTP1

/// A validated request head, and its effect on the connection (RFC 9110, RFC 9112).
package struct RequestHead: Sendable {
    /// The head for the application: the target in origin form, one `Host`, no connection fields.
    package var head: HTTPRequestHead
    /// Whether the connection stays open after the answer.
    package var keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool

    static let methods: [HTTPMethod] = [.GET, .HEAD, .POST, .PUT, .PATCH, .DELETE]

    /// - Throws: the refusal of an invalid head, or one beyond the limits.
    package init(_ head: HTTPRequestHead, limits: ConnectionLimits) throws(HTTPRefusal) {
        let fields = try Fields(head.headers)
        self.head = head
        guard fields.size <= limits.headSize else { throw .headTooLong(limits) }
        let isOld = head.version.minor == 0
        try fields.checkFraming(isOld: isOld)
        if let length = fields.contentLength, length > limits.bodySize { throw .bodyTooLarge(limits) }
        guard Self.methods.contains(head.method) else { throw .unknownMethod }
        guard head.uri.utf8.count <= limits.targetSize else { throw .targetTooLong(limits) }
        let authority = try Self.toOriginForm(&self.head)
        guard fields.hosts <= 1, fields.hosts == 1 || isOld else {
            throw .bad("The request has \(fields.hosts) Host fields: one is needed.")
        }
        guard Self.isAuthority(fields.host) else {
            throw .bad("Host is not a name or an address, with an optional port.")
        }
        if let authority {
            self.head.headers.replaceOrAdd(name: "Host", value: authority)
        } else if fields.host.isEmpty, fields.hosts == 1 {
            self.head.headers.remove(name: "Host")
        }
        // The decoder stops after a request for a protocol upgrade: it is answered without one, and is the
        // last.
        keepsAlive = !fields.closes && (fields.staysOpen || !isOld) && !(fields.upgrades && fields.namesUpgrade)
        // The application's handler need not decide it again.
        if fields.closes { self.head.headers.remove(name: "Connection") }
        expectsContinue = fields.expectsContinue && !isOld
        if let expectation = fields.unknownExpectation, !isOld {
            throw HTTPRefusal(
                status: 417, "The expectation \(expectation.prefix(40)) is not supported: only 100-continue is.")
        }
    }

    /// Turns `http://host/path` into `/path`, and returns its host.
    private static func toOriginForm(_ head: inout HTTPRequestHead) throws(HTTPRefusal) -> String? {
        guard head.uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            throw .bad("The request's target has characters that are not allowed in a URI.")
        }
        if head.uri.utf8.first == UInt8(ascii: "/") { return nil }
        let lower = head.uri.prefix(8).lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lower.hasPrefix($0) }) else {
            throw .bad("The request's target is neither a path nor an http URI.")
        }
        let rest = head.uri.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, isAuthority(authority) else {
            throw .bad("The host in the request's target is not a name or an address, with an optional port.")
        }
        let path = rest.dropFirst(authority.count)
        head.uri = path.first == "/" ? String(path) : "/\(path)"
        return String(authority)
    }

    /// `host [":" port]` of RFC 3986, without anything that could end a link or a line.
    static func isAuthority(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 262
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
                    UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }
}
