import Deadlines
import HostAttachment
import HostNetwork
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension NICBridge {
    /// Makes the bridge with its own port, or puts right what it says of the NIC.
    func ensureOperations(_ name: String, _ nic: Link, _ datapath: Datapath) throws(AttachmentError) -> [OVSDB
        .Operation]
    {
        let replica = ovs.replica
        let mac = nic.mac?.description ?? ""
        guard let bridge = replica.first(HostAttachment.bridgesByName, name) else {
            guard let configuration = replica[OpenVSwitch.Configuration.self].only else { throw Self.noDatabase }
            var interface = OpenVSwitch.Interface(id: .random())
            interface.name = name
            interface.type = "internal"
            interface.mtuRequest = Int(nic.mtu)
            var port = OpenVSwitch.Port(id: .random())
            port.name = name
            port.interfaces = [interface.id]
            var bridge = OpenVSwitch.Bridge(id: .random())
            bridge.name = name
            bridge.datapathType = datapath == .netdev ? datapath.rawValue : ""
            bridge.failMode = "standalone"
            bridge.externalIDs = ["bridge-id": name, NICKeys.nic: nic.name]
            bridge.otherConfig = ["hwaddr": mac]
            bridge.ports = [port.id]
            return [
                .insert(interface), .insert(port), .insert(bridge),
                .mutate(OpenVSwitch.Configuration.self, configuration.id, .insert(into: .bridges, [bridge.id])),
            ]
        }
        var operations: [OVSDB.Operation] = []
        // Else Open vSwitch makes it as small as the smallest of the ports.
        if var interface = replica.first(HostAttachment.interfacesByName, name), interface.mtuRequest != Int(nic.mtu) {
            interface.mtuRequest = Int(nic.mtu)
            operations.append(.update(interface, columns: [.mtuRequest]))
        }
        if bridge.otherConfig["hwaddr"] != mac {
            operations.append(.mutate(OpenVSwitch.Bridge.self, bridge.id, .put(.otherConfig, ["hwaddr": mac])))
        }
        if bridge.externalIDs[NICKeys.nic] != nic.name {
            operations.append(
                .mutate(
                    OpenVSwitch.Bridge.self, bridge.id,
                    .put(.externalIDs, ["bridge-id": name, NICKeys.nic: nic.name])))
        }
        return operations.isEmpty ? [] : [.wait(bridge, columns: [.name])] + operations
    }

    /// Makes the NIC a port of the bridge, if it is none.
    func attachOperations(_ name: String, _ nic: String) throws(AttachmentError) -> [OVSDB.Operation] {
        let replica = ovs.replica
        guard let bridge = replica.first(HostAttachment.bridgesByName, name) else { throw Self.vanished(name) }
        guard replica.first(HostAttachment.portsByName, nic) == nil else { return [] }
        var interface = OpenVSwitch.Interface(id: .random())
        interface.name = nic
        var port = OpenVSwitch.Port(id: .random())
        port.name = nic
        port.interfaces = [interface.id]
        return [
            .wait(bridge, columns: [.name]), .insert(interface), .insert(port),
            .mutate(OpenVSwitch.Bridge.self, bridge.id, .insert(into: .ports, [port.id])),
        ]
    }

    /// Writes down how the NIC is configured, unless the bridge has it already.
    func recordOperations(_ name: String, _ record: ConfigurationRecord) throws(AttachmentError) -> [OVSDB.Operation] {
        guard let bridge = ovs.replica.first(HostAttachment.bridgesByName, name) else { throw Self.vanished(name) }
        if bridge.record?.isSame(as: record) == true { return [] }
        return [
            .mutate(
                OpenVSwitch.Bridge.self, bridge.id, .put(.externalIDs, [NICKeys.configuration: record.description]))
        ]
    }

    /// Takes the NIC out of the bridge, if it is in it.
    func detachOperations(_ bridge: OpenVSwitch.Bridge, _ nic: String) -> [OVSDB.Operation] {
        guard let port = ovs.replica.first(HostAttachment.portsByName, nic), bridge.ports.contains(port.id) else {
            return []
        }
        return [.mutate(OpenVSwitch.Bridge.self, bridge.id, .delete(from: .ports, [port.id]))] + delete(port)
    }

    func deleteOperations(_ bridge: OpenVSwitch.Bridge) -> [OVSDB.Operation] {
        let replica = ovs.replica
        let ports = bridge.ports.compactMap { replica[OpenVSwitch.Port.self][$0] }
        return replica[OpenVSwitch.Configuration.self].map { row in
            .mutate(OpenVSwitch.Configuration.self, row.id, .delete(from: .bridges, [bridge.id]))
        } + ports.flatMap(delete) + [.delete(OpenVSwitch.Bridge.self, bridge.id)]
    }

    private func delete(_ port: OpenVSwitch.Port) -> [OVSDB.Operation] {
        port.interfaces.map { .delete(OpenVSwitch.Interface.self, $0) } + [.delete(OpenVSwitch.Port.self, port.id)]
    }

    /// Commits, and waits until ovs-vswitchd has taken the new configuration up. No operations are done at once.
    func commit(_ operations: [OVSDB.Operation], until deadline: Deadline) async throws {
        guard !operations.isEmpty else { return }
        guard ovs.replica[OpenVSwitch.Configuration.self].only != nil else { throw Self.noDatabase }
        try await ovs.transactStep(operations, within: deadline.remaining)
        do {
            try await ovs.awaitSwitch(within: deadline.remaining)
        } catch let error as OVSDBError where error.code == .timedOut {
            throw AttachmentError(.database, "ovs-vswitchd has not taken the change up; is it running?")
        }
    }

    /// These interfaces have been opened by ovs-vswitchd, or it says why not.
    func awaitTaken(_ names: [String], until deadline: Deadline) async throws {
        do {
            let problem: String? = try await ovs.wait(within: deadline.remaining) { replica -> String?? in
                let rows = names.compactMap { replica.first(HostAttachment.interfacesByName, $0) }
                if let bad = rows.first(where: { $0.error?.isEmpty == false }) {
                    return .some("\(bad.name): \(bad.error ?? "")")
                }
                return rows.count == names.count && rows.allSatisfy { ($0.ofport ?? -1) > 0 } ? .some(nil) : nil
            }
            if let problem { throw AttachmentError(.database, "ovs-vswitchd cannot use an interface", cause: problem) }
        } catch let error as OVSDBError where error.code == .timedOut {
            throw AttachmentError(
                .database, "ovs-vswitchd has not opened \(names.joined(separator: " and ")); is it running?")
        }
    }

    static let noDatabase = AttachmentError(.refused, "the Open vSwitch database is empty; start Open vSwitch once")

    static func vanished(_ name: String) -> AttachmentError {
        AttachmentError(.database, "bridge \(name) was deleted while it was being worked on")
    }
}

extension OpenVSwitch.Bridge {
    /// How the NIC was configured when that was last written down; nil where it was not, or cannot be read.
    var record: ConfigurationRecord? { externalIDs[NICKeys.configuration].flatMap { ConfigurationRecord($0) } }
}
