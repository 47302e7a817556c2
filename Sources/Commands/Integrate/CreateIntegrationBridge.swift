import ArgumentParser
import ContainerFirewall
import Deadlines
import HostNetwork
import HostSetup
import OVNModel
import OVSDB
import OVSDBClient

/// `ovn-integrate create-integration-bridge`
struct CreateIntegrationBridge: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-integration-bridge",
        abstract: "Create the bridge that logical networks are realised on.",
        discussion: """
            The datapath is the kernel's (system) where it has one, else Open vSwitch's own in user space (netdev). \
            A bridge that exists keeps its datapath unless --datapath says otherwise.

            With it comes table inet ovn_containers of the kernel's packet filter, which keeps containers, by whichever \
            bridge, from tunnels and from the databases of OVN and Open vSwitch.
            """)

    @Option(help: "The bridge's name.")
    var bridge = "br-int"

    @Option(help: "What moves the packets: system (the kernel) or netdev (user space).")
    var datapath: Datapath?

    @OptionGroup var host: LocalOptions

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        let progress = host.progress(context)
        let firewall = HostFirewall(context.hooks)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: host.logger(context)) {
            [bridge, datapath] database in
            try firewall.check(database)
            try await Self.ensureBridge(bridge, datapath, database, deadline, progress)
            try await firewall.ensure(database)
        }
    }

    /// Makes the bridge what it should be.
    static func ensureBridge(
        _ name: String, _ wanted: Datapath?, _ database: HostDatabase, _ deadline: Deadline,
        _ progress: @Sendable (String) -> Void
    ) async throws {
        // Two who create the bridge at once: the name is unique in the database, and the second finds it made.
        do {
            try await ensure(name, wanted, database, deadline, progress)
        } catch let error as OVSDBError where error.code == .rejected {
            try await database.client.barrier(within: deadline.remaining)
            try await ensure(name, wanted, database, deadline, progress)
        }
    }

    private static func ensure(
        _ name: String, _ wanted: Datapath?, _ database: HostDatabase, _ deadline: Deadline,
        _ progress: @Sendable (String) -> Void
    ) async throws {
        let configuration = try database.configuration
        let plan = IntegrationBridge(
            name: name, wanted: wanted, existing: database.findBridge(name),
            kernelHasDatapath: try Datapath.isInKernel())
        let operations = plan.operations(configuration)
        if operations.isEmpty {
            progress("bridge \(name) is as it should be")
        } else {
            progress("creating bridge \(name) with datapath \(plan.datapath.rawValue)")
        }
        try await database.transactAndApply(operations, until: deadline)
        let interface = database.client.replica[OpenVSwitch.Interface.self].first { $0.name == name }
        if let error = interface?.error, !error.isEmpty {
            throw HostError(
                .refused,
                "ovs-vswitchd cannot make bridge \(name) with datapath \(plan.datapath.rawValue): \(error); "
                    + "--datapath \(plan.datapath == .system ? "netdev" : "system") chooses the other one")
        }
        if plan.datapath == .system, interface.map({ ($0.ofport ?? -1) < 0 }) ?? true {
            throw HostError(
                .refused,
                "ovs-vswitchd could not make bridge \(name) in the kernel: is its openvswitch module there? "
                    + "--datapath netdev does without it")
        }
    }
}

extension Datapath: ExpressibleByArgument {}

/// What the integration bridge must be, and what that changes. ovn-controller(8) §"Configuration".
struct IntegrationBridge: Equatable {
    let name: String
    let datapath: Datapath
    let existing: OpenVSwitch.Bridge?

    /// `wanted` is as the user said; nil leaves an existing bridge's as it is, and else takes the kernel's.
    init(name: String, wanted: Datapath?, existing: OpenVSwitch.Bridge?, kernelHasDatapath: Bool) {
        self.name = name
        self.existing = existing
        let kept = existing.flatMap { Datapath(rawValue: $0.datapathType) }
        datapath = wanted ?? kept ?? (kernelHasDatapath ? .system : .netdev)
    }

    /// Only what differs.
    func operations(_ configuration: OpenVSwitch.Configuration) -> [OVSDB.Operation] {
        var operations = existing.map(repair) ?? create(configuration)
        if configuration.externalIDs["ovn-bridge-datapath-type"] != datapath.rawValue {
            operations.append(
                .mutate(
                    OpenVSwitch.Configuration.self, configuration.id,
                    .put(.externalIDs, ["ovn-bridge-datapath-type": datapath.rawValue])))
        }
        return operations
    }

    private func create(_ configuration: OpenVSwitch.Configuration) -> [OVSDB.Operation] {
        var interface = OpenVSwitch.Interface(id: .random())
        interface.name = name
        interface.type = "internal"
        var port = OpenVSwitch.Port(id: .random())
        port.name = name
        port.interfaces = [interface.id]
        var bridge = OpenVSwitch.Bridge(id: .random())
        bridge.name = name
        bridge.ports = [port.id]
        bridge.datapathType = datapath.rawValue
        bridge.failMode = "secure"
        bridge.externalIDs = ["bridge-id": name]
        bridge.otherConfig = ["disable-in-band": "true"]
        return [
            .insert(interface), .insert(port), .insert(bridge),
            .mutate(OpenVSwitch.Configuration.self, configuration.id, .insert(into: .bridges, [bridge.id])),
        ]
    }

    private func repair(_ bridge: OpenVSwitch.Bridge) -> [OVSDB.Operation] {
        var wanted = bridge
        wanted.datapathType = datapath.rawValue
        wanted.failMode = "secure"
        var columns: [AnyColumn<OpenVSwitch.Bridge>] = []
        if wanted.datapathType != bridge.datapathType { columns.append(.datapathType) }
        if wanted.failMode != bridge.failMode { columns.append(.failMode) }
        var operations: [OVSDB.Operation] = columns.isEmpty ? [] : [.update(wanted, columns: columns)]
        if bridge.externalIDs["bridge-id"] != name {
            operations.append(
                .mutate(OpenVSwitch.Bridge.self, bridge.id, .put(.externalIDs, ["bridge-id": name])))
        }
        if bridge.otherConfig["disable-in-band"] != "true" {
            operations.append(
                .mutate(OpenVSwitch.Bridge.self, bridge.id, .put(.otherConfig, ["disable-in-band": "true"])))
        }
        return operations
    }
}
