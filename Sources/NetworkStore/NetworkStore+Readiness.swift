import NeutronAPI
import OVSDB
import OVSDBClient

extension NetworkStore {
    /// Returns once the replica of OVN_Northbound is complete and kept up to date; throws 503 if that takes too long.
    package func ready() async throws {
        do {
            try await northbound.ready(within: configuration.barrierTimeout)
        } catch let error as OVSDBError {
            throw NeutronError.serviceUnavailable("The Northbound database did not answer: \(error.message).")
        }
    }

    /// Nil while the replicas are complete and kept up to date, and the Northbound database can be written; else what
    /// is missing.
    package func unreadiness() async -> String? {
        if let unready { return unready }
        return await storageProblem().map { "OVN_Northbound cannot be written: \($0)" }
    }

    /// Nil while the replicas are complete and kept up to date; else what is missing.
    var unready: String? {
        if !northbound.state.isReady { return "no connection to OVN_Northbound: \(northbound.state.shown)" }
        if let southbound, !southbound.state.isReady {
            return "no connection to OVN_Southbound: \(southbound.state.shown)"
        }
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
