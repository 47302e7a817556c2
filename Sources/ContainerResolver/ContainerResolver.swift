import DNSMessages
import Dispatch
import Glibc
package import HostNetwork
package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
package import NameDirectory
import Netlink

/// Answers what containers ask their resolver for, where it is a name of a container in one of their networks.
///
/// It sits in each container's network namespace, before Docker's resolver (127.0.0.11): the kernel holds each query back until it is
/// decided on. One that is ours is answered in the server's name; every other goes on as it was. When this process ends, whatever the way,
/// the kernel holds nothing back any more, and Docker's resolver hears everything.
package final class ContainerResolver: Sendable {
    /// A network that a container is in.
    package struct Network: Hashable, Sendable {
        /// As the directory has it.
        package let id: String
        /// What the container's Docker calls it.
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// A container that is served.
    private final class Place: Sendable {
        let networks: NIOLockedValueBox<[Network]>
        let queue: NIOLockedValueBox<(any Channel)?> = NIOLockedValueBox(nil)
        let streams: NIOLockedValueBox<Task<Void, Never>?> = NIOLockedValueBox(nil)

        init(_ networks: [Network]) { self.networks = NIOLockedValueBox(networks) }

        /// Returns when the queue is closed.
        func closed() async {
            let queue = queue.withLockedValue { $0 }
            do { try await queue?.closeFuture.get() } catch {
                // It is closed in that case too.
            }
        }
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let directory = NIOLockedValueBox(NameDirectory())
    private let places = NIOLockedValueBox<[NetworkNamespace.Identity: Place]>([:])
    /// Those that are served no longer and whose queues still run empty: until then nobody else can have their tables.
    private let ending = NIOLockedValueBox<[NetworkNamespace.Identity: Place]>([:])
    private let rotation = NIOLockedValueBox(0)
    /// Where sockets are opened, which waits in the kernel.
    private let opening = DispatchQueue(label: "resolver", attributes: .concurrent)
    private let logger: Logger

    package init(logger: Logger) { self.logger = logger }

    /// Looks at the names, or changes them.
    package func withNames<T>(_ body: (inout NameDirectory) throws -> T) rethrows -> T {
        try directory.withLockedValue(body)
    }

    /// The containers that are served, and the networks of each.
    package var served: [NetworkNamespace.Identity: [Network]] {
        places.withLockedValue { $0.mapValues { $0.networks.withLockedValue { $0 } } }
    }

    /// Serves a container, by the names of these networks: the first that knows a name answers.
    ///
    /// - Throws: where its namespace cannot be prepared; then Docker's resolver hears everything, as before.
    package func serve(_ namespace: NetworkNamespace, _ networks: [Network]) async throws {
        if let place = places.withLockedValue({ $0[namespace.identity] }) {
            return place.networks.withLockedValue { $0 = networks }
        }
        await ending.withLockedValue({ $0[namespace.identity] })?.closed()
        let place = Place(networks)
        let sockets = try await withCheckedThrowingContinuation { continuation in
            opening.async { continuation.resume(with: Result { try QuerySockets.open(in: namespace) }) }
        }
        let loop = group.next()
        let answer: @Sendable (ArraySlice<UInt8>, AnswerLimit) -> [UInt8]? = { [self] in
            self.answer($0, $1, in: place.networks.withLockedValue { $0 })
        }
        let streams = StreamServer(namespace, logger: logger, answer: answer)
        let answers = sockets.answers
        place.streams.withLockedValue { task in
            task = Task {
                do { try await streams.run(sockets.listener, on: loop) } catch {
                    if !Task.isCancelled {
                        self.logger.warning("queries by TCP not heard", metadata: ["cause": "\(error)"])
                    }
                }
            }
        }
        let queue: any Channel
        do {
            queue = try await NIOPipeBootstrap(group: loop)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8_192))
                .channelInitializer { [logger] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            DatagramHandler(sockets, logger: logger, answer: answer))
                    }
                }
                .takingOwnershipOfDescriptor(inputOutput: sockets.queue).get()
        } catch {
            place.streams.withLockedValue { $0?.cancel() }
            Glibc.close(answers)
            throw error
        }
        place.queue.withLockedValue { $0 = queue }
        queue.closeFuture.whenComplete { [self] _ in
            // The queue has gone with its socket; whoever looks after this opens another.
            Glibc.close(answers)
            self.places.withLockedValue { if $0[namespace.identity] === place { $0[namespace.identity] = nil } }
            place.streams.withLockedValue { $0?.cancel() }
        }
        let other = places.withLockedValue { $0.updateValue(place, forKey: namespace.identity) }
        if let other { end(other) }
    }

    /// Serves a container no longer, and lets go of its namespace.
    package func leave(_ namespace: NetworkNamespace.Identity) {
        guard let place = places.withLockedValue({ $0.removeValue(forKey: namespace) }) else { return }
        ending.withLockedValue { $0[namespace] = place }
        end(place)
        place.queue.withLockedValue { $0 }?.closeFuture.whenComplete { [ending] _ in
            ending.withLockedValue { if $0[namespace] === place { $0[namespace] = nil } }
        }
    }

    /// Ends everything.
    package func shutdown() async throws {
        let all = places.withLockedValue { places in
            defer { places = [:] }
            return Array(places.values)
        }
        let left = ending.withLockedValue { Array($0.values) }
        // All at once: each takes its moment.
        for place in all { end(place) }
        for place in all + left { await place.closed() }
        try await group.shutdownGracefully()
    }

    private func end(_ place: Place) {
        place.queue.withLockedValue { $0 }?.triggerUserOutboundEvent(DatagramHandler.End(), promise: nil)
        place.streams.withLockedValue { $0?.cancel() }
    }

    /// Nil where Docker's resolver is to answer.
    private func answer(_ message: ArraySlice<UInt8>, _ limit: AnswerLimit, in networks: [Network]) -> [UInt8]? {
        let query: DNSQuery
        // Whatever is no query of the common kind, Docker's resolver knows what to make of.
        do { query = try DNSQuery(parsing: Array(message)) } catch { return nil }
        let turn = rotation.withLockedValue { turn in
            turn &+= 1
            return turn
        }
        // More addresses than these do not fit, which the answer says all the same.
        let (length, count) =
            switch limit {
            case .datagram: (query.datagramLimit, Int(DNSQuery.largestDatagram) / 16)
            case .stream: (DNSResponse.maximumLength, DNSResponse.maximumLength / 16)
            }
        let records = directory.withLockedValue {
            $0.answer(query, in: networks.map { ($0.id, $0.name) }, rotation: turn, atMost: count)
        }
        guard let records else { return nil }
        return DNSResponse(to: query, records: records).bytes(limit: length)
    }
}
