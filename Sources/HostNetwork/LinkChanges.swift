import CLinux
import Glibc
package import Netlink

/// Tells of interfaces of this host that come, change and go, as soon as the kernel does (`RTMGRP_LINK`, rtnetlink(7)).
package actor LinkChanges {
    /// What has happened since the one before, each interface as it was then.
    package struct Batch: Hashable, Sendable {
        package var changed: [Link] = []
        package var gone: [Link] = []
        /// The kernel had more to tell than was read in time, or told what cannot be read: others may have changed too.
        package var isIncomplete = false

        package var isEmpty: Bool { self == Batch() }
    }

    private let executor = KernelExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let descriptor: CInt
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    /// `namespace` nil is the process's own.
    package init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
        descriptor = clinux_netlink_subscribe(namespace?.descriptor ?? -1, 1)  // RTMGRP_LINK
        guard descriptor >= 0 else { throw NetlinkError(errno: -descriptor, "open a netlink socket") }
    }

    deinit { close(descriptor) }

    /// Waits for a change, this long at most. Blocks a thread of its own meanwhile.
    ///
    /// - Returns: an empty batch where there was none.
    package func next(within limit: Duration) throws(NetlinkError) -> Batch {
        let deadline = ContinuousClock.now + limit
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return Batch() }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, left.pollTimeout)
            guard ready >= 0 || errno == EINTR else { throw NetlinkError(errno: errno, "wait for interfaces") }
            guard ready > 0 else { continue }
            let batch = try drain()
            if !batch.isEmpty { return batch }
        }
    }

    /// Reads all that is there.
    private func drain() throws(NetlinkError) -> Batch {
        var batch = Batch()
        while true {
            var sender: UInt32 = 0
            let capacity = UInt64(buffer.count)
            let length = clinux_netlink_receive(descriptor, &buffer, capacity, &sender)
            switch length {
            case Int64(-EAGAIN): return batch
            case Int64(-EINTR): continue
            // More than the socket's buffer holds.
            case Int64(-ENOBUFS): batch.isIncomplete = true
            case ..<0: throw NetlinkError(errno: CInt(-length), "receive changes of interfaces")
            default:
                guard sender == 0, length <= Int64(buffer.count) else { continue }
                for message in try Message.all(in: buffer[..<Int(length)]) { batch.take(message) }
            }
        }
    }
}

extension LinkChanges.Batch {
    fileprivate mutating func take(_ message: Message) {
        guard [RTM_NEWLINK, RTM_DELLINK].contains(Int(message.type)) else { return }
        do {
            let link = try Link(message)
            if Int(message.type) == RTM_NEWLINK { changed.append(link) } else { gone.append(link) }
        } catch {
            // What cannot be read says at least that something has changed.
            isIncomplete = true
        }
    }
}
