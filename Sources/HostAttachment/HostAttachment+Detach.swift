import Deadlines
import HostNetwork
import Logging
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension HostAttachment {
    /// Takes an endpoint out of its container, by the row alone: the container and its namespace may be gone. Succeeds if there is none.
    ///
    /// - Throws: ``AttachmentError``.
    package func detach(portID: String, within limit: Duration) async throws(AttachmentError) {
        try await underLock(of: portID, within: limit, "detach port \(portID)") { deadline in
            try await remove(portID: portID, until: deadline)
        }
        logger.info("endpoint detached", metadata: ["port": "\(portID)"])
    }

    /// Removes rows, then the veth. When this returns neither is there.
    func remove(portID: String, until deadline: Deadline) async throws {
        let names = try await removeRows(portID: portID, until: deadline)
        for name in names.union([InterfaceName.host(ofPort: portID)]) { try await removeVeth(name, of: portID) }
    }

    /// Removes our rows of a port; returns the names they had.
    @discardableResult
    func removeRows(portID: String, until deadline: Deadline) async throws -> Set<String> {
        if ovs.replica.rows(Self.interfacesByPort, portID).isEmpty {
            // The copy may be behind what another process, or a transaction of unknown outcome, has committed.
            try await ovs.barrier(within: deadline.remaining)
        }
        let replica = ovs.replica
        let rows = replica.rows(Self.interfacesByPort, portID).filter { Attachment($0, bridge: "") != nil }
        let operations = deleteOperations(portID: portID, in: replica)
        if !operations.isEmpty { try await ovs.transactStep(operations, within: deadline.remaining) }
        return Set(rows.map(\.name))
    }

    /// Returns when ovs-vswitchd has let go of all that was detached; at once where it has, as nearly always.
    ///
    /// It gives a device that it lets go of its former flags back, and knows it by its name: one that was made again under the name of an
    /// old one meanwhile would be set down. An ovs-vswitchd that does not answer is not waited for any longer: it has forgotten the old
    /// device when it is started again.
    func awaitDetached(until deadline: Deadline) async throws {
        do {
            try await ovs.awaitSwitch(within: min(deadline.remaining, Self.releaseLimit))
        } catch let error as OVSDBError where error.code == .timedOut {
            logger.info("ovs-vswitchd does not take changes up", metadata: ["waited": "\(Self.releaseLimit.inSeconds)"])
        }
    }

    private static let releaseLimit = Duration.seconds(2)

    /// Removes a port's veth. One that carries another port's alias is not its.
    func removeVeth(_ name: String, of portID: String) async throws {
        guard let link = try await links.find(.name(name)), link.kind == "veth",
            link.alias.isEmpty || link.alias == InterfaceKeys.prefix + portID
        else { return }
        try await links.removeVeth(name)
    }
}
