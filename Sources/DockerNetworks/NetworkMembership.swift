import HostAttachment
package import HostNetwork
package import HostSetup
import Logging
import NeutronAPI

/// One of this host's Docker networks as a user of a logical network of the API.
package struct NetworkMembership: Sendable {
    /// libnetwork's.
    let id: String
    let host: ContainerHost

    package init(_ id: String, on host: ContainerHost) {
        self.id = id
        self.host = host
    }

    /// Only one at a time makes or removes one of the engine's networks, or writes down that one is there. Others do not wait: making
    /// a network takes longer than a second.
    package static func lock(_ what: String, on host: ContainerHost) async throws -> NameLock {
        let name = "ovn-containers/docker-networks/\(host.settings.hostID.prefix(32))/\(what.prefix(32))"
        return try await NameLock.hold(name, within: host.remaining)
    }

    package func lock() async throws -> NameLock { try await Self.lock(id, on: host) }

    /// Leaves the logical network. Succeeds if there is none.
    package func forget(_ reservations: Reservations) async throws {
        let lock = try await lock()
        defer { withExtendedLifetime(lock) {} }
        guard try host.database.networkIDs().contains(id) else { return }
        if let record = try host.database.networkRecord(id) { try await removeStalePorts(of: record, reservations) }
        try await leave()
    }

    /// The record goes last: as long as it is there, somebody will try again.
    package func leave() async throws {
        try await LogicalNetwork(host: host, user: id).leave()
        try await host.database.removeNetworkRecord(id, within: host.remaining)
        host.logger.info("network left", metadata: ["docker": "\(id)"])
    }

    /// The engine removes a network that has no endpoints any more: what is left of this host's ports there waits for the audit, and
    /// would keep the network.
    private func removeStalePorts(of record: NetworkRecord, _ reservations: Reservations) async throws {
        let others = try host.database.networkRecords().filter { $0.network == record.network }
        guard others.count == 1 else { return }
        for port in try await EndpointPort(host: host).all() where port.networkID == record.network {
            guard host.attachment.attachment(portID: "\(port.id)") == nil else { continue }
            await reservations.remove(port.id)
            try await EndpointPort(host: host).release(port.id, isSticky: EndpointPort.isSticky(port))
        }
    }
}
