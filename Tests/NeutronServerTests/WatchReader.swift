import JSONCoding
import TestServers
import Testing

/// A watch as its client hears it.
final class WatchReader {
    private let socket: SocketClient
    private var heard = ""
    /// Lines heard, the marks of chunks among them.
    private var lines: ArraySlice<Substring> = []

    /// Opens a watch with this query beside `watch`.
    init(port: Int, _ query: String, token: String = "root", from address: String = "127.0.0.1", window: CInt? = nil)
        throws
    {
        socket = try SocketClient(port: port, from: address, window: window)
        try socket.say(
            "GET /v2.0/ports?\(query)&watch=true HTTP/1.1\r\nHost: x\r\nX-Auth-Token: \(token)\r\n\r\n")
    }

    /// The next line that is JSON, and `alive` only if asked for; nil at the end of the answer.
    func next(alive: Bool = false) async throws -> JSON? {
        while let line = try await line() {
            guard line.first == "{" else {
                if line == "0" { return nil }
                continue
            }
            let json = try JSON(parsing: line.utf8)
            if !alive, json == ["alive": true] { continue }
            return json
        }
        Issue.record("the answer ended before it was complete")
        return nil
    }

    /// The names of the ports up to the mark that all are told, in order.
    func first() async throws -> [String] {
        var names: [String] = []
        while let line = try await next(), line != ["synchronized": true] {
            names.append(line.object?["port"]?.object?["name"]?.string ?? "\(line)")
        }
        return names.sorted()
    }

    /// Whatever is left until the connection ends.
    func rest() async -> String { heard + lines.joined(separator: "\n") + (await socket.rest()) }

    /// An answer that is whole at once, as a refusal is.
    func refusal() async -> String { await socket.replies().first ?? "" }

    func say(_ text: String) throws { try socket.say(text) }

    private func line() async throws -> String? {
        while lines.isEmpty {
            let more = await socket.more()
            if more.isEmpty { return nil }
            heard += more
            var parts = heard.split(separator: "\r\n", omittingEmptySubsequences: false).flatMap {
                $0.split(separator: "\n", omittingEmptySubsequences: false)
            }
            heard = parts.popLast().map(String.init) ?? ""
            lines = parts[...]
        }
        return lines.popFirst().map(String.init)
    }
}
