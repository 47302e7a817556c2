import HTTPServing
import NIOConcurrencyHelpers
import NetworkStore
import NeutronAPI

/// Limits the watches, and the ports that they remember, in all and by client address.
final class WatchPlaces: Sendable {
    private struct Taken {
        var watches = 0
        var ports = 0
    }

    private struct State {
        var all = Taken()
        var byClient: [SourceAddress?: Taken] = [:]

        mutating func add(watches: Int, ports: Int, for client: SourceAddress?) {
            all.watches += watches
            all.ports += ports
            var own = byClient[client, default: Taken()]
            own.watches += watches
            own.ports += ports
            byClient[client] = own.watches > 0 ? own : nil
        }
    }

    private let limits: Limits
    private let state = NIOLockedValueBox(State())

    init(limits: Limits) { self.limits = limits }

    /// The watches that are open.
    var count: Int { state.withLockedValue { $0.all.watches } }

    /// A watch of `networks` on behalf of `client`.
    func open(_ networks: Set<ID<Network>>, in store: NetworkStore, for client: SourceAddress?) throws -> Place {
        let (all, own) = (limits.watchesInAll, limits.watchesPerAddress)
        try state.withLockedValue { state in
            guard state.byClient[client, default: Taken()].watches < own else {
                throw NeutronError.tooManyRequests(
                    "All of the \(own) watches that one address may have at once are in use.")
            }
            guard state.all.watches < all else {
                throw NeutronError.serviceUnavailable(
                    "All of the \(all) watches that the server has at once are in use. Try again.")
            }
            state.add(watches: 1, ports: 0, for: client)
        }
        return Place(self, client, store, store.watchPorts(of: networks))
    }

    /// Whether `count` more ports may be remembered for a client; none are where not all may.
    private func take(_ count: Int, for client: SourceAddress?) -> Bool {
        state.withLockedValue { state in
            let own = state.byClient[client, default: Taken()].ports + count
            guard count <= 0 || state.all.ports + count <= limits.watchedPorts && own <= limits.watchedPorts / 2 else {
                return false
            }
            state.add(watches: 0, ports: count, for: client)
            return true
        }
    }

    private func giveBack(ports: Int, of client: SourceAddress?) {
        state.withLockedValue { $0.add(watches: -1, ports: -ports, for: client) }
    }

    /// The place of one watch, which ends when it is let go: also where an answer is dropped before it began.
    final class Place: Sendable {
        let watch: PortWatch
        private let places: WatchPlaces
        private let client: SourceAddress?
        private let store: NetworkStore
        private let ports = NIOLockedValueBox(0)

        fileprivate init(_ places: WatchPlaces, _ client: SourceAddress?, _ store: NetworkStore, _ watch: PortWatch) {
            (self.places, self.client, self.store, self.watch) = (places, client, store, watch)
        }

        deinit {
            store.endWatch(watch)
            places.giveBack(ports: ports.withLockedValue { $0 }, of: client)
        }

        /// Makes room for so many ports in all.
        /// - Throws: 503 beyond the limit; nothing changes then.
        func remember(ports count: Int) throws(NeutronError) {
            let isRoom = ports.withLockedValue { ports in
                guard places.take(count - ports, for: client) else { return false }
                ports = count
                return true
            }
            guard isRoom else {
                throw .serviceUnavailable(
                    "Watches remember \(places.limits.watchedPorts) ports together, or half of that for one address, "
                        + "which is the limit. Try again.")
            }
        }
    }
}
