import CLinux
import Glibc
import Netlink

/// A lock by name among all processes of this network namespace: an abstract unix socket, which nobody else can bind while it is held
/// and which the kernel frees when its holder dies. It leaves no file behind.
package final class NameLock: Sendable {
    private let descriptor: CInt

    private init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Takes the lock, waiting for its holder where there is one. It is let go of with the returned object.
    ///
    /// - Throws: ``NetlinkError/Code/timedOut`` where it is still held when `limit` is over.
    package static func hold(_ name: String, within limit: Duration) async throws -> NameLock {
        let deadline = ContinuousClock.now + limit
        while true {
            let descriptor = clinux_hold_name(name)
            if descriptor >= 0 { return NameLock(descriptor) }
            guard descriptor == -EADDRINUSE else { throw NetlinkError(errno: -descriptor, "take the lock \(name)") }
            try await HolderWatch().wait(for: name, until: deadline)
        }
    }
}

/// Waits for the end of one holder, on an executor of its own since others may wait for others.
private actor HolderWatch {
    private let executor = KernelExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A connection to the holder, which it never accepts, breaks when it lets go.
    func wait(for name: String, until deadline: ContinuousClock.Instant) throws {
        let connection = clinux_reach_name(name)
        if connection == -ECONNREFUSED { return }
        guard connection >= 0 else { throw NetlinkError(errno: -connection, "wait for the lock \(name)") }
        defer { close(connection) }
        var poll = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else {
                throw NetlinkError(.timedOut, "another process is still at work under the lock \(name); try again")
            }
            let ready = Glibc.poll(&poll, 1, left.pollTimeout)
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else { throw NetlinkError(errno: errno, "wait for the lock \(name)") }
        }
    }
}
