import HostNetwork
import OVNModel
import OVSDB

extension HostAttachment {
    /// The bridge an endpoint goes to, and its datapath.
    func bridge(_ name: String, in replica: Replica) throws(AttachmentError) -> (
        row: OpenVSwitch.Bridge, datapath: Datapath
    ) {
        guard let bridge = replica.first(Self.bridgesByName, name) else {
            throw AttachmentError(
                .refused, "bridge \(name) does not exist; make it with 'ovn-integrate create-integration-bridge'")
        }
        return (bridge, bridge.datapathType == Datapath.netdev.rawValue ? .netdev : .system)
    }

    /// Our row of a port. Another's row for the same port, or under the name we need, is refused: OVN would bind
    /// one of the two.
    func record(of endpoint: Endpoint, in replica: Replica) throws(AttachmentError) -> OpenVSwitch.Interface? {
        for row in replica.rows(Self.interfacesByPort, endpoint.portID) where row.name != endpoint.hostInterface {
            throw AttachmentError(
                .inUse,
                "port \(endpoint.portID) is plugged as interface \(row.name) already; remove that with 'ovs-vsctl del-port \(row.name)'"
            )
        }
        guard let row = replica.first(Self.interfacesByName, endpoint.hostInterface) else { return nil }
        guard row.portID == endpoint.portID else {
            throw AttachmentError(
                .inUse,
                "interface \(row.name) of Open vSwitch belongs to something else; remove it with 'ovs-vsctl del-port \(row.name)'"
            )
        }
        return row
    }

    /// Both rows and the bridge's reference in one transaction. The bridge is waited for, since a Port that nothing refers to would
    /// vanish without a word.
    func insertOperations(
        _ endpoint: Endpoint, bridge: OpenVSwitch.Bridge, externalIDs: StringMap
    ) -> [OVSDB.Operation] {
        var interface = OpenVSwitch.Interface(id: .random())
        interface.name = endpoint.hostInterface
        interface.externalIDs = externalIDs
        var port = OpenVSwitch.Port(id: .random())
        port.name = endpoint.hostInterface
        port.interfaces = [interface.id]
        port.tag = endpoint.vlan
        return [
            .wait(bridge, columns: [.name]),
            .insert(interface),
            .insert(port),
            .mutate(OpenVSwitch.Bridge.self, bridge.id, .insert(into: .ports, [port.id])),
        ]
    }

    /// Brings a row's keys to what they must be; nothing where they are.
    func repairOperations(_ row: OpenVSwitch.Interface, externalIDs: StringMap) -> [OVSDB.Operation] {
        let differing = externalIDs.filter { row.externalIDs[$0.key] != $0.value }
        let stale = row.externalIDs.keys.filter {
            ($0.hasPrefix(InterfaceKeys.prefix) || $0 == InterfaceKeys.portID) && externalIDs[$0] == nil
        }
        var mutations: [RowMutation<OpenVSwitch.Interface>] = []
        if !stale.isEmpty { mutations.append(.removeKeys(.externalIDs, Array(stale))) }
        if !differing.isEmpty {
            mutations.append(
                .put(.externalIDs, StringMap(Dictionary(uniqueKeysWithValues: differing.map { ($0.key, $0.value) }))))
        }
        guard !mutations.isEmpty else { return [] }
        return [.wait(row, columns: [.name]), .mutate(OpenVSwitch.Interface.self, row.id, mutations)]
    }

    /// Brings the tag of a row's Port to what it must be; nothing where it is.
    func retagOperations(_ row: OpenVSwitch.Interface, _ tag: Int?, in replica: Replica) -> [OVSDB.Operation] {
        guard var port = Self.holder(of: row, in: replica)?.port, port.tag != tag else { return [] }
        port.tag = tag
        return [.wait(port, columns: [.name]), .update(port, columns: [.tag])]
    }

    /// Takes our rows of a port out of their bridge.
    func deleteOperations(portID: String, in replica: Replica) -> [OVSDB.Operation] {
        var operations: [OVSDB.Operation] = []
        for row in replica.rows(Self.interfacesByPort, portID) where Attachment(row, bridge: "") != nil {
            if let (port, bridge) = Self.holder(of: row, in: replica) {
                operations.append(.mutate(OpenVSwitch.Bridge.self, bridge.id, .delete(from: .ports, [port.id])))
                operations.append(.delete(OpenVSwitch.Port.self, port.id))
            }
            operations.append(.delete(OpenVSwitch.Interface.self, row.id))
        }
        return operations
    }
}
