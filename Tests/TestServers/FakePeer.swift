import Dispatch
import Foundation
import Glibc

/// A peer on a unix socket that a test scripts: it says what a real server never would, or nothing at all.
package final class FakePeer: Sendable {
    /// Path of the unix socket.
    package let socket: String
    private let folder: String
    private let descriptor: Int32

    /// `converse` runs on a thread of its own for each connection; the socket is closed when it returns.
    package init(_ converse: @escaping @Sendable (Conversation) -> Void) throws {
        folder = "/tmp/ovn-containers-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        socket = "\(folder)/peer.sock"
        let listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socket.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 8) == 0 else {
            throw TestServerError(description: "cannot listen on \(socket): \(String(cString: strerror(errno)))")
        }
        descriptor = listener
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread {
                    converse(Conversation(connection))
                    _ = close(connection)
                }
            }
        }
    }

    package func stop() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
        _ = close(descriptor)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// One connection.
    package struct Conversation: Sendable {
        private let socket: Int32

        fileprivate init(_ socket: Int32) { self.socket = socket }

        /// What the client has sent next; nil once it has closed the connection.
        package func hear() -> String? {
            var bytes = [UInt8](repeating: 0, count: 65536)
            let count = read(socket, &bytes, bytes.count)
            return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
        }

        /// Hears until everything in `texts` has been said; false if the connection ends before.
        package func hear(_ texts: String...) -> Bool {
            var heard = ""
            while !texts.allSatisfy(heard.contains) {
                guard let more = hear() else { return false }
                heard += more
            }
            return true
        }

        package func say(_ text: String) {
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return }
                bytes.removeFirst(count)
            }
        }
    }
}
