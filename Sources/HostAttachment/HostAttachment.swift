package import HostNetwork
package import Logging
package import OVNModel
package import OVSDB
package import OVSDBClient

/// Plugs endpoints into containers of this host, and takes them out again.
///
/// The Interface row is the only record: what is attached is what has one of our rows, and everything that must be undone is in it.
/// All changes are idempotent. One port is worked on by one process at a time; different ports do not wait for each other.
package struct HostAttachment: Sendable {
    /// The tables that the client of the Open_vSwitch database must replicate. What changes every few seconds by itself is left out.
    package static let tables: [MonitoredTable] = [
        MonitoredTable(OpenVSwitch.Configuration.self, excluding: [.statistics]),
        MonitoredTable(OpenVSwitch.Bridge.self, excluding: [.status, .rstpStatus]).indexed(by: bridgesByName),
        MonitoredTable(OpenVSwitch.Port.self, excluding: [.statistics, .status, .rstpStatus, .rstpStatistics])
            .indexed(by: portsByName),
        MonitoredTable(
            OpenVSwitch.Interface.self,
            columns: [
                .name, .type, .externalIDs, .error, .ofport, .ifindex, .mtu, .mtuRequest, .adminState, .linkState,
                .macInUse,
                .options, .status, .bfdStatus,
            ]
        ).indexed(by: interfacesByPort).indexed(by: interfacesByName).indexed(by: interfacesByContainer),
        MonitoredTable(OpenVSwitch.SSL.self),
    ]

    package static let bridgesByName = Index<OpenVSwitch.Bridge, String>.column(\.name, name: "name")
    package static let portsByName = Index<OpenVSwitch.Port, String>.column(\.name, name: "name")
    package static let interfacesByName = Index<OpenVSwitch.Interface, String>.column(\.name, name: "name")
    static let interfacesByPort = Index<OpenVSwitch.Interface, String>("port") {
        (row: OpenVSwitch.Interface) -> String? in row.portID
    }
    static let interfacesByContainer = Index<OpenVSwitch.Interface, String>.externalID(
        InterfaceKeys.containerID, of: \.externalIDs)

    let ovs: OVSDBClient
    package let links: HostLinks
    let logger: Logger
    let controller: OVNController
    /// Called when a step of an attachment is done; what it throws fails the attachment there. For tests.
    let afterStep: @Sendable (AttachStep) throws -> Void

    /// `ovs` is a running client of this host's Open_vSwitch database with at least ``tables``. `links` are those of the
    /// namespace that Open vSwitch works in; nil is the process's own. `controller` serves for a diagnosis.
    ///
    /// - Throws: where no netlink socket can be opened.
    package init(
        ovs: OVSDBClient, links: HostLinks? = nil, controller: OVNController = OVNController(), logger: Logger,
        afterStep: @escaping @Sendable (AttachStep) throws -> Void = { _ in }
    ) throws {
        self.ovs = ovs
        self.links = try links ?? HostLinks()
        self.controller = controller
        self.logger = logger
        self.afterStep = afterStep
    }

    /// What is attached, by the rows alone, in the order of the interfaces' names.
    package func attachments() -> [Attachment] { Self.attachments(in: ovs.replica) }

    /// The attachment of one port, by the row alone.
    package func attachment(portID: String) -> Attachment? {
        let replica = ovs.replica
        return replica.rows(Self.interfacesByPort, portID).lazy.compactMap { Self.attachment($0, in: replica) }.first
    }

    /// The same in a replica with ``tables``.
    package static func attachments(in replica: Replica) -> [Attachment] {
        var bridges: [RowID: String] = [:]
        for bridge in replica[OpenVSwitch.Bridge.self] {
            for port in bridge.ports { bridges[port] = bridge.name }
        }
        return replica[OpenVSwitch.Interface.self].compactMap { row in
            let port = replica.first(portsByName, row.name)
            return Attachment(row, bridge: port.flatMap { bridges[$0.id] } ?? "", tag: port?.tag)
        }.sorted { $0.hostInterface < $1.hostInterface }
    }

    static func attachment(_ row: OpenVSwitch.Interface, in replica: Replica) -> Attachment? {
        let holder = holder(of: row, in: replica)
        return Attachment(row, bridge: holder?.bridge.name ?? "", tag: holder?.port.tag)
    }

    /// The Port row of an interface and the bridge that has it.
    static func holder(
        of row: OpenVSwitch.Interface, in replica: Replica
    ) -> (port: OpenVSwitch.Port, bridge: OpenVSwitch.Bridge)? {
        guard let port = replica.first(portsByName, row.name), port.interfaces.contains(row.id),
            let bridge = replica[OpenVSwitch.Bridge.self].first(where: { $0.ports.contains(port.id) })
        else { return nil }
        return (port, bridge)
    }
}

/// What an attachment consists of. The rows are on their way while the container's end is configured.
package enum AttachStep: String, Hashable, Sendable, CaseIterable {
    case createVeth = "create veth"
    case configureHost = "configure the host's end"
    case configureContainer = "configure the container's end"
    case insertRows = "insert rows"
    case awaitInstalled = "wait for ovn-installed"
}
