package import Deadlines
import Glibc
import HostAttachment
import HostNetwork
package import Logging
package import OVNModel
package import OVSDB
package import OVSDBClient

/// The Open_vSwitch database of this host, connected.
package struct HostDatabase: Sendable {
    package let client: OVSDBClient

    package init(client: OVSDBClient) {
        self.client = client
    }

    /// Connects, runs `body`, disconnects.
    ///
    /// A socket without a listener is refused at once: waiting would not make Open vSwitch start.
    package static func with<T: Sendable>(
        _ remotes: [Remote], until deadline: Deadline, logger: Logger,
        _ body: @escaping @Sendable (HostDatabase) async throws -> T
    ) async throws -> T {
        for case .unix(let path) in remotes.prefix(1) where remotes.count == 1 {
            if let reason = Self.reasonNotListening(at: path) {
                throw HostError(
                    .refused,
                    "open vswitch is not running on this host: \(reason) at \(path) (--db names another socket)")
            }
        }
        let client = OVSDBClient(
            configuration: OVSDBConfiguration(
                remotes: remotes, database: "Open_vSwitch", tables: HostAttachment.tables),
            logger: logger)
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try await client.run()
                return nil
            }
            group.addTask {
                try await client.ready(within: deadline.remaining)
                return try await body(HostDatabase(client: client))
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw HostError(.refused, "the connection to open vswitch's database was given up")
        }
    }

    private static func reasonNotListening(at path: String) -> String? {
        if let descriptor = UnixSocket.connect(to: path) {
            close(descriptor)
            return nil
        }
        return switch errno {
        case ENAMETOOLONG: "no socket can be"
        case ENOENT: "there is no socket"
        case ECONNREFUSED: "nothing listens"
        case EACCES: "you may not connect"
        default: nil
        }
    }

    /// The one row of table Open_vSwitch.
    package var configuration: OpenVSwitch.Configuration {
        get throws {
            guard let row = client.replica[OpenVSwitch.Configuration.self].only else {
                throw HostError(
                    .refused,
                    "open vswitch's database has not been set up: start Open vSwitch by its service, "
                        + "or run 'ovs-vsctl --no-wait init'")
            }
            return row
        }
    }

    /// What the database says about this host's part in the logical networks.
    ///
    /// - Throws: `refused`, saying which command is missing.
    package func settings() throws -> HostSettings {
        try HostSettings(try configuration) { findBridge($0) != nil }
    }

    /// The bridge with this name.
    package func findBridge(_ name: String) -> OpenVSwitch.Bridge? {
        client.replica[OpenVSwitch.Bridge.self].first { $0.name == name }
    }

    /// Sets keys of `external_ids` of the Open_vSwitch row; others stay. What is as it should be is not written.
    package func setExternalIDs(_ pairs: [String: String], within limit: Duration) async throws {
        let row = try configuration
        let differing = pairs.filter { row.externalIDs[$0.key] != $0.value }
        guard !differing.isEmpty else { return }
        try await client.transact(
            [.mutate(OpenVSwitch.Configuration.self, row.id, .put(.externalIDs, StringMap(differing)))], within: limit)
    }

    /// Commits and waits until ovs-vswitchd has done what it says, as `ovs-vsctl` does.
    package func transactAndApply(_ operations: [OVSDB.Operation], until deadline: Deadline) async throws {
        _ = try configuration
        try await client.transactStep(operations, within: deadline.remaining)
        do {
            try await client.awaitSwitch(within: deadline.remaining)
        } catch let error as OVSDBError where error.code == .timedOut {
            throw HostError(
                .refused,
                "ovs-vswitchd has not applied the change within \(deadline.limit.inSeconds), the database has it: "
                    + "is ovs-vswitchd running?")
        }
    }
}
