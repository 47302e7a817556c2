import Deadlines
import HostAttachment
package import HostSetup
package import Keystone
package import Logging
import NeutronClient
package import OVSDBClient

/// Makes hosts for a daemon: connected once, and set up as the Open vSwitch database says at each moment.
///
/// Everything may come and go: Open vSwitch, the host's settings, central. Whoever asks waits no longer than he says, and is told what is
/// missing.
package actor HostSource {
    private struct Connection {
        let settings: HostSettings
        let access: NetworkAccess
    }

    private let client: OVSDBClient
    private let choice: CloudChoice
    private let executable: String
    private let logger: Logger
    private var attachment: HostAttachment?
    private var connection: Connection?

    /// `client` is of this host's Open_vSwitch database, running, with at least ``HostAttachment/tables``; `choice` is
    /// which cloud is asked in the underlay mode, and the environment.
    package init(client: OVSDBClient, choice: CloudChoice, executable: String, logger: Logger) {
        self.client = client
        self.choice = choice
        self.executable = executable
        self.logger = logger
    }

    /// The services of a cloud take seconds where ours take milliseconds.
    private static let cloudFactor = 3

    /// How long Open vSwitch may take to be there. It is started before Docker, so that it hardly ever has to be waited for.
    private static let starting = Duration.seconds(3)

    package func host(within limit: Duration) async throws -> ContainerHost {
        try await client.ready(within: min(limit, Self.starting))
        let database = HostDatabase(client: client)
        let settings = try database.settings()
        let deadline = Deadline(after: settings.vif == nil ? limit : limit * Self.cloudFactor)
        try settings.check(choice.environment)
        let access = try await access(settings, until: deadline)
        return ContainerHost(
            settings: settings, database: database, api: access.api, project: access.project,
            attachment: try openAttachment(), environment: choice.environment, executable: executable,
            deadline: deadline, logger: logger)
    }

    /// Closes the connections; nothing may be asked after.
    package func shutdown() async {
        let last = connection
        connection = nil
        await last?.access.api.shutdown()
    }

    private func access(_ settings: HostSettings, until deadline: Deadline) async throws -> NetworkAccess {
        if let connection, connection.settings == settings { return connection.access }
        // Only a cloud is asked anything here. How long a connection may take to be made does not depend on who is first.
        let access = try await NetworkAccess.connect(
            choice, central: settings.central, until: settings.vif == nil ? Deadline(after: .seconds(4)) : deadline,
            logger: logger)
        // Another call may have connected meanwhile.
        if let connection, connection.settings == settings {
            await access.api.shutdown()
            return connection.access
        }
        let old = connection
        connection = Connection(settings: settings, access: access)
        await old?.access.api.shutdown()
        return access
    }

    private func openAttachment() throws -> HostAttachment {
        if let attachment { return attachment }
        let opened = try HostAttachment(
            ovs: client, controller: OVNController(folder: choice.environment["OVN_RUNDIR"]), logger: logger)
        attachment = opened
        return opened
    }
}
