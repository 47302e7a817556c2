import CPause

/// The name server of a network container, on 127.0.0.53: it asks OVN, and says what OVN leaves unsaid.
///
/// OVN answers a query for a name that it knows, whichever server it is sent to, and lets every other one pass: to
/// nobody, here. A client that asks for a name's IPv4 and IPv6 addresses at once would wait for the one that there is
/// not, and the resolvers of some C libraries then give up both. So each query is sent together with one for `ANY`: what
/// that is answered with tells a name without such a record (no answers) from no name at all (NXDOMAIN).
///
/// Nothing is allocated after the start; what is in its place for more queries than ``capacity`` is refused.
struct Resolver {
    /// Queries at once, and networks.
    static let capacity = 32
    static let maximumNetworks = 8
    /// How long OVN may take, in milliseconds: 5 to 10 in general, more while ovn-controller is busy.
    static let patience: Int64 = 500
    /// How much longer for an answer that may have been overtaken by that of `ANY`.
    static let grace: Int64 = 20
    static let maximumMessage = 4_096

    /// Where a network is asked.
    struct Network {
        var interface: UnsafePointer<CChar>
        var server: sockaddr_storage
        var serverLength: socklen_t
    }

    /// A query that is under way: a socket for each network, -1 where there is none.
    struct Pending {
        var client = sockaddr_in()
        /// In milliseconds; 0 is a free place.
        var deadline: Int64 = 0
        var exists = false
        var length = 0
    }

    private let listener: Int32
    private let signals: Int32
    private let networks: UnsafeMutablePointer<Network>
    private let networkCount: Int
    private let pending: UnsafeMutablePointer<Pending>
    /// ``capacity`` times ``Query/maximumLength`` bytes.
    private let queries: UnsafeMutablePointer<UInt8>
    /// The two descriptors above, then ``maximumNetworks`` for each place.
    private let descriptors: UnsafeMutablePointer<pollfd>
    private let buffer: UnsafeMutablePointer<UInt8>

    /// Nil without networks, or where no query could be received.
    init?(_ arguments: UnsafeBufferPointer<UnsafeMutablePointer<CChar>?>, signals: Int32) {
        networks = .allocate(capacity: Self.maximumNetworks)
        var count = 0
        for argument in arguments.dropFirst() where count < Self.maximumNetworks {
            guard let network = Network(argument) else { continue }
            (networks + count).initialize(to: network)
            count += 1
        }
        guard count > 0, signals >= 0 else { return nil }
        networkCount = count
        self.signals = signals
        listener = Self.listen()
        guard listener >= 0 else { return nil }
        pending = .allocate(capacity: Self.capacity)
        pending.initialize(repeating: Pending(), count: Self.capacity)
        queries = .allocate(capacity: Self.capacity * Query.maximumLength)
        queries.initialize(repeating: 0, count: Self.capacity * Query.maximumLength)
        let descriptorCount = 2 + Self.capacity * Self.maximumNetworks
        descriptors = .allocate(capacity: descriptorCount)
        descriptors.initialize(repeating: pollfd(fd: -1, events: Int16(POLLIN), revents: 0), count: descriptorCount)
        descriptors[0].fd = listener
        descriptors[1].fd = signals
        buffer = .allocate(capacity: Self.maximumMessage)
        buffer.initialize(repeating: 0, count: Self.maximumMessage)
    }

    private static func listen() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return -1 }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(53).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0035).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    func run() {
        while true {
            let now = Self.now()
            let wait = expire(now)
            let ready = poll(descriptors, nfds_t(2 + Self.capacity * Self.maximumNetworks), wait)
            if ready < 0, __errno_location().pointee != EINTR { return }
            guard ready > 0 else { continue }
            if descriptors[1].revents != 0 { readSignal() }
            for place in 0..<Self.capacity where pending[place].deadline > 0 {
                for network in 0..<networkCount where descriptor(place, network).pointee.revents != 0 {
                    receiveAnswer(place, network)
                }
            }
            if descriptors[0].revents != 0 { receiveQuery() }
        }
    }

    private func readSignal() {
        var information = signalfd_siginfo()
        guard read(signals, &information, MemoryLayout<signalfd_siginfo>.size) > 0 else { return }
        handle(signal: Int32(information.ssi_signo))
    }

    // MARK: Queries

    private func receiveQuery() {
        var client = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let length = withUnsafeMutablePointer(to: &client) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(listener, buffer, Query.maximumLength, 0, $0, &size)
            }
        }
        guard length > 0, let query = Query(UnsafeBufferPointer(start: buffer, count: length)) else { return }
        guard let place = (0..<Self.capacity).first(where: { pending[$0].deadline == 0 }) else {
            return send(query.refusal(.serverFailure, in: buffer), to: client)
        }
        // A query may have records behind its question (EDNS), which OVN does not read.
        let bytes = queries + place * Query.maximumLength
        bytes.update(from: buffer, count: query.length)
        bytes.clearAdditional()
        var isSent = false
        for network in 0..<networkCount {
            let socket = ask(networks[network], bytes, query)
            descriptor(place, network).pointee.fd = socket
            descriptor(place, network).pointee.revents = 0
            if socket >= 0 { isSent = true }
        }
        guard isSent else { return send(query.refusal(.serverFailure, in: buffer), to: client) }
        pending[place] = Pending(client: client, deadline: Self.now() + Self.patience, length: query.length)
    }

    /// Sends the query, and the one for `ANY`, from a port of their own. -1 where the network cannot be asked.
    private func ask(_ network: Network, _ bytes: UnsafeMutablePointer<UInt8>, _ query: Query) -> Int32 {
        var network = network
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(network.server.ss_family), kind, 0)
        guard descriptor >= 0 else { return -1 }
        let bound = setsockopt(
            descriptor, SOL_SOCKET, SO_BINDTODEVICE, network.interface, socklen_t(strlen(network.interface)))
        let length = network.serverLength
        let connected = withUnsafePointer(to: &network.server) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard connected == 0, bound == 0, CPause.send(descriptor, bytes, query.length, 0) == query.length else {
            close(descriptor)
            return -1
        }
        // What is lost here is only how a name is said to be missing.
        let type = bytes.exchangeProbe(query, type: (0, 255))
        _ = CPause.send(descriptor, bytes, query.length, 0)
        _ = bytes.exchangeProbe(query, type: type)
        return descriptor
    }

    // MARK: Answers

    private func receiveAnswer(_ place: Int, _ network: Int) {
        let socket = descriptor(place, network).pointee.fd
        let length = recv(socket, buffer, Self.maximumMessage, 0)
        guard length > 0 else {
            // Somebody refuses: the network has a real owner of the address. The others are waited for.
            if length < 0, __errno_location().pointee == EAGAIN { return }
            close(socket)
            descriptor(place, network).pointee.fd = -1
            return
        }
        let query = queries + place * Query.maximumLength
        guard length >= Query.headerLength, buffer[2] & 0x80 != 0 else { return }
        if buffer[0] == query[0], buffer[1] == query[1] {
            send(length, to: pending[place].client)
            free(place)
        } else if buffer[0] == query[0] ^ 0x55, buffer[1] == query[1] ^ 0x55, buffer[6] | buffer[7] != 0 {
            pending[place].exists = true
            pending[place].deadline = min(pending[place].deadline, Self.now() + Self.grace)
        }
    }

    /// Answers what OVN has left unanswered. Returns how long to wait for the next, in milliseconds; -1 for ever.
    private func expire(_ now: Int64) -> Int32 {
        var next: Int64 = .max
        for place in 0..<Self.capacity where pending[place].deadline > 0 {
            guard pending[place].deadline <= now else {
                next = min(next, pending[place].deadline - now)
                continue
            }
            let bytes = queries + place * Query.maximumLength
            if let query = Query(UnsafeBufferPointer(start: bytes, count: pending[place].length)) {
                let length = query.refusal(pending[place].exists ? .noError : .noSuchName, in: bytes)
                buffer.update(from: bytes, count: length)
                send(length, to: pending[place].client)
            }
            free(place)
        }
        return next == .max ? -1 : Int32(next)
    }

    /// Sends the first bytes of the buffer. What cannot be sent is asked again.
    private func send(_ length: Int, to client: sockaddr_in) {
        var client = client
        _ = withUnsafePointer(to: &client) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(listener, buffer, length, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func free(_ place: Int) {
        for network in 0..<networkCount {
            let pollfd = descriptor(place, network)
            if pollfd.pointee.fd >= 0 { close(pollfd.pointee.fd) }
            pollfd.pointee.fd = -1
        }
        pending[place].deadline = 0
    }

    private func descriptor(_ place: Int, _ network: Int) -> UnsafeMutablePointer<pollfd> {
        descriptors + 2 + place * Self.maximumNetworks + network
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension Resolver.Network {
    /// `eth0=10.1.0.0`, which stays in place: the arguments of a process do.
    init?(_ argument: UnsafeMutablePointer<CChar>?) {
        guard let argument, let separator = strchr(argument, CInt(UInt8(ascii: "="))) else { return nil }
        let text = UnsafePointer(separator + 1)
        server = sockaddr_storage()
        var four = sockaddr_in()
        var six = sockaddr_in6()
        if inet_pton(AF_INET, text, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = UInt16(53).bigEndian
            serverLength = socklen_t(MemoryLayout<sockaddr_in>.size)
            memcpy(&server, &four, MemoryLayout<sockaddr_in>.size)
        } else if inet_pton(AF_INET6, text, &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = UInt16(53).bigEndian
            serverLength = socklen_t(MemoryLayout<sockaddr_in6>.size)
            memcpy(&server, &six, MemoryLayout<sockaddr_in6>.size)
        } else {
            return nil
        }
        separator.pointee = 0
        interface = UnsafePointer(argument)
    }
}
