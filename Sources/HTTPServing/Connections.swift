package import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// The connections of a server: how many there are, whose, and which of them give way to new ones.
///
/// Where there is no room, the connection that has waited longest for its client is closed: so a stranger who opens many does not
/// keep those out who have something to ask. Only where all are at work is a new one refused.
package final class Connections: Sendable {
    /// How many at once.
    package struct Limits: Sendable {
        package var all: Int
        package var perAddress: Int

        package init(all: Int, perAddress: Int) {
            self.all = all
            self.perAddress = perAddress
        }
    }

    /// Told to a connection whose place is needed.
    struct GiveWay: Sendable {}

    /// A connection's place.
    package final class Seat: Sendable {
        let address: SourceAddress?
        let channel: any Channel
        /// Since when it waits for its client; nil while a request is worked on.
        fileprivate let waitingSince: NIOLockedValueBox<NIODeadline?>
        private let connections: Connections

        fileprivate init(_ address: SourceAddress?, _ channel: any Channel, _ connections: Connections) {
            self.address = address
            self.channel = channel
            self.connections = connections
            waitingSince = NIOLockedValueBox(.now())
        }

        func isBusy() { waitingSince.withLockedValue { $0 = nil } }
        func isWaiting() { waitingSince.withLockedValue { $0 = .now() } }
        /// All is said and written: nobody loses anything where this one goes first.
        func isDone() { waitingSince.withLockedValue { $0 = .uptimeNanoseconds(0) } }
        /// The server ends: who comes now is refused.
        func registerEnd() { connections.state.withLockedValue { $0.isEnding = true } }
    }

    package enum Admission: Sendable {
        case seated(Seat)
        /// Is told why.
        case refused(HTTPRefusal)
        /// Too many are being told why.
        case dropped
    }

    fileprivate struct State {
        var seats: [ObjectIdentifier: Seat] = [:]
        var counts: [SourceAddress: Int] = [:]
        var refused = 0
        var isEnding = false
    }

    /// So many at once are told why they are refused.
    private static let refusedAtOnce = 64

    private let limits: Limits
    fileprivate let state = NIOLockedValueBox(State())
    private let notice: FloodNotice

    package init(limits: Limits, logger: Logger) {
        self.limits = limits
        notice = FloodNotice("connections refused or closed for others", logger: logger)
    }

    /// How many there are.
    package var count: Int { state.withLockedValue { $0.seats.count } }

    /// Gives a new connection a place, which it has until it closes.
    package func admit(_ channel: any Channel) -> Admission {
        let address = SourceAddress(channel.remoteAddress)
        let seat = Seat(address, channel, self)
        let (admission, leaver) = state.withLockedValue { state -> (Admission, Seat?) in
            guard !state.isEnding else { return (refusal(.ending, &state), nil) }
            var leaver: Seat?
            if let address, state.counts[address, default: 0] >= limits.perAddress {
                leaver = longestWaiting(state.seats.values.lazy.filter { $0.address == address })
                guard leaver != nil else { return (refusal(tooManyOfAddress, &state), nil) }
            } else if state.seats.count >= limits.all {
                leaver = longestWaiting(state.seats.values.lazy)
                guard leaver != nil else { return (refusal(tooMany, &state), nil) }
            }
            if let leaver { remove(leaver, &state) }
            state.seats[ObjectIdentifier(seat)] = seat
            if let address { state.counts[address, default: 0] += 1 }
            return (.seated(seat), leaver)
        }
        if let leaver { leaver.channel.pipeline.fireUserInboundEventTriggered(GiveWay()) }
        if leaver != nil || !admission.isSeated { notice.note(on: channel.eventLoop) }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLockedValue { state in
                if case .refused = admission { state.refused -= 1 }
                remove(seat, &state)
            }
        }
        return admission
    }

    private func remove(_ seat: Seat, _ state: inout State) {
        guard state.seats.removeValue(forKey: ObjectIdentifier(seat)) != nil, let address = seat.address else { return }
        if let count = state.counts[address], count > 1 {
            state.counts[address] = count - 1
        } else {
            state.counts[address] = nil
        }
    }

    private func refusal(_ refusal: HTTPRefusal, _ state: inout State) -> Admission {
        guard state.refused < Self.refusedAtOnce else { return .dropped }
        state.refused += 1
        return .refused(refusal)
    }

    private func longestWaiting(_ seats: some Sequence<Seat>) -> Seat? {
        var longest: (seat: Seat, since: NIODeadline)?
        for seat in seats {
            guard let since = seat.waitingSince.withLockedValue({ $0 }) else { continue }
            if longest.map({ since < $0.since }) ?? true { longest = (seat, since) }
        }
        return longest?.seat
    }

    private var tooMany: HTTPRefusal {
        HTTPRefusal(status: 503, "All of the \(limits.all) connections that the server takes at once are in use.")
    }

    private var tooManyOfAddress: HTTPRefusal {
        HTTPRefusal(
            status: 429,
            "All of the \(limits.perAddress) connections that the server takes at once from one address are in use.")
    }
}

extension Connections.Admission {
    fileprivate var isSeated: Bool { if case .seated = self { true } else { false } }
}
