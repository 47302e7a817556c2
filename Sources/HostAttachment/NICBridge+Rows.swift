import HostNetwork
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension NICBridge {
    /// Refuses what can not be moved as it is, before anything changes.
    func check(_ source: InterfaceConfiguration, bridge name: String, datapath: Datapath) throws(AttachmentError) {
        let link = source.link
        let replica = ovs.replica
        guard !link.isLoopback, let mac = link.mac, mac.bits != 0 else {
            throw AttachmentError(.refused, "\(link.name) is no Ethernet interface")
        }
        if let route = source.routes.first(where: { $0.nextHopObject != nil }) {
            throw AttachmentError(
                .refused, "\(route) uses a nexthop object, which can not be moved; replace it by a route with a gateway"
            )
        }
        if let port = replica.first(HostAttachment.portsByName, link.name),
            let holder = replica[OpenVSwitch.Bridge.self].first(where: { $0.ports.contains(port.id) }),
            holder.name != name
        {
            throw AttachmentError(.refused, "\(link.name) is a port of bridge \(holder.name) already")
        }
        if link.master != nil, replica.first(HostAttachment.portsByName, link.name) == nil {
            throw AttachmentError(
                .refused, "\(link.name) belongs to a bridge or bond of the kernel; take it out of that first")
        }
        if let bridge = replica.first(HostAttachment.bridgesByName, name),
            (bridge.datapathType == Datapath.netdev.rawValue ? Datapath.netdev : .system) != datapath
        {
            throw AttachmentError(
                .refused, "bridge \(name) exists with another datapath than \(datapath.rawValue); move back first")
        }
    }

    /// Makes the bridge, its own port and the NIC's, as far as they are missing.
    func ensureOperations(
        _ name: String, _ nic: Link, _ datapath: Datapath, in replica: Replica
    ) throws(AttachmentError) -> [OVSDB.Operation] {
        guard let configuration = replica[OpenVSwitch.Configuration.self].only else {
            throw AttachmentError(.refused, "the Open vSwitch database is empty; start Open vSwitch once")
        }
        let mac = nic.mac?.description ?? ""
        var operations: [OVSDB.Operation] = []
        func insertPort(_ name: String, type: String) -> RowID {
            var interface = OpenVSwitch.Interface(id: .random())
            interface.name = name
            interface.type = type
            var port = OpenVSwitch.Port(id: .random())
            port.name = name
            port.interfaces = [interface.id]
            operations += [.insert(interface), .insert(port)]
            return port.id
        }
        guard let bridge = replica.first(HostAttachment.bridgesByName, name) else {
            var bridge = OpenVSwitch.Bridge(id: .random())
            bridge.name = name
            bridge.datapathType = datapath == .netdev ? datapath.rawValue : ""
            bridge.failMode = "standalone"
            bridge.externalIDs = ["bridge-id": name]
            bridge.otherConfig = ["hwaddr": mac]
            bridge.ports = [insertPort(name, type: "internal"), insertPort(nic.name, type: "")].sorted()
            operations += [
                .insert(bridge),
                .mutate(OpenVSwitch.Configuration.self, configuration.id, .insert(into: .bridges, [bridge.id])),
            ]
            return operations
        }
        if replica.first(HostAttachment.portsByName, nic.name) == nil {
            let port = insertPort(nic.name, type: "")
            operations.append(.mutate(OpenVSwitch.Bridge.self, bridge.id, .insert(into: .ports, [port])))
        }
        if bridge.otherConfig["hwaddr"] != mac {
            operations.append(.mutate(OpenVSwitch.Bridge.self, bridge.id, .put(.otherConfig, ["hwaddr": mac])))
        }
        if !operations.isEmpty { operations.insert(.wait(bridge, columns: [.name]), at: 0) }
        return operations
    }

    func deleteOperations(_ bridge: OpenVSwitch.Bridge) -> [OVSDB.Operation] {
        let replica = ovs.replica
        var operations: [OVSDB.Operation] = []
        if let configuration = replica[OpenVSwitch.Configuration.self].only {
            operations.append(
                .mutate(OpenVSwitch.Configuration.self, configuration.id, .delete(from: .bridges, [bridge.id])))
        }
        for port in bridge.ports {
            operations += (replica[OpenVSwitch.Port.self][port]?.interfaces ?? []).map {
                .delete(OpenVSwitch.Interface.self, $0)
            }
            operations.append(.delete(OpenVSwitch.Port.self, port))
        }
        operations.append(.delete(OpenVSwitch.Bridge.self, bridge.id))
        return operations
    }

    /// Deletes the bridge, or only the NIC's port where the bridge was there before.
    func undoRows(
        _ name: String, nic: String, before: OpenVSwitch.Bridge?, until deadline: Deadline
    ) async throws {
        try await ovs.barrier(within: deadline.left)
        guard let bridge = ovs.replica.first(HostAttachment.bridgesByName, name) else { return }
        guard let before else {
            try await commit(deleteOperations(bridge), until: deadline)
            return
        }
        guard let port = ovs.replica.first(HostAttachment.portsByName, nic), !before.ports.contains(port.id) else {
            return
        }
        let interfaces = port.interfaces.map { OVSDB.Operation.delete(OpenVSwitch.Interface.self, $0) }
        try await commit(
            [.mutate(OpenVSwitch.Bridge.self, bridge.id, .delete(from: .ports, [port.id]))] + interfaces
                + [.delete(OpenVSwitch.Port.self, port.id)], until: deadline)
    }

    /// Commits, and waits until ovs-vswitchd has taken the new configuration up: `cur_cfg` reaches `next_cfg`
    /// (ovs-vswitchd.conf.db(5), table Open_vSwitch).
    func commit(_ operations: [OVSDB.Operation], until deadline: Deadline) async throws {
        guard let configuration = ovs.replica[OpenVSwitch.Configuration.self].only else {
            throw AttachmentError(.refused, "the Open vSwitch database is empty; start Open vSwitch once")
        }
        try await ovs.transact(
            operations + [.mutate(OpenVSwitch.Configuration.self, configuration.id, .add(.nextCfg, 1))],
            within: deadline.left)
        let goal = ovs.replica[OpenVSwitch.Configuration.self].only?.nextCfg ?? 0
        do {
            _ = try await ovs.wait(within: deadline.left) { replica -> Bool? in
                let current = replica[OpenVSwitch.Configuration.self].only?.curCfg ?? 0
                return current >= goal ? true : nil
            }
        } catch let error as OVSDBError where error.code == .timedOut {
            throw AttachmentError(.database, "ovs-vswitchd has not taken the change up; is it running?")
        }
    }

    /// Both interfaces have been opened by ovs-vswitchd, or it says why not.
    func awaitTaken(_ name: String, _ nic: String, until deadline: Deadline) async throws {
        do {
            let problem: String? = try await ovs.wait(within: deadline.left) { replica -> String?? in
                let rows = [name, nic].compactMap { replica.first(HostAttachment.interfacesByName, $0) }
                if let bad = rows.first(where: { $0.error?.isEmpty == false }) {
                    return .some("\(bad.name): \(bad.error ?? "")")
                }
                return rows.count == 2 && rows.allSatisfy { ($0.ofport ?? -1) > 0 } ? .some(nil) : nil
            }
            if let problem { throw AttachmentError(.database, "ovs-vswitchd can not use an interface", cause: problem) }
        } catch let error as OVSDBError where error.code == .timedOut {
            throw AttachmentError(.database, "ovs-vswitchd has not opened \(name) and \(nic); is it running?")
        }
    }
}
