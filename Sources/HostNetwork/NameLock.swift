import Glibc
import Netlink

/// A lock by name among all processes of this host: a lock on a file (flock(2)) that root alone can open, and that the kernel lets go of
/// when its holder dies. The file goes with its lock; one that a killed holder left behind is taken over by the next.
///
/// A name that any user can take, like that of an abstract socket, would let any local user stop all work here.
package final class NameLock: Sendable {
    private static let folder = "/run/ovn-containers"
    private static let shortestPause = Duration.milliseconds(1)
    private static let longestPause = Duration.milliseconds(20)

    private let descriptor: CInt
    private let path: String

    private init(_ descriptor: CInt, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        // While it is held: a process that has the file open by then sees that it is no longer the one of this name.
        unlink(path)
        close(descriptor)
    }

    /// Takes the lock, waiting for its holder where there is one. It is let go of with the returned object.
    ///
    /// - Throws: ``NetlinkError/Code/timedOut`` where it is still held when `limit` is over.
    package static func hold(_ name: String, within limit: Duration) async throws -> NameLock {
        let deadline = ContinuousClock.now + limit
        let path = try path(of: name)
        var pause = shortestPause
        while true {
            if let lock = try attempt(path, name) { return lock }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else {
                throw NetlinkError(.timedOut, "another process is still at work under the lock \(name); try again")
            }
            // flock(2) has no deadline, and nothing tells when a lock is free.
            try await Task.sleep(for: min(pause, left))
            pause = min(pause * 2, longestPause)
        }
    }

    /// Nil where another has it.
    private static func attempt(_ path: String, _ name: String) throws(NetlinkError) -> NameLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(name) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            if [EWOULDBLOCK, EINTR].contains(number) { return nil }
            throw NetlinkError(errno: number, "take the lock \(name) (\(path))")
        }
        // The holder before may have taken the file away meanwhile, and another one made a new one.
        var (mine, present) = (stat(), stat())
        guard fstat(descriptor, &mine) == 0, lstat(path, &present) == 0, mine.st_ino == present.st_ino,
            mine.st_dev == present.st_dev
        else {
            close(descriptor)
            return nil
        }
        return NameLock(descriptor, path)
    }

    /// Makes the folder where it is missing, and refuses one in which others could make or open files.
    private static func path(of name: String) throws(NetlinkError) -> String {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(name) }
        var status = stat()
        guard lstat(folder, &status) == 0 else { throw failure(name) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw NetlinkError(
                .invalid,
                "take the lock \(name): \(folder) is not a folder that only this user can open; remove it, and try again"
            )
        }
        return "\(folder)/\(fileName(name))"
    }

    /// Every name has a file name of its own.
    private static func fileName(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + String(byte, radix: 16)
            }
        }.joined()
    }

    private static func failure(_ name: String) -> NetlinkError {
        NetlinkError(errno: errno, "take the lock \(name) in \(folder)")
    }
}
