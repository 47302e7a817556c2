package import HostNetwork
package import Logging
package import NetAddress
import Netlink
import OVNModel
import OVSDB
package import OVSDBClient

/// Puts a NIC under an Open vSwitch bridge of its own, `br<NIC>`, which takes over its addresses and routes; and back.
///
/// All or nothing: the NIC has what it had when a step fails. Repeating either call finishes what was cut short, or does nothing.
package struct NICBridge: Sendable {
    /// What a move did.
    package struct Result: Hashable, Sendable {
        /// The bridge's name.
        package let bridge: String
        /// What was added to its new place, in words; empty where nothing was left to do.
        package let moved: [String]
        /// Addresses with a lease: the DHCP client must be stopped on one interface and started on the other.
        package let leased: [InterfaceAddress]
    }

    let ovs: OVSDBClient
    let links: HostLinks
    let logger: Logger
    /// Called when a step of a move is done; what it throws fails the move there. For tests.
    let afterStep: @Sendable (Step) throws -> Void

    /// What a move to a bridge consists of, in order.
    package enum Step: String, Hashable, Sendable, CaseIterable {
        case insertRows = "insert rows"
        case awaitBridge = "wait for the bridge"
        case moveConfiguration = "move addresses and routes"
        case filter = "filter what the NIC receives"
    }

    /// - Parameter ovs: a client with at least ``HostAttachment/tables``.
    package init(
        ovs: OVSDBClient, links: HostLinks? = nil, logger: Logger,
        afterStep: @escaping @Sendable (Step) throws -> Void = { _ in }
    ) throws {
        self.ovs = ovs
        self.links = try links ?? HostLinks()
        self.logger = logger
        self.afterStep = afterStep
    }

    /// The bridge's name, `br<NIC>`, as long as an interface can be called that.
    package static func bridgeName(of nic: String) throws(AttachmentError) -> String {
        guard InterfaceName.isValid(nic), InterfaceName.isValid("br" + nic) else {
            throw AttachmentError(
                .refused, "'br\(nic)' can not be the name of a bridge: 1 to 15 bytes without / : or space")
        }
        return "br" + nic
    }

    /// Moves a NIC's addresses and routes to its bridge, which is made where it does not exist.
    package func move(
        nic: String, datapath: Datapath, within limit: Duration
    ) async throws(AttachmentError) -> Result {
        let deadline = Deadline(limit)
        do {
            let name = try Self.bridgeName(of: nic)
            let lock = try await NameLock.hold("ovn-containers/nic/\(nic)", within: limit)
            defer { withExtendedLifetime(lock) {} }
            guard let source = try await links.configuration(of: nic) else {
                throw AttachmentError(.refused, "there is no interface \(nic)")
            }
            try check(source, bridge: name, datapath: datapath)
            return try await move(source, to: name, datapath: datapath, until: deadline)
        } catch {
            throw AttachmentError(error, during: "move \(nic) to a bridge")
        }
    }

    /// Moves everything back to the NIC and deletes the bridge. A bridge that does not exist is success.
    package func restore(nic: String, within limit: Duration) async throws(AttachmentError) -> Result {
        let deadline = Deadline(limit)
        do {
            let name = try Self.bridgeName(of: nic)
            let lock = try await NameLock.hold("ovn-containers/nic/\(nic)", within: limit)
            defer { withExtendedLifetime(lock) {} }
            guard let target = try await links.configuration(of: nic) else {
                throw AttachmentError(.refused, "there is no interface \(nic)")
            }
            let bridge = ovs.replica.first(HostAttachment.bridgesByName, name)
            try await links.setReceiveFilter(false, on: target.link)
            var changes: [ConfigurationChange] = []
            if let source = try await links.configuration(of: name) {
                changes = InterfaceConfiguration.plan(from: source, to: target)
                do {
                    try await links.apply(changes)
                } catch {
                    if bridge?.datapathType == Datapath.netdev.rawValue {
                        try await links.setReceiveFilter(true, on: target.link)
                    }
                    throw error
                }
            }
            if let bridge {
                try await commit(deleteOperations(bridge), until: deadline)
            }
            return result(name, changes)
        } catch {
            throw AttachmentError(error, during: "move \(nic) back from its bridge")
        }
    }

    private func move(
        _ source: InterfaceConfiguration, to name: String, datapath: Datapath, until deadline: Deadline
    ) async throws -> Result {
        let before = ovs.replica.first(HostAttachment.bridgesByName, name)
        let operations = try ensureOperations(name, source.link, datapath, in: ovs.replica)
        do {
            if !operations.isEmpty { try await commit(operations, until: deadline) }
            try afterStep(.insertRows)
            try await awaitTaken(name, source.link.name, until: deadline)
            try afterStep(.awaitBridge)
            // Read again: a lease may have been renewed while Open vSwitch was at work.
            guard let target = try await links.configuration(of: name),
                let source = try await links.configuration(of: source.link.name)
            else {
                throw AttachmentError(.network, "\(source.link.name) or \(name) went away while it was being moved")
            }
            let changes = InterfaceConfiguration.plan(from: source, to: target)
            try await links.apply(changes)
            do {
                try afterStep(.moveConfiguration)
                if datapath == .netdev { try await links.setReceiveFilter(true, on: source.link) }
                try afterStep(.filter)
            } catch {
                if datapath == .netdev { try await links.setReceiveFilter(false, on: source.link) }
                try await links.apply(changes.reversed().compactMap(\.inverse))
                throw error
            }
            logger.info("NIC moved to a bridge", metadata: ["nic": "\(source.link.name)", "bridge": "\(name)"])
            return result(name, changes)
        } catch {
            guard !operations.isEmpty else { throw error }
            // The bridge and its ports go as they came, whatever the caller's deadline says by now.
            let work = self
            let failure: (any Error)? = await Task {
                do {
                    try await work.undoRows(name, nic: source.link.name, before: before, until: Deadline(.seconds(5)))
                    return nil
                } catch {
                    return error
                }
            }.value
            guard let failure else { throw error }
            throw AttachmentError(
                .unknown, "bridge \(name) could not be undone; repeat the command",
                cause: "\(AttachmentError(error, during: "move")); \(AttachmentError(failure, during: "undo"))")
        }
    }

    private func result(_ bridge: String, _ changes: [ConfigurationChange]) -> Result {
        var moved: [String] = []
        var leased: [InterfaceAddress] = []
        for change in changes {
            switch change {
            case .addAddress(let address):
                moved.append("address \(address.address)")
                if address.validFor != .max, address.address.address.version == .v4 { leased.append(address.address) }
            case .addRoute(let route): moved.append(route.description)
            default: break
            }
        }
        return Result(bridge: bridge, moved: moved, leased: leased)
    }
}
