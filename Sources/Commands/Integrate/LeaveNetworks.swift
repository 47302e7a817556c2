import ArgumentParser
import ContainerFirewall
import DockerNetworks
import HostAttachment
import HostSetup
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
            """)

    @OptionGroup var host: LocalOptions

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        let progress = host.progress(context)
        let controller = OVNController(folder: context.environment["OVN_RUNDIR"])
        let (firewall, afterStep) = (HostFirewall(context.hooks), context.hooks.afterLeaving)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: host.logger(context)) { database in
            let departure = try Departure(database.client.replica, networks: try database.networkIDs())
            if let reason = departure.obstacle { throw HostError(.refused, "\(reason); nothing changed") }
            guard case .notRunning = await controller.connection(within: .seconds(1)) else {
                throw HostError(
                    .refused,
                    "ovn-controller is running: stop it first, 'systemctl disable --now ovn-host' "
                        + "or 'ovs-appctl -t ovn-controller exit'; nothing changed")
            }
            if !departure.operations.isEmpty {
                progress("deleting bridge \(departure.bridgeName) and the settings")
                try await database.transactAndApply(departure.operations, until: deadline)
            }
            try afterStep()
            try await firewall.ensure(database)
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

    /// `networks` are Docker's ids of its networks here.
    init(_ replica: Replica, networks: [String] = []) throws(HostError) {
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
