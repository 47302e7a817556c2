package import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// The connections of a server: their number, their sources, and which of them give way to new ones.
///
/// When all places are taken, the connection that has been idle longest is closed, so that a client who opens many does
/// not lock others out. Only while all are serving requests is a new one refused.
package final class Connections: Sendable {
    /// Connections at once.
    package struct Limits: Sendable {
        package var all: Int
        package var perAddress: Int

        package init(all: Int, perAddress: Int) {
            self.all = all
            self.perAddress = perAddress
        }
    }

    /// Sent to a connection whose place is needed.
    struct GiveWay: Sendable {}

    /// A connection's place.
    package final class Seat: Sendable {
        let address: SourceAddress?
        let channel: any Channel
        /// Since when it has been idle; nil while a request is being served.
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
        /// All is written: closing this one first loses nothing.
        func isDone() { waitingSince.withLockedValue { $0 = .uptimeNanoseconds(0) } }
        /// The server stops: new connections are refused.
        func registerEnd() { connections.state.withLockedValue { $0.isEnding = true } }
    }

    package enum Admission: Sendable {
        case seated(Seat)
        /// Gets the refusal as its answer.
        case refused(HTTPRefusal)
        /// Closed without an answer: too many refusals are being sent.
        case dropped
    }

    fileprivate struct State {
        var seats: [ObjectIdentifier: Seat] = [:]
        var counts: [SourceAddress: Int] = [:]
        var refused = 0
        var isEnding = false
    }

    /// Refusals being sent at once.
    private static let refusedAtOnce = 64

    private let limits: Limits
    fileprivate let state = NIOLockedValueBox(State())
    private let notice: FloodNotice

    package init(limits: Limits, logger: Logger) {
        self.limits = limits
        notice = FloodNotice("connections refused or closed for others", logger: logger)
    }

    /// The number of connections.
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
