import Dispatch
import Foundation
import Glibc

/// A client of a socket that says bytes and hears bytes, as no HTTP library would.
package final class SocketClient: Sendable {
    private let descriptor: CInt

    /// Of a unix socket.
    /// - Throws: where nobody listens.
    package convenience init(_ path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try self.init(address, at: path)
    }

    /// Connects to a port of this machine's loopback, from `address` of 127.0.0.0/8, with a receive buffer of `window` bytes.
    ///
    /// - Throws: where nothing listens.
    package convenience init(port: Int, from address: String = "127.0.0.1", window: CInt? = nil) throws {
        var server = sockaddr_in()
        server.sin_family = sa_family_t(AF_INET)
        server.sin_port = in_port_t(port).bigEndian
        server.sin_addr.s_addr = inet_addr("127.0.0.1")
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr.s_addr = inet_addr(address)
        try self.init(server, from: own, at: "port \(port)", window: window)
    }

    private init<Address>(_ address: Address, from own: Address? = nil, at place: String, window: CInt? = nil) throws {
        let family = own == nil ? AF_UNIX : AF_INET
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // No test waits longer for a byte.
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var window { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<CInt>.size)) }
        func status(_ address: Address, _ call: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
            withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    call(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        guard own.map({ status($0) { bind($0, $1, $2) } }) ?? 0 == 0, status(address, { connect($0, $1, $2) }) == 0
        else {
            throw TestServerError(description: "connect to \(place): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    package func say(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw TestServerError(description: String(cString: strerror(errno))) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Says a call as Docker 20.10 does: with an empty `Host`, and no type of its body.
    package func call(_ method: String, _ body: String, host: String = "", more: String = "") throws {
        try say(
            "POST /\(method) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: Go-http-client/1.1\r\n"
                + "Content-Length: \(body.utf8.count)\r\nAccept: application/vnd.docker.plugins.v1.2+json\r\n\(more)\r\n"
                + body)
    }

    /// Says that nothing more will come.
    package func end() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Waits until there is something to hear, and hears none of it.
    package func hasSomething() async -> Bool {
        await blocking {
            var byte: UInt8 = 0
            return recv(self.descriptor, &byte, 1, Int32(MSG_PEEK)) == 1
        }
    }

    /// Hears until the other end says no more.
    package func rest() async -> String { await hear() }

    /// Hears what comes next; nothing once the other end says no more.
    package func more() async -> String { await hear { !$0.isEmpty } }

    /// Hears a line.
    package func line() async -> String {
        String(await hear { $0.contains("\r\n\r\n") }.prefix { $0 != "\r\n" })
    }

    /// Hears so many replies.
    package func replies(_ count: Int = 1) async -> [String] {
        let text = await hear { Self.replies(in: $0).count >= count }
        return Self.replies(in: text)
    }

    /// Whole replies, each with head and body.
    package static func replies(in text: String) -> [String] {
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

    private func hear(until isEnough: (@Sendable (String) -> Bool)? = nil) async -> String {
        await blocking {
            var heard: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while isEnough?(String(decoding: heard, as: UTF8.self)) != true {
                let count = recv(self.descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { break }
                heard += chunk[..<count]
            }
            return String(decoding: heard, as: UTF8.self)
        }
    }

    /// Runs what waits for the other end where nobody else has to wait for it.
    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }
}
