import Glibc
import NIOSSL

/// A connected stream socket, read and written by blocking calls: the cheapest client there is, so that what a
/// measurement costs is the server's.
final class BlockingSocket {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 1 << 18)
    private var tls: TLSSession?

    init(unix path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw BenchError("\(path): too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard code == 0 else {
            close(descriptor)
            throw BenchError("\(path): \(String(cString: strerror(errno)))")
        }
    }

    init(loopback port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard code == 0 else {
            close(descriptor)
            throw BenchError("127.0.0.1:\(port): \(String(cString: strerror(errno)))")
        }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Speaks TLS from now on.
    func startTLS(_ context: NIOSSLContext) throws {
        let session = try TLSSession(context)
        while !session.isReady {
            try write(try session.pending())
            guard !session.isReady else { break }
            buffer += try session.open(try read())
        }
        tls = session
    }

    func send(_ bytes: [UInt8]) throws { try write(try tls?.seal(bytes) ?? bytes) }

    private func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BenchError("write: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// Reads until `end` finds the length of a whole message at the start of what has come, and takes it.
    func receive(_ end: ([UInt8]) throws -> Int?) throws -> [UInt8] {
        while true {
            if !buffer.isEmpty, let length = try end(buffer) {
                let message = Array(buffer[..<length])
                buffer.removeFirst(length)
                return message
            }
            let bytes = try read()
            buffer += try tls?.open(bytes) ?? bytes
        }
    }

    private func read() throws -> [UInt8] {
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        guard count > 0 else { throw BenchError("the peer closed the connection") }
        return Array(chunk[..<count])
    }
}

extension BlockingSocket {
    /// Sends one JSON-RPC request and returns the text of the reply (RFC 7047 §4).
    func call(_ request: String) throws -> String {
        try send(Array(request.utf8))
        return String(decoding: try receive(endOfJSON), as: UTF8.self)
    }

    /// The next JSON text the peer sends.
    func nextJSON() throws -> String { String(decoding: try receive(endOfJSON), as: UTF8.self) }

    /// The length of the JSON object that `bytes` starts with.
    private func endOfJSON(_ bytes: [UInt8]) -> Int? {
        var depth = 0
        var inString = false
        var escaped = false
        for (index, byte) in bytes.enumerated() {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
        }
        return nil
    }
}

/// One keep-alive HTTP/1.1 connection to a server on this machine (RFC 9112).
final class HTTPConnection {
    private let socket: BlockingSocket
    private let port: UInt16

    /// By HTTPS where a TLS context is given.
    init(port: UInt16, tls: NIOSSLContext? = nil) throws {
        self.port = port
        socket = try BlockingSocket(loopback: port)
        if let tls { try socket.startTLS(tls) }
    }

    /// Sends a request and returns the status and the body.
    func request(_ method: String, _ path: String, body: String = "") throws -> (status: Int, body: [UInt8]) {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAccept: application/json\r\n"
        if !body.isEmpty { text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        try socket.send(Array((text + "\r\n" + body).utf8))
        var headLength = 0
        let message = try socket.receive { bytes in
            guard let blank = Self.find([13, 10, 13, 10], in: bytes) else { return nil }
            let head = String(decoding: bytes[..<blank], as: UTF8.self).lowercased()
            headLength = blank + 4
            if let line = head.split(separator: "\r\n").first(where: { $0.hasPrefix("content-length:") }),
                let length = Int(line.dropFirst(15).filter(\.isNumber))
            {
                return bytes.count >= headLength + length ? headLength + length : nil
            }
            if head.contains("transfer-encoding: chunked") {
                return bytes.suffix(5) == [48, 13, 10, 13, 10] ? bytes.count : nil
            }
            return headLength
        }
        let status = Int(String(decoding: message.dropFirst(9).prefix(3), as: UTF8.self)) ?? 0
        return (status, Array(message[headLength...]))
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        for start in 0...(bytes.count - needle.count) where bytes[start] == needle[0] {
            if bytes[start..<start + needle.count].elementsEqual(needle) { return start }
        }
        return nil
    }
}
