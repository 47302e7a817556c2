import ArgumentParser
import Certificates
import ContainerFirewall
import Deadlines
import DockerNetworks
import HostAttachment
import HostMembership
import HostNetwork
import HostSetup
import Logging
import OVNModel
import OVSDB
import OVSDBClient

/// `ovn-integrate leave`
struct LeaveNetworks: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave",
        abstract: "Take this host out of the logical networks.",
        discussion: """
            Deletes the integration bridge, the settings, and the packet filter's table, each of which may be gone already. \
            Refused while anything is attached to the bridge, while Docker has networks of ours, and while ovn-controller \
            runs, which would make the bridge again. NICs that nics-to-bridge has moved stay where they are.

            A host that has joined with a token stops and disables the daemons by itself, is taken out at central, and loses \
            its certificate. With --force it leaves also while something is attached, which loses its network, and while \
            central cannot be reached, where 'ovn-ipam host remove' then does what was not done.
            """)

    @Flag(help: "Leave also with something attached, and without central.")
    var force = false

    @OptionGroup var host: LocalOptions

    func run(in context: Context) async throws {
        let deadline = host.deadline(default: .seconds(30))
        let (progress, logger, force) = (host.progress(context), host.logger(context), force)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: logger) { database in
            try await Leaving(
                database: database, folder: .ofHost(context.environment), isForced: force, context: context,
                deadline: deadline, progress: progress, logger: logger
            ).run()
        }
    }
}

/// The steps of leaving, each of which may have been done already.
struct Leaving: Sendable {
    let database: HostDatabase
    let folder: CredentialFolder
    let isForced: Bool
    let context: Context
    let deadline: Deadline
    let progress: @Sendable (String) -> Void
    let logger: Logger

    func run() async throws {
        let hooks = context.hooks
        let firewall = HostFirewall(hooks)
        if let reason = try departure().obstacle, !isForced {
            throw HostError(.refused, "\(reason); nothing changed")
        }
        if let central = try joined() {
            try await leave(central)
        } else {
            try await checkController()
        }
        if isForced { try await detachAll() }
        try hooks.afterLeaveStep(.endpoints)
        let departure = try departure()
        if !departure.operations.isEmpty {
            progress("deleting bridge \(departure.bridgeName) and the settings")
            try await database.transactAndApply(departure.operations, until: deadline)
        }
        try hooks.afterLeaving()
        try hooks.afterLeaveStep(.settings)
        try await firewall.ensure(database)
        try hooks.afterLeaveStep(.firewall)
        if !folder.isEmpty {
            progress("removing the certificate")
            // A renewal that is under way ends first, and none begins after.
            let lock = try await NameLock.hold(CertificateRenewal.lockName, within: deadline.remaining)
            defer { withExtendedLifetime(lock) {} }
            do { try folder.remove() } catch { throw HostError(.refused, error.description) }
        }
        try hooks.afterLeaveStep(.certificate)
    }

    private func departure() throws -> Departure {
        try Departure(
            database.client.replica, networks: try database.networkIDs(), folder: folder)
    }

    /// The central that this host has joined, or was joining when that was cut short.
    private func joined() throws -> CentralPoint? {
        let row = try database.configuration
        if let central = CentralPoint(row), central.isSecure { return central }
        guard let central = row.externalIDs[HostSettings.joiningKey].flatMap({ CentralPoint(invitedTo: $0) }) else {
            return nil
        }
        do { if try folder.certificate() != nil { return central } } catch {
            throw HostError(.refused, error.description)
        }
        context.console.errors(
            "note: joining the central at \(central.address) was cut short; where 'ovn-ipam host list' has this host, "
                + "'ovn-ipam host remove' removes it")
        return nil
    }

    private var controller: OVNController { OVNController(folder: context.environment["OVN_RUNDIR"]) }

    private func checkController() async throws {
        guard case .notRunning = await controller.connection(within: .seconds(1)) else {
            throw HostError(
                .refused,
                "ovn-controller is running: stop it first, 'systemctl disable --now ovn-host' "
                    + "or 'ovs-appctl -t ovn-controller exit'; nothing changed")
        }
    }

    /// Leaves a central that this host has joined. First whether it can be reached, then the daemons, which would register the host
    /// again, then central.
    private func leave(_ central: CentralPoint) async throws {
        let reason = await reasonNotToAsk(central)
        if let reason {
            guard isForced else {
                throw HostError(
                    HostError(reason).code,
                    "\(reason); nothing changed: with --force this host leaves anyway, "
                        + "and 'ovn-ipam host remove' at central does the rest")
            }
            context.console.errors(
                "warning: central still has this host, its chassis and ports: run "
                    + "'ovn-ipam host remove \(HostSettings.hostID(try database.configuration))' there (\(reason))")
        }
        progress("stopping the daemons")
        try await context.daemons.stop(until: deadline)
        try await checkController()
        try context.hooks.afterLeaveStep(.daemons)
        if reason == nil {
            progress("leaving the central at \(central.address)")
            do {
                try await CentralHosts.with(central, as: folder, logger: logger) { hosts throws(MembershipError) in
                    try await hosts.leave(within: min(deadline.remaining, Self.limit))
                }
            } catch { throw HostError(error) }
        }
        try context.hooks.afterLeaveStep(.central)
    }

    private static let limit = Duration.seconds(10)

    /// Why central cannot be told; nil where it can, or knows of no such host any more.
    private func reasonNotToAsk(_ central: CentralPoint) async -> MembershipError? {
        do {
            try await CentralHosts.with(central, as: folder, logger: logger) { hosts throws(MembershipError) in
                _ = try await hosts.itself(within: min(deadline.remaining, Self.limit))
            }
            return nil
        } catch { return error.kind == .unknownHost ? nil : error }
    }

    /// Takes everything out of its container and forgets Docker's networks.
    private func detachAll() async throws {
        let links = try context.hooks.namespace.map { try HostLinks(in: $0) }
        let attachment = try HostAttachment(
            ovs: database.client, links: links, controller: controller, logger: logger)
        for attached in attachment.attachments() {
            context.console.errors(
                "note: port \(attached.portID) (\(attached.hostInterface)) is attached and loses its network")
            try await attachment.detach(portID: attached.portID, within: deadline.remaining)
        }
        for id in try database.networkIDs() {
            context.console.errors(
                "note: docker's network \(id.prefix(12)) works no longer; 'docker network rm' removes it")
            try await database.removeNetworkRecord(id, within: deadline.remaining)
        }
    }
}

/// What leaving takes, and what stands in its way.
struct Departure {
    let bridgeName: String
    /// What is attached, in words; nil where nothing is.
    let obstacle: String?
    /// Of the database; empty where all is done.
    let operations: [OVSDB.Operation]

    /// `networks` are Docker's ids of its networks here, `folder` that of this host's certificate.
    init(
        _ replica: Replica, networks: [String] = [], folder: CredentialFolder? = nil
    ) throws(HostError) {
        guard let row = replica[OpenVSwitch.Configuration.self].only else {
            throw HostError(.refused, "open vswitch's database has not been set up: there is nothing to leave")
        }
        let ids = row.externalIDs
        bridgeName = ids["ovn-bridge"] ?? "br-int"
        let name = bridgeName
        let bridge = replica[OpenVSwitch.Bridge.self].first { $0.name == name }
        obstacle = Self.obstacle(replica, bridge, networks)
        var operations: [OVSDB.Operation] = []
        // Without any setting left it is another's.
        let keys = HostSettings.keys.filter { ids[$0] != nil }
        if let bridge, !keys.isEmpty {
            operations.append(.mutate(OpenVSwitch.Configuration.self, row.id, .delete(from: .bridges, [bridge.id])))
        }
        if !keys.isEmpty {
            operations.append(.mutate(OpenVSwitch.Configuration.self, row.id, .removeKeys(.externalIDs, keys)))
        }
        if ids[HostSettings.joiningKey] != nil {
            operations.append(
                .mutate(
                    OpenVSwitch.Configuration.self, row.id, .removeKeys(.externalIDs, [HostSettings.joiningKey])))
        }
        if let folder { operations += Membership.removal(of: folder, replica) }
        self.operations = operations
    }

    private static func obstacle(_ replica: Replica, _ bridge: OpenVSwitch.Bridge?, _ networks: [String]) -> String? {
        // In the underlay mode endpoints are attached to the bridge of the NIC.
        let endpoints = HostAttachment.attachments(in: replica).map { "\($0.portID) (\($0.hostInterface))" }
        if !endpoints.isEmpty {
            return "endpoints are attached: \(listed(endpoints)); delete them or their containers first"
        }
        if !networks.isEmpty {
            return
                "docker has networks here: \(listed(networks.map { String($0.prefix(12)) })); remove them first, 'docker network rm'"
        }
        let own = Set(bridge?.ports ?? [])
        let strangers = replica[OpenVSwitch.Port.self].filter { port in
            own.contains(port.id) && port.name != bridge?.name && port.externalIDs["ovn-chassis-id"] == nil
                && port.externalIDs["ovn-localnet-port"] == nil
        }.map(\.name)
        guard !strangers.isEmpty, let bridge else { return nil }
        return "bridge \(bridge.name) has other ports: \(listed(strangers.sorted())); remove them first"
    }

    /// The first few, and how many more there are.
    private static func listed(_ words: [String]) -> String {
        words.count <= 5
            ? words.joined(separator: ", ") : "\(words.prefix(5).joined(separator: ", ")) and \(words.count - 5) more"
    }
}
