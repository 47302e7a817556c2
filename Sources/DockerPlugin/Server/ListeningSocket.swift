import Glibc
import HostNetwork
package import HostSetup

/// The unix socket at which the engine finds the plugin: handed over by systemd, or made here.
package struct ListeningSocket: Sendable {
    package let descriptor: CInt
    /// Nil where it was handed over: then its maker removes it.
    let path: String?

    /// The socket that systemd made (sd_listen_fds(3)), where it made one for this process.
    /// - Throws: `usage` where it made more than one, or one of another kind.
    package static func inherited(_ environment: [String: String]) throws(HostError) -> ListeningSocket? {
        guard let process = environment["LISTEN_PID"], Int32(process) == getpid() else { return nil }
        guard environment["LISTEN_FDS"] == "1" else {
            throw HostError(.usage, "systemd hands over \(environment["LISTEN_FDS"] ?? "no") sockets: one is needed")
        }
        let descriptor: CInt = 3
        var isListening: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening == 1 else {
            throw HostError(.usage, "file descriptor 3 is not a listening socket, as LISTEN_FDS says it is")
        }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw failure("keep the socket from children") }
        return ListeningSocket(descriptor: descriptor, path: nil)
    }

    /// Makes the socket, for root alone. One without a listener is replaced.
    package static func make(_ path: String) throws(HostError) -> ListeningSocket {
        guard path.hasPrefix("/"), path.utf8.count < 108 else {
            throw HostError(.usage, "socket \(path) must be a path of at most 107 bytes")
        }
        if isAnswered(path) {
            throw HostError(.refused, "another process listens at \(path): stop it first")
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        guard folder.isEmpty || mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw failure("make folder \(folder)")
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("make a socket") }
        unlink(path)
        // No other user may open it, not even for the moment between its making and a change of its mode.
        let mask = umask(0o177)
        let status = UnixSocket.withAddress(of: path) { bind(descriptor, $0, $1) }
        let reason = errno
        umask(mask)
        guard status == 0, listen(descriptor, 128) == 0 else {
            errno = status == 0 ? errno : reason
            let error = failure("listen at \(path)")
            close(descriptor)
            throw error
        }
        return ListeningSocket(descriptor: descriptor, path: path)
    }

    /// Removes what ``make(_:)`` made.
    func remove() {
        if let path { unlink(path) }
    }

    private static func isAnswered(_ path: String) -> Bool {
        guard let descriptor = UnixSocket.connect(to: path) else { return false }
        close(descriptor)
        return true
    }

    private static func failure(_ what: String) -> HostError {
        HostError(.refused, "could not \(what): \(String(cString: strerror(errno)))")
    }
}
