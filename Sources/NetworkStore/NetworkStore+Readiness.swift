import OVSDB
import OVSDBClient

extension NetworkStore {
    /// Nil while the copies of the databases are complete and kept; else what is missing.
    package var unready: String? {
        if !northbound.state.isReady { return "no connection to OVN_Northbound: \(northbound.state.shown)" }
        if let southbound, !southbound.state.isReady { return "no connection to OVN_Southbound: \(southbound.state.shown)" }
        return nil
    }
}

extension ConnectionState {
    fileprivate var shown: String {
        switch self {
        case .disconnected(let cause): cause?.message ?? "not yet tried"
        case .connecting(let remote): "connecting to \(remote)"
        case .synchronizing(let remote): "copying from \(remote)"
        case .ready(let remote): "connected to \(remote)"
        }
    }
}
