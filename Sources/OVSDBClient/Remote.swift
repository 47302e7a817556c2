public import OVSDB

/// Where an ovsdb-server listens, in Open vSwitch's notation (ovsdb(7) §"Connection Methods").
public enum Remote: Hashable, Sendable {
    /// `unix:PATH`
    case unix(path: String)
    /// `tcp:HOST:PORT`; an IPv6 address in brackets.
    case tcp(host: String, port: Int)
    /// `ssl:HOST:PORT`
    case ssl(host: String, port: Int)

    /// Whether it is a socket on this machine.
    public var isLocal: Bool { if case .unix = self { true } else { false } }

    /// One `ssl:`, `tcp:` or `unix:` remote; the port is 6640 where none is given.
    public init(_ text: String) throws(OVSDBError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { throw Self.invalid(text) }
        switch parts[0] {
        case "unix": self = .unix(path: String(parts[1]))
        case "tcp":
            let (host, port) = try Self.endpoint(parts[1], of: text)
            self = .tcp(host: host, port: port)
        case "ssl":
            let (host, port) = try Self.endpoint(parts[1], of: text)
            self = .ssl(host: host, port: port)
        default: throw Self.invalid(text)
        }
    }

    /// A comma-separated list, as `ovn-remote` and `--db` have it.
    public static func list(_ text: String) throws(OVSDBError) -> [Remote] {
        var remotes: [Remote] = []
        for part in text.split(separator: ",") {
            let trimmed = part.drop { $0 == " " }
            remotes.append(try Remote(String(trimmed)))
        }
        guard !remotes.isEmpty else { throw invalid(text) }
        return remotes
    }

    private static func endpoint(_ text: Substring, of remote: String) throws(OVSDBError) -> (host: String, port: Int) {
        let host: Substring
        let rest: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw invalid(remote) }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            rest = text[colon...]
        }
        if rest.isEmpty, !host.isEmpty { return (String(host), 6640) }
        guard !host.isEmpty, rest.first == ":", let port = Int(rest.dropFirst()), 1...65535 ~= port else {
            throw invalid(remote)
        }
        return (String(host), port)
    }

    private static func invalid(_ text: String) -> OVSDBError {
        OVSDBError(
            .invalidConfiguration, "'\(text)' is not a remote: expected unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT")
    }
}

extension Remote: CustomStringConvertible {
    /// As in a connection method: `ssl:10.0.0.1:6641`.
    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): "tcp:\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .ssl(let host, let port): "ssl:\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}
