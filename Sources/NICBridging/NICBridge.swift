import Deadlines
import Glibc
package import HostAttachment
package import HostNetwork
package import Logging
package import NetAddress
package import Netlink
import OVNModel
package import OVSDB
package import OVSDBClient

/// Puts a NIC under an Open vSwitch bridge of its own, `br<NIC>`, which takes over its addresses, routes and rules; and back.
///
/// All or nothing: the NIC has what it had when a step fails. Repeating either call finishes what was cut short, or does nothing. The
/// bridge's row remembers which NIC it is for and how that was configured, so that a bridge that came back empty, after a boot or
/// with a new ovs-vswitchd, is filled again by ``move(nic:datapath:within:)``.
package struct NICBridge: Sendable {
    /// What a move did.
    package struct Result: Hashable, Sendable {
        /// The bridge's name.
        package let bridge: String
        /// Both interfaces, as they are now.
        package let nic: Link
        package let bridgeLink: Link?
        /// What was added to its new place, in words; empty where nothing was left to do.
        package let moved: [String]
        /// Addresses with a lease, of those.
        package let leased: [InterfaceAddress]
        /// What the user should know.
        package var notes: [String] = []
    }

    /// What the moves consist of, in order: five steps there, two back before the bridge is deleted.
    package enum Step: String, Hashable, Sendable, CaseIterable {
        case createBridge = "create the bridge"
        case prepareBridge = "prepare the bridge's interface"
        case attachNIC = "attach the NIC"
        case moveConfiguration = "move addresses and routes"
        case filter = "filter what the NIC receives"

        case detachNIC = "detach the NIC"
        case moveBack = "move addresses and routes back"
    }

    let ovs: OVSDBClient
    let links: HostLinks
    let logger: Logger
    /// Called when a step of a move is done; what it throws fails the move there. For tests.
    let afterStep: @Sendable (Step) throws -> Void

    /// `ovs` must have at least ``HostAttachment/tables``.
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
                .refused, "'br\(nic)' cannot be the name of a bridge: 1 to 15 bytes without / : or space")
        }
        return "br" + nic
    }

    /// The NICs that have been moved, by what the bridges' rows say, with their bridges' datapaths.
    package static func moved(in replica: Replica) -> [(nic: String, datapath: Datapath)] {
        replica[OpenVSwitch.Bridge.self].compactMap { row in
            guard let nic = row.externalIDs[NICKeys.nic], row.name == "br" + nic else { return nil }
            return (nic, row.datapath)
        }.sorted { $0.nic < $1.nic }
    }

    /// Moves a NIC's addresses, routes and rules to its bridge, which is made where it does not exist and filled where it is empty.
    package func move(nic: String, datapath: Datapath, within limit: Duration) async throws(AttachmentError) -> Result {
        let deadline = Deadline(after: limit)
        do {
            let name = try Self.bridgeName(of: nic)
            let lock = try await hold(nic, within: limit)
            defer { withExtendedLifetime(lock) {} }
            guard let source = try await links.configuration(of: nic) else { throw absent(nic, name) }
            try await check(source, bridge: name, datapath: datapath)
            var work = NICMove(
                host: self, nic: nic, name: name, datapath: datapath,
                before: ovs.replica.first(HostAttachment.bridgesByName, name))
            do {
                return try await work.perform(source, until: deadline)
            } catch {
                try await work.undo(after: error)
            }
        } catch {
            throw AttachmentError(error, during: "move \(nic) to a bridge")
        }
    }

    /// Moves everything back to the NIC and deletes the bridge. A bridge that does not exist is success.
    package func moveBack(nic: String, within limit: Duration) async throws(AttachmentError) -> Result {
        let deadline = Deadline(after: limit)
        do {
            let name = try Self.bridgeName(of: nic)
            let lock = try await hold(nic, within: limit)
            defer { withExtendedLifetime(lock) {} }
            guard let target = try await links.find(.name(nic)) else { throw absent(nic, name) }
            guard let bridge = ovs.replica.first(HostAttachment.bridgesByName, name) else {
                return Result(bridge: name, nic: target, bridgeLink: nil, moved: [], leased: [])
            }
            try checkIsAlone(bridge, nic)
            var work = NICReturn(host: self, nic: target, bridge: bridge)
            do {
                return try await work.perform(until: deadline)
            } catch {
                try await work.undo(after: error)
            }
        } catch {
            throw AttachmentError(error, during: "move \(nic) back from its bridge")
        }
    }

    /// One at a time for a NIC, in whatever process.
    private func hold(_ nic: String, within limit: Duration) async throws -> NameLock {
        let lock = try await NameLock.hold("ovn-containers/nic/\(nic)", within: limit)
        // Whoever had it may have changed the rows since this copy of them was made.
        try await ovs.barrier(within: limit)
        return lock
    }

    private func absent(_ nic: String, _ bridge: String) -> AttachmentError {
        guard ovs.replica.first(HostAttachment.bridgesByName, bridge) != nil else {
            return AttachmentError(.refused, "there is no interface \(nic)")
        }
        return AttachmentError(
            .refused,
            "there is no interface \(nic), for which bridge \(bridge) is; 'ovs-vsctl del-br \(bridge)' gives it up")
    }
}

/// The keys of a bridge's `external_ids`.
enum NICKeys {
    /// The NIC that the bridge took over from.
    static let nic = InterfaceKeys.prefix + "nic"
    /// How that was configured: ``ConfigurationRecord``.
    static let configuration = InterfaceKeys.prefix + "nic-configuration"
}

extension OpenVSwitch.Bridge {
    /// An empty column means the kernel's.
    var datapath: Datapath { datapathType == Datapath.netdev.rawValue ? .netdev : .system }
}

/// The moment, as a record needs it.
enum Moment {
    /// Unix time.
    static var now: Int { time(nil) }

    /// What tells this run of the kernel from others.
    static func boot() throws -> String {
        try TextFile.read("/proc/sys/kernel/random/boot_id").filter { !$0.isWhitespace }
    }
}
