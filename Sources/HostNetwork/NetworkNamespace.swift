import CLinux
import Glibc
package import Netlink

/// A network namespace held open, so that it is this one and no later one, however long its processes live.
package final class NetworkNamespace: Sendable {
    /// What tells one living namespace from another: the device and inode of its file (namespaces(7)). A number can come again
    /// once the namespace is gone, which it is not while this object lives.
    package struct Identity: Hashable, Sendable, LosslessStringConvertible {
        package let device: UInt64
        package let inode: UInt64

        package init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }

        /// Nil unless `text` is `device:inode`, both decimal.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return nil }
            self.init(device: device, inode: inode)
        }

        package var description: String { "\(device):\(inode)" }
    }

    package let descriptor: CInt
    package let identity: Identity

    /// Takes over `descriptor`, and closes it in the end.
    private init(owning descriptor: CInt, named name: String) throws(NetlinkError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw NetlinkError(errno: number, "look at network namespace \(name)")
        }
        self.descriptor = descriptor
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    deinit { close(descriptor) }

    /// The namespace that a file is bound to.
    ///
    /// - Throws: where the file is absent or is no network namespace.
    package convenience init(path: String) throws(NetlinkError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, "open network namespace \(path)") }
        // NS_GET_NSTYPE (ioctl_ns(2)), which every namespace file answers and no other does.
        let kind = ioctl(descriptor, 0xb703)
        guard kind == 0x4000_0000 else {  // CLONE_NEWNET
            close(descriptor)
            throw NetlinkError(.invalid, "open network namespace \(path): the file is not a network namespace")
        }
        try self.init(owning: descriptor, named: path)
    }

    /// The namespace that a file is bound to; nil where there is none, or none any more.
    package static func find(path: String) throws(NetlinkError) -> NetworkNamespace? {
        do { return try NetworkNamespace(path: path) } catch  where [.noEntry, .invalid].contains(error.code) {
            return nil
        }
    }

    /// The namespace of a living process. A descriptor of the process is held while its namespace is opened, and the process
    /// must live afterwards too: then no other process of the same number can have come in between.
    package convenience init(process: Int32) throws(NetlinkError) {
        let what = "open the network namespace of process \(process)"
        let pin = clinux_pidfd_open(process)
        guard pin >= 0 else { throw NetlinkError(errno: -pin, what) }
        defer { close(pin) }
        try self.init(path: "/proc/\(process)/ns/net")
        var poll = pollfd(fd: pin, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, 0) == 0 else { throw NetlinkError(.noProcess, "\(what): it ended meanwhile") }
    }

    /// The calling thread's own. An async `main` is not on the process's main thread, hence never `/proc/self`.
    package static func current() throws(NetlinkError) -> NetworkNamespace {
        try NetworkNamespace(path: "/proc/thread-self/ns/net")
    }

    /// A new one with nothing but a loopback interface that is down. It goes when this object goes, unless a process enters it.
    package static func make() throws(NetlinkError) -> NetworkNamespace {
        let descriptor = clinux_new_namespace()
        guard descriptor >= 0 else { throw NetlinkError(errno: -descriptor, "make a network namespace") }
        return try NetworkNamespace(owning: descriptor, named: "just made")
    }

    /// The namespace of a sandbox.
    package convenience init(_ sandbox: Sandbox) throws(NetlinkError) {
        switch sandbox.location {
        case .process(let number): try self.init(process: number)
        case .path(let path): try self.init(path: path)
        }
    }

    /// Runs `body` on a thread that enters the namespace and dies there. `body` must not await, start tasks or resume any: workers
    /// that the runtime creates meanwhile would inherit the namespace, which is why it cannot be async.
    package func run<T: Sendable, E: Error>(_ body: () throws(E) -> T) throws -> T {
        var result: Result<T, any Error>?
        let status = withoutActuallyEscaping(body) { body in
            var errand: () -> Void = { result = Result { try body() } }
            return withUnsafeMutablePointer(to: &errand) { pointer in
                clinux_in_namespace(
                    descriptor,
                    { context in
                        context?.assumingMemoryBound(to: (() -> Void).self).pointee()
                        return 0
                    }, pointer)
            }
        }
        guard status == 0, let result else { throw NetlinkError(errno: -status, "enter network namespace \(identity)") }
        return try result.get()
    }
}
