import CLinux
import Glibc

/// A netlink socket, mostly of `NETLINK_ROUTE`. It belongs forever to the network namespace it was opened in, on any
/// thread.
///
/// The kernel carries a request out while it is being sent, so that answers are ready when sending returns; a deadline
/// only cuts the wait for them. After a timeout the socket stays usable: late answers are recognised by their sequence
/// numbers.
package struct NetlinkSocket: ~Copyable {
    /// Requests per send: their acknowledgements must fit in the receive buffer, which holds some 250.
    static let batchLimit = 100

    private let descriptor: CInt
    private let port: UInt32
    private var sequence: UInt32 = 1
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    /// Opens a socket in the network namespace behind `namespace`, on a thread that enters it and dies, or in the
    /// caller's own.
    package init(in namespace: CInt? = nil, protocol number: CInt = NETLINK_ROUTE) throws(NetlinkError) {
        let descriptor = clinux_netlink_socket(namespace ?? -1, number)
        guard descriptor >= 0 else { throw NetlinkError(errno: -descriptor, "open a netlink socket") }
        let port = clinux_netlink_port(descriptor)
        guard port > 0 else {
            close(descriptor)
            throw NetlinkError(errno: CInt(-port), "read the port of a netlink socket")
        }
        self.descriptor = descriptor
        self.port = UInt32(port)
    }

    deinit { close(descriptor) }

    /// Sends all requests together and waits for every answer. The kernel carries out those after a failed one too.
    ///
    /// - Returns: the outcomes in the order of the requests.
    /// - Throws: ``NetlinkError/Code/timedOut`` and ``NetlinkError/Code/malformed``; what was carried out is then
    ///   unknown.
    package mutating func outcomes(of requests: [NetlinkRequest], within limit: Duration) throws(NetlinkError)
        -> [Outcome]
    {
        var outcomes: [Outcome] = []
        let deadline = ContinuousClock.now + limit
        var rest = requests[...]
        while !rest.isEmpty {
            let exchange = try run(Array(rest.prefix(Self.batchLimit)), until: deadline)
            outcomes += exchange.results.compactMap { $0 }
            rest = rest.dropFirst(Self.batchLimit)
        }
        return outcomes
    }

    /// Sends all requests together and waits for every answer.
    ///
    /// - Throws: the first failure that its request does not tolerate.
    package mutating func apply(_ requests: [NetlinkRequest], within limit: Duration) throws(NetlinkError) {
        for outcome in try outcomes(of: requests, within: limit) {
            if case .failed(let error) = outcome { throw error }
        }
    }

    /// Sends one request for rows, a dump or a get, and returns them. A dump that the kernel calls inconsistent is
    /// repeated.
    ///
    /// - Throws: the kernel's refusal, unless tolerated: then there are no rows.
    package mutating func rows(_ request: NetlinkRequest, within limit: Duration) throws(NetlinkError) -> [Message] {
        let deadline = ContinuousClock.now + limit
        for _ in 0..<8 {
            let exchange = try run([request], until: deadline)
            if case .failed(let error)? = exchange.results[0] { throw error }
            if !exchange.isInterrupted { return exchange.rows }
        }
        throw NetlinkError(.interrupted, "\(request.purpose): the table kept changing; try again")
    }

    /// Sends a few requests together, the last one for rows, and returns those: changes and their result, in one
    /// exchange.
    ///
    /// - Throws: the first failure that its request does not tolerate.
    package mutating func applyAndRead(_ requests: [NetlinkRequest], within limit: Duration) throws(NetlinkError)
        -> [Message]
    {
        precondition((1...Self.batchLimit).contains(requests.count), "\(requests.count) requests in one exchange")
        let exchange = try run(requests, until: .now + limit)
        for case .failed(let error)? in exchange.results { throw error }
        return exchange.rows
    }

    /// Turns the transmit checksum offload of an interface of the socket's namespace on or off.
    package func setTransmitChecksum(_ isOn: Bool, of interface: String) throws(NetlinkError) {
        let result = clinux_set_tx_checksum(descriptor, interface, isOn ? 1 : 0)
        guard result >= 0 else {
            throw NetlinkError(errno: -result, "turn transmit checksum offload of \(interface) \(isOn ? "on" : "off")")
        }
    }

    /// Whether the transmit checksum offload of an interface of the socket's namespace is on.
    package func transmitChecksum(of interface: String) throws(NetlinkError) -> Bool {
        let result = clinux_get_tx_checksum(descriptor, interface)
        guard result >= 0 else { throw NetlinkError(errno: -result, "read transmit checksum offload of \(interface)") }
        return result == 1
    }

    /// Another descriptor of the same socket, which the caller closes: what the socket has in the kernel, as a queue or
    /// a table that it owns, lasts until both are closed.
    package func duplicate() throws(NetlinkError) -> CInt {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw NetlinkError(errno: errno, "duplicate the descriptor of a netlink socket") }
        return copy
    }

    private mutating func run(
        _ requests: [NetlinkRequest], until deadline: ContinuousClock.Instant
    ) throws(NetlinkError) -> Exchange {
        var exchange = Exchange(requests, first: sequence, port: port)
        sequence &+= UInt32(requests.count)
        let bytes = exchange.encoded()
        let purpose = requests[0].purpose
        while true {
            let count = send(descriptor, bytes, bytes.count, 0)
            if count == bytes.count { break }
            if count < 0, errno == EINTR { continue }
            throw NetlinkError(
                errno: count < 0 ? errno : EMSGSIZE, "\(purpose): send \(bytes.count) bytes to the kernel")
        }
        while !exchange.isComplete {
            try receive(into: &exchange, purpose, until: deadline)
        }
        return exchange
    }

    private mutating func receive(
        into exchange: inout Exchange, _ purpose: String, until deadline: ContinuousClock.Instant
    ) throws(NetlinkError) {
        var sender: UInt32 = 0
        let capacity = UInt64(buffer.count)
        let length = clinux_netlink_receive(descriptor, &buffer, capacity, &sender)
        switch length {
        case Int64(-EINTR): return
        case Int64(-EAGAIN):
            try wait(purpose, until: deadline)
        case ..<0:
            throw NetlinkError(errno: CInt(-length), "\(purpose): receive the kernel's answer")
        default:
            guard length <= Int64(buffer.count) else {
                throw .malformed("\(purpose): answer of \(length) bytes is longer than \(buffer.count)")
            }
            try exchange.receive(buffer[..<Int(length)], sender: sender)
        }
    }

    private func wait(_ purpose: String, until deadline: ContinuousClock.Instant) throws(NetlinkError) {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw NetlinkError(.timedOut, "\(purpose): no answer by the deadline") }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, left.pollTimeout) >= 0 || errno == EINTR else {
            throw NetlinkError(errno: errno, "\(purpose): wait for the kernel's answer")
        }
    }
}
