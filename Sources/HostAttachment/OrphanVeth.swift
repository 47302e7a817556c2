import Deadlines
import HostNetwork
import Logging
import Netlink
import OVSDB
import OVSDBClient

/// A veth that was made for a port and has no row.
package struct OrphanVeth: Hashable, Sendable {
    package let hostInterface: String
    /// Empty where its maker was killed before it could write it down.
    package let portID: String

    package init(hostInterface: String, portID: String) {
        self.hostInterface = hostInterface
        self.portID = portID
    }

    init(_ link: Link) {
        self.init(hostInterface: link.name, portID: String(link.alias.dropFirst(InterfaceKeys.prefix.count)))
    }
}

extension HostAttachment {
    /// Our veths without a row: what runs left behind that were cut short.
    package func orphans() async throws(AttachmentError) -> [OrphanVeth] {
        try await byName().values.filter { $0.isVethOfPort && !hasRow($0.name) }.map(OrphanVeth.init)
            .sorted { $0.hostInterface < $1.hostInterface }
    }

    /// Deletes a veth that ``orphans()`` has found, unless it has a row by now. Succeeds if there is none.
    package func removeOrphan(_ hostInterface: String, within limit: Duration) async throws(AttachmentError) {
        let deadline = Deadline(after: limit)
        do {
            let lock = try await NameLock.hold(Self.lockName(hostInterface: hostInterface), within: limit)
            defer { withExtendedLifetime(lock) {} }
            // The copy may be behind what the lock's last holder has committed.
            try await ovs.barrier(within: deadline.remaining)
            guard let link = try await links.find(.name(hostInterface)), link.isVethOfPort, !hasRow(hostInterface)
            else { return }
            try await links.removeVeth(hostInterface)
        } catch {
            throw AttachmentError(error, during: "delete veth \(hostInterface)")
        }
        logger.info("veth without a row deleted", metadata: ["interface": "\(hostInterface)"])
    }

    /// Whether an interface of this name is plugged in.
    private func hasRow(_ hostInterface: String) -> Bool {
        ovs.replica.first(Self.interfacesByName, hostInterface) != nil
    }
}

extension Link {
    /// Whether it is a veth that we made for a port. One that lacks the alias is so by its name: its maker was killed before it could
    /// give it one.
    var isVethOfPort: Bool {
        kind == "veth" && (alias.hasPrefix(InterfaceKeys.prefix) || alias.isEmpty && InterfaceName.isHost(name))
    }
}
