import Deadlines
import OVNModel
import OVSDB
import OVSDBClient

extension HostAttachment {
    /// Returns when ovn-controller has installed the flows of a port that is attached here: `ovn-installed` in its Interface row, seen by
    /// the monitor. A port that the NIC carries is not installed here: when ovs-vswitchd has taken the interface up.
    ///
    /// - Throws: ``AttachmentError/Code/notInstalled`` with what stands in the way, at the deadline, or at once where ovs-vswitchd says that
    ///   it cannot use the interface.
    package func waitInstalled(portID: String, within limit: Duration) async throws(AttachmentError) {
        do {
            let problem: String? = try await ovs.wait(within: limit) { replica -> String?? in
                guard let row = replica.first(Self.interfacesByPort, portID) else {
                    return .some("its row was deleted")
                }
                if row.externalIDs[InterfaceKeys.installed] == "true" { return .some(nil) }
                if row.externalIDs[InterfaceKeys.portID] == nil, row.ofport ?? -1 > 0 { return .some(nil) }
                if let error = row.error, !error.isEmpty, row.ofport == -1 {
                    return .some("ovs-vswitchd cannot use interface \(row.name): \(error)")
                }
                return nil
            }
            if let problem { throw AttachmentError(.notInstalled, "port \(portID): \(problem)") }
        } catch let error as OVSDBError where error.code == .timedOut {
            throw AttachmentError(
                .notInstalled, "port \(portID) was not installed within \(limit.inSeconds)",
                cause: await diagnosis(portID: portID))
        } catch {
            throw AttachmentError(error, during: "wait for port \(portID)")
        }
    }

    /// What most likely keeps a port from being installed, in one sentence with what to do.
    package func diagnosis(portID: String) async -> String {
        let replica = ovs.replica
        guard let row = replica.first(Self.interfacesByPort, portID) else { return "it is not attached to this host" }
        if let error = row.error, !error.isEmpty { return "ovs-vswitchd cannot use interface \(row.name): \(error)" }
        guard row.ofport != nil else {
            return "ovs-vswitchd has not taken interface \(row.name) up; is it running?"
        }
        if row.externalIDs[InterfaceKeys.portID] == nil {
            return "ovs-vswitchd has taken interface \(row.name) up only now"
        }
        let ids = replica[OpenVSwitch.Configuration.self].only?.externalIDs ?? StringMap()
        for key in ["ovn-remote", "ovn-encap-ip", "ovn-encap-type"] where ids[key] == nil {
            return "\(key) is not set in Open_vSwitch; ovn-controller cannot work without it"
        }
        switch await controller.connection() {
        case .notRunning(let reason): return "ovn-controller is not running: \(reason)"
        case .notConnected:
            return "ovn-controller is not connected to the Southbound database at \(ids["ovn-remote"] ?? "")"
        case .connected:
            switch await controller.binding(of: portID) {
            case .unknown(let reason): return "ovn-controller is connected but has not bound the port: \(reason)"
            case .noPort: return "the port is not in the Southbound database; does it exist, and is ovn-northd running?"
            case .seen:
                return "ovn-controller sees the port but has not claimed it; "
                    + "either its binding:host_id names another host, or ovn-controller is busy"
            }
        }
    }
}
