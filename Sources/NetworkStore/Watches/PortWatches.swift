import NeutronAPI
import OVSDB
import OVSDBClient
import Synchronization

/// The watches of ports, by network. While there are none the databases' clients are asked nothing.
///
/// An update of a database costs a look at each of its rows, and work only for the watches of the networks in it.
final class PortWatches: Sendable {
    private struct State {
        var byNetwork: [ID<Network>: [ObjectIdentifier: PortWatch]] = [:]
        var observations: [Observation] = []
    }

    private let state = Mutex(State())

    /// From now on the watch gets news of what changes in its networks.
    func add(_ watch: PortWatch, northbound: OVSDBClient, southbound: OVSDBClient?) {
        state.withLock { state in
            for network in watch.networks { state.byNetwork[network, default: [:]][ObjectIdentifier(watch)] = watch }
            guard state.observations.isEmpty else { return }
            state.observations.append(
                northbound.observe { [weak self] changes, replica in
                    self?.note(changes) { $0.add(changes: $1, replica) }
                })
            guard let southbound else { return }
            state.observations.append(
                southbound.observe { [weak self] changes, _ in
                    self?.note(changes) { $0.add(hosts: $1, northbound.replica) }
                })
        }
    }

    func remove(_ watch: PortWatch) {
        // What is let go here ends outside of the lock.
        let unneeded = state.withLock { state in
            for network in watch.networks {
                state.byNetwork[network]?[ObjectIdentifier(watch)] = nil
                if state.byNetwork[network]?.isEmpty == true { state.byNetwork[network] = nil }
            }
            guard state.byNetwork.isEmpty else { return [Observation]() }
            defer { state.observations = [] }
            return state.observations
        }
        withExtendedLifetime(unneeded) {}
    }

    private func note(_ changes: [Change]?, _ read: (inout PortTouches, [Change]) -> Void) {
        let byNetwork = state.withLock { $0.byNetwork }
        guard let changes else {
            for watches in byNetwork.values { for watch in watches.values { watch.addAnything() } }
            return
        }
        var touches = PortTouches { byNetwork[$0] != nil }
        read(&touches, changes)
        for network in touches.networks {
            for watch in byNetwork[network, default: [:]].values { watch.addAnything() }
        }
        for (network, ports) in touches.ports where !touches.networks.contains(network) {
            for watch in byNetwork[network, default: [:]].values { watch.add(ports) }
        }
    }
}
