import CLinux
import Glibc
import HostNetwork
import NetAddress
import Netlink

/// What is open in the network namespace of a container. The namespace lasts as long as any of it.
struct QuerySockets {
    /// Docker's resolver, as the container's `resolv.conf` has it.
    static let server = IPv4Address(bits: 0x7f00_000b)
    static let port: UInt16 = 53
    /// Of our own connections to it (`SO_MARK`).
    private static let mark: UInt32 = 0x6f76_6e64

    /// A netlink socket that has the packet queue and owns the table of the packet filter.
    let queue: CInt
    let queueNumber: UInt16
    /// Sends answers as if they were the server's (raw(7)).
    let answers: CInt
    /// Where connections to the server are led to.
    let listener: CInt

    /// The bytes of a packet that are looked at: the largest query that is ours, and its headers.
    static let packetLength: UInt32 = 4_200
    /// Packets that wait for us. What comes beyond those goes to Docker's resolver.
    private static let queueLength: UInt32 = 256
    private static let table = "ovn-containers"
    /// Sent by `queue`, it ends that queries are held back; what already waits stays there.
    static let release = PacketTable.emptying(["queries", "streams"], of: table)
    private static let deadline = Duration.seconds(2)

    /// Opens everything; from then on queries are held back. Blocks for a few milliseconds.
    /// - Throws: `NetlinkError`; then nothing has changed.
    static func open(in namespace: NetworkNamespace) throws -> QuerySockets {
        var netlink = try NetlinkSocket(in: namespace.descriptor, protocol: NETLINK_NETFILTER)
        let number = try takeQueue(&netlink)
        let opened = try namespace.run { () throws(NetlinkError) in try openInside() }
        do throws(NetlinkError) {
            try addTable(number, listening: opened.port, &netlink)
            let queue = try netlink.duplicate()
            // What is lost for lack of memory goes to Docker's resolver; it is no reason to stop reading.
            var isOn: CInt = 1
            setsockopt(queue, SOL_NETLINK, NETLINK_NO_ENOBUFS, &isOn, socklen_t(MemoryLayout<CInt>.size))
            _ = fcntl(queue, F_SETFL, fcntl(queue, F_GETFL) | O_NONBLOCK)
            return QuerySockets(
                queue: queue, queueNumber: number, answers: opened.answers, listener: opened.listener)
        } catch {
            close(opened.answers)
            close(opened.listener)
            throw error
        }
    }

    /// A container that may change its network can have taken a number itself.
    private static func takeQueue(_ netlink: inout NetlinkSocket) throws(NetlinkError) -> UInt16 {
        var number = port
        for _ in 0..<8 {
            let requests = PacketQueue.open(number, copying: packetLength, waiting: queueLength)
            var isFree = true
            for outcome in try netlink.outcomes(of: requests, within: deadline) {
                guard case .failed(let error) = outcome else { continue }
                guard error.code == .busy || error.code.rawValue == EPERM else { throw error }
                isFree = false
            }
            if isFree { return number }
            number = .random(in: 1_024 ... .max)
        }
        throw NetlinkError(.busy, "take a packet queue: eight that were tried are all in use")
    }

    private static func addTable(
        _ number: UInt16, listening port: UInt16, _ netlink: inout NetlinkSocket
    ) throws(NetlinkError) {
        typealias Expression = PacketTable.Expression
        var refusal: NetlinkError?
        for means in Expression.QueueMeans.allCases {
            var table = PacketTable(Self.table)
            // Before connections are tracked (-300): an answer of ours is part of none.
            table.addChain("answers", .filter, priority: -300)
            table.addRule(
                "answers",
                Expression.source(server) + Expression.transport(UInt8(IPPROTO_UDP))
                    + Expression.source(port: Self.port) + [Expression.untracked])
            // Before Docker's own rules lead to its resolver (-100).
            table.addChain("queries", .filter, priority: -110)
            table.addRule(
                "queries",
                Expression.destination(server) + Expression.transport(UInt8(IPPROTO_UDP))
                    + Expression.destination(port: Self.port) + [Expression.queue(number, by: means)])
            table.addChain("streams", .nat, priority: -110)
            table.addRule(
                "streams",
                Expression.destination(server) + Expression.transport(UInt8(IPPROTO_TCP))
                    + Expression.destination(port: Self.port) + Expression.withoutMark(mark)
                    + Expression.redirect(to: server, port: port))
            do {
                return try netlink.apply(table.batch, within: deadline)
            } catch  where error.code == .noEntry {
                // This kernel does not know it; perhaps it knows the other.
                refusal = error
            }
        }
        if let refusal { throw refusal }
    }

    /// Whether no packet waits to be read.
    var isQueueEmpty: Bool {
        var byte: UInt8 = 0
        return recv(queue, &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    // MARK: In the namespace

    private static func openInside() throws(NetlinkError) -> (answers: CInt, listener: CInt, port: UInt16) {
        let answers = try socket(SOCK_RAW, CInt(IPPROTO_RAW), "answers")
        do throws(NetlinkError) {
            let (listener, port) = try listen()
            return (answers, listener, port)
        } catch {
            close(answers)
            throw error
        }
    }

    /// Listens on the server's own address, which is the container's alone, on a port that is free.
    private static func listen() throws(NetlinkError) -> (descriptor: CInt, port: UInt16) {
        let descriptor = try socket(SOCK_STREAM, 0, "queries")
        do throws(NetlinkError) {
            var address = sockaddr_in(server, port: 0)
            // The container's loopback interface may not be up yet.
            var isOn: CInt = 1
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            try check(setsockopt(descriptor, CInt(IPPROTO_IP), IP_FREEBIND, &isOn, socklen_t(MemoryLayout<CInt>.size)))
            try check(withSocketAddress(&address) { bind(descriptor, $0, length) })
            try check(Glibc.listen(descriptor, 16))
            try check(withSocketAddress(&address) { getsockname(descriptor, $0, &length) })
            return (descriptor, UInt16(bigEndian: address.sin_port))
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// A connection to Docker's resolver from inside the container, begun or made. The caller closes it.
    static func connect(in namespace: NetworkNamespace) throws -> CInt {
        try namespace.run { () throws(NetlinkError) in
            let descriptor = try socket(SOCK_STREAM, 0, "docker's resolver")
            do throws(NetlinkError) {
                var mark = mark
                try check(
                    setsockopt(descriptor, SOL_SOCKET, SO_MARK, &mark, socklen_t(MemoryLayout<UInt32>.size)))
                var address = sockaddr_in(server, port: port)
                let status = withSocketAddress(&address) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
                if status != 0, errno != EINPROGRESS { try check(status) }
                return descriptor
            } catch {
                close(descriptor)
                throw error
            }
        }
    }

    private static func socket(_ kind: __socket_type, _ number: CInt, _ use: String) throws(NetlinkError) -> CInt {
        let descriptor = Glibc.socket(
            AF_INET, CInt(bitPattern: kind.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), number)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, "open a container's socket for \(use)") }
        return descriptor
    }

    private static func check(_ status: CInt) throws(NetlinkError) {
        guard status == 0 else { throw NetlinkError(errno: errno, "set up a container's socket for queries") }
    }
}

extension sockaddr_in {
    init(_ address: IPv4Address, port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr.s_addr = address.bits.bigEndian
    }
}

func withSocketAddress<T>(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> T) -> T {
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
    }
}
