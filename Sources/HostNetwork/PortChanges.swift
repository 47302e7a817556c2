import CLinux
import Glibc
package import Netlink

/// Tells when ports of a bridge of this host come, go, or are plugged in at their other ends, as soon as the kernel does.
package actor PortChanges {
    private let executor = KernelExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let name: String
    private let descriptor: CInt
    /// The bridge's index, where it is there.
    private var bridge: Int32?
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    /// - Parameters:
    ///   - bridge: its name; it need not be there yet.
    ///   - namespace: nil for the process's own.
    package init(of bridge: String, in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
        name = bridge
        descriptor = clinux_netlink_subscribe(namespace?.descriptor ?? -1, 1)  // RTMGRP_LINK
        guard descriptor >= 0 else { throw NetlinkError(errno: -descriptor, "open a netlink socket") }
        var socket = try NetlinkSocket(in: namespace?.descriptor)
        let rows = try socket.rows(.getLink(.name(bridge)), within: HostLinks.limit)
        self.bridge = try rows.first.map { message throws(NetlinkError) in try Link(message).index }
    }

    deinit { close(descriptor) }

    /// Waits for a change, this long at most. Blocks a thread of its own meanwhile.
    ///
    /// - Returns: whether there was one.
    package func next(within limit: Duration) throws(NetlinkError) -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return false }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, left.pollTimeout)
            guard ready >= 0 || errno == EINTR else { throw NetlinkError(errno: errno, "wait for changes of ports") }
            if ready > 0, try drain() { return true }
        }
    }

    /// Reads all that is there; answers whether any of it concerns the bridge.
    private func drain() throws(NetlinkError) -> Bool {
        var isRelevant = false
        while true {
            var sender: UInt32 = 0
            let capacity = UInt64(buffer.count)
            let length = buffer.withUnsafeMutableBytes {
                clinux_netlink_receive(descriptor, $0.baseAddress!, capacity, &sender)
            }
            switch length {
            case Int64(-EAGAIN): return isRelevant
            case Int64(-EINTR): continue
            // More than the buffer holds: what was lost may have been of the bridge.
            case Int64(-ENOBUFS): isRelevant = true
            case ..<0: throw NetlinkError(errno: CInt(-length), "receive changes of ports")
            default:
                guard sender == 0, length <= Int64(buffer.count) else { continue }
                for message in try Message.all(in: buffer[..<Int(length)]) where concerns(message) {
                    isRelevant = true
                }
            }
        }
    }

    private func concerns(_ message: Message) -> Bool {
        guard [RTM_NEWLINK, RTM_DELLINK].contains(Int(message.type)) else { return false }
        let link: Link
        // What cannot be read says at least that something has changed.
        do { link = try Link(message) } catch { return true }
        if link.name == name, link.master == nil {
            bridge = Int(message.type) == RTM_NEWLINK ? link.index : nil
            return false
        }
        return bridge != nil && link.master == bridge
    }
}
