import ArgumentParser
import Certificates
import ContainerFirewall
import Deadlines
import Glibc
import HostAttachment
import HostDiagnosis
import HostMembership
import HostNetwork
import HostSetup
import Keystone
import Logging
import NetAddress
import OVNModel
import OVSDB
import OVSDBClient

/// `ovn-integrate join`
struct JoinNetworks: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Make this machine a host, with a token of 'ovn-ipam invite'.",
        discussion: """
            Does all that a host needs: a key, which never leaves it, and a certificate for it, the integration bridge, the \
            settings of Open vSwitch and ovn-controller, the packet filter's table, and the daemons that are installed; \
            waits until ovn-controller is connected, and shows the status.

            The token says which authority central has: before that is seen nothing secret is sent. May be repeated, also \
            after it was interrupted. A host of the same central that was set up by set-ipam and the rest changes over \
            without a packet lost; one of another central is to leave that first.
            """)

    @Argument(help: "What 'ovn-ipam invite' printed.")
    var token: String

    @Option(
        help: ArgumentHelp(
            "This host's own address, by which other hosts reach it; by default the one that packets to central have.",
            valueName: "address"))
    var tep: String?

    @Option(help: "What moves the packets: system (the kernel) or netdev (user space).")
    var datapath: Datapath?

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: LocalOptions

    func validate() throws {
        do { _ = try JoinToken(token) } catch { throw ValidationError(error.description) }
        if let tep, IPAddress(tep) == nil { throw ValidationError("--tep: \"\(tep)\" is not an IP address") }
    }

    func run(in context: Context) async throws {
        let deadline = host.deadline(default: .seconds(60))
        let logger = host.logger(context)
        let enrolment = try Enrolment(
            try JoinToken(token), folder: .ofHost(context.environment), logger: logger,
            afterStep: context.hooks.afterJoinStep)
        let work = Joining(
            enrolment: enrolment, tep: tep.flatMap { IPAddress($0) }, datapath: datapath, context: context,
            deadline: deadline, progress: host.progress(context), logger: logger)
        let status = try await HostDatabase.with(host.remote(context), until: deadline, logger: logger) { database in
            try await work.run(database)
            // What the host itself sees, whoever's credentials are in the environment.
            let cloud = CloudChoice(environment: context.environment.filter { !$0.key.hasPrefix("OS_") })
            return try await IntegrationStatus.look(database, cloud, context.hooks, until: deadline, logger: logger)
        }
        status.print(output, on: context.console)
        if let cause = status.cause {
            throw HostError(.refused, "this host has joined and does not work yet: \(cause)")
        }
    }
}

/// The steps of joining, each of which may have been done already.
struct Joining: Sendable {
    let enrolment: Enrolment
    let tep: IPAddress?
    let datapath: Datapath?
    let context: Context
    let deadline: Deadline
    let progress: @Sendable (String) -> Void
    let logger: Logger

    private static let usualBridge = "br-int"

    func run(_ database: HostDatabase) async throws {
        let afterStep = context.hooks.afterJoinStep
        let firewall = HostFirewall(context.hooks)
        try firewall.check(database)
        try check(database)
        let membership = try await membership(database)
        try await CreateIntegrationBridge.ensureBridge(membership.bridge, datapath, database, deadline, progress)
        try afterStep(.bridge)
        let operations = try membership.operations(database.client.replica)
        if !operations.isEmpty {
            progress(
                "setting central \(membership.central.address) and the local tunnel endpoint "
                    + "\(membership.tunnelAddress)")
            try await database.transactAndApply(operations, until: deadline)
        }
        try afterStep(.settings)
        try await firewall.ensure(database)
        try afterStep(.firewall)
        let controller = OVNController(folder: context.environment["OVN_RUNDIR"])
        let isRunning = if case .notRunning = await controller.connection() { false } else { true }
        for daemon in try await context.daemons.start(controllerRuns: isRunning, until: deadline) {
            progress("started \(daemon)")
        }
        try afterStep(.daemons)
        await awaitConnection(of: controller, membership)
    }

    /// Throws where this host is something else. Nothing has been changed by then.
    private func check(_ database: HostDatabase) throws {
        let row = try database.configuration
        guard row.externalIDs["ovn-mode"] != "underlay" else {
            throw HostError(
                .refused,
                "this machine is in the underlay mode, where a cloud carries its networks: 'ovn-integrate leave' first; "
                    + "nothing changed")
        }
        if let central = row.externalIDs["ipam"], !enrolment.central.isAt(central), try !enrolment.isKnown {
            throw HostError(
                .refused,
                "this host is part of the central at \(central), and the token is of the one at "
                    + "\(enrolment.central.address): 'ovn-integrate leave' first, or where both are one, "
                    + "'ovn-integrate set-ipam \(enrolment.central.address)'; nothing changed")
        }
        if let refusal = try Membership.foreign(database.client.replica, enrolment.folder) {
            throw HostError(.refused, "\(refusal.message); nothing changed")
        }
    }

    /// What this host is to be, with its certificate in the folder.
    private func membership(_ database: HostDatabase) async throws -> Membership {
        let row = try database.configuration
        let name = try SystemID.ensure(row, file: context.hooks.systemIDFile ?? SystemID.file)
        let address = try tunnelAddress(row)
        let lock = try await NameLock.hold(CertificateRenewal.lockName, within: deadline.remaining)
        defer { withExtendedLifetime(lock) {} }
        let southboundPort: Int
        if let port = Membership.southboundPort(row),
            let member = try await enrolment.member(within: deadline.remaining), member.systemID == name.text,
            IPAddress(member.tunnelAddress) ?? address == address
        {
            context.console.errors(
                "note: this host has joined the central at \(enrolment.central.address) already; "
                    + "what is missing is put right")
            southboundPort = port
        } else {
            progress("joining the central at \(enrolment.central.address) as \(name.text)")
            let issue = try await enrolment.enrol(
                as: name, hostName: HostSettings.hostID(row), tunnelAddress: "\(address)",
                versions: await HostVersions().current(row),
                until: deadline
            ) { [token = enrolment.token] in
                try await database.setExternalIDs(
                    [HostSettings.joiningKey: token.address], within: deadline.remaining)
            }
            progress("certificate until \(issue.certificate.end)")
            southboundPort = issue.southboundPort ?? CentralPoint.southboundPort
        }
        return Membership(
            central: enrolment.central, southboundPort: southboundPort, folder: enrolment.folder, systemID: name.text,
            tunnelAddress: address, bridge: row.externalIDs["ovn-bridge"] ?? Self.usualBridge)
    }

    /// As the user says, else as it is set, else the one that packets to central have.
    private func tunnelAddress(_ row: OpenVSwitch.Configuration) throws -> IPAddress {
        let set = row.externalIDs["ovn-encap-ip"].flatMap { IPAddress($0) }
        let address = tep ?? set ?? LocalAddresses.source(toward: enrolment.central.address)
        guard let address else {
            throw HostError(
                .unreachable,
                "there is no route to central at \(enrolment.central.address), or no such name: "
                    + "--tep says by which address other hosts reach this one; nothing changed")
        }
        guard tep != nil || set != nil || !Self.isLoopback(address) else {
            throw HostError(
                .refused,
                "central is on this machine, at \(enrolment.central.address): --tep says by which address other hosts "
                    + "reach it; nothing changed")
        }
        if tep != nil, !LocalAddresses.current().contains(address) {
            context.console.errors(
                "warning: no interface of this host has the address \(address); no tunnel works until one has")
        }
        return address
    }

    private static func isLoopback(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let address): address.bits >> 24 == 127
        case .v6(let address): address.bits == 1
        }
    }

    /// Until ovn-controller is connected and has registered the host; what it still lacks by the deadline, the status says.
    private func awaitConnection(of controller: OVNController, _ membership: Membership) async {
        progress("waiting for ovn-controller to be connected")
        // What is left is for the status.
        let end = ContinuousClock.now + deadline.remaining * 4 / 5
        var isConnected = false
        while ContinuousClock.now < end {
            if !isConnected { isConnected = await controller.connection() == .connected }
            if isConnected, await hasChassis(membership) { return }
            do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
        }
    }

    /// True also where central does not say.
    private func hasChassis(_ membership: Membership) async -> Bool {
        do {
            return try await enrolment.member(within: .seconds(2))?.hasChassis ?? true
        } catch { return false }
    }
}
