import Dispatch
import Foundation
import Glibc
import Synchronization
import TestServers

/// A client of a unix socket that says bytes and hears bytes, as no HTTP library would.
final class SocketClient: Sendable {
    private let descriptor: CInt

    /// - Throws: where nobody listens.
    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // No test waits longer for a byte.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard status == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw TestServerError(description: "connect to \(path): \(reason)")
        }
    }

    deinit { close(descriptor) }

    func say(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw TestServerError(description: String(cString: strerror(errno))) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Says a call as Docker 20.10 does: with an empty `Host`, and no type of its body.
    func call(_ method: String, _ body: String, host: String = "", more: String = "") throws {
        try say(
            "POST /\(method) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: Go-http-client/1.1\r\n"
                + "Content-Length: \(body.utf8.count)\r\nAccept: application/vnd.docker.plugins.v1.2+json\r\n\(more)\r\n"
                + body)
    }

    /// Says that nothing more will come.
    func end() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Hears until the other end says no more.
    func rest() async -> String { await hear { _ in false } }

    /// Hears so many replies.
    func replies(_ count: Int = 1) async -> [String] {
        let text = await hear { Self.replies(in: $0).count >= count }
        return Self.replies(in: text)
    }

    /// Whole replies, each with head and body.
    static func replies(in text: String) -> [String] {
        var rest = text[...]
        var replies: [String] = []
        while let head = rest.firstRange(of: "\r\n\r\n"),
            let length = rest[..<head.lowerBound].lowercased().firstMatch(of: #/content-length: (\d+)/#)
                .flatMap({ Int($0.1) }),
            let end = rest.index(head.upperBound, offsetBy: length, limitedBy: rest.endIndex)
        {
            replies.append(String(rest[..<end]))
            rest = rest[end...]
        }
        return replies
    }

    private func hear(until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var heard: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 65_536)
                while !isEnough(String(decoding: heard, as: UTF8.self)) {
                    let count = recv(self.descriptor, &chunk, chunk.count, 0)
                    guard count > 0 else { break }
                    heard += chunk[..<count]
                }
                continuation.resume(returning: String(decoding: heard, as: UTF8.self))
            }
        }
    }
}

/// Clients that stay for as long as this does.
final class Clients: Sendable {
    private let all = Mutex<[SocketClient]>([])
    func add(_ client: SocketClient) { all.withLock { $0.append(client) } }
}
