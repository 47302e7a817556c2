import ArgumentParser
import ContainerFirewall
import Deadlines
import HostEndpoints
import HostSetup
import NeutronAPI
import NeutronClient
import OVNModel
import OVSDB

/// `ovn-container init`
struct Initialize: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Say which bridge endpoints are plugged into, and how logical networks are carried.",
        discussion: """
            In the overlay mode the encapsulation becomes geneve unless ovn-integrate set-encap-type chose another.

            In the underlay mode this machine has a port in an OpenStack cloud, and the bridge is the one that \
            ovn-integrate nics-to-bridge made of its NIC. The cloud is asked whether the port is there.
            """)

    enum Mode: String, EnumerableFlag {
        case overlay, underlay

        static func name(for mode: Mode) -> NameSpecification { .customLong("\(mode.rawValue)-mode") }

        static func help(for mode: Mode) -> ArgumentHelp? {
            switch mode {
            case .overlay: "Hosts carry logical networks between them in tunnels."
            case .underlay: "An OpenStack cloud carries them, to this machine as VLANs on its own port."
            }
        }
    }

    @Option(
        help: ArgumentHelp("The integration bridge, br-int, or the bridge of the NIC, breth0.", valueName: "bridge"))
    var bridge: String

    @Flag var mode: Mode

    @Option(
        help: ArgumentHelp(
            "In the underlay mode, this machine's port in the cloud; by default OS_VIF_ID.", valueName: "id"))
    var vifID: String?

    @OptionGroup var host: HostOptions

    func validate() throws {
        if vifID != nil, mode == .overlay { throw ValidationError("--vif-id goes with --underlay-mode") }
    }

    func run(in context: Context) async throws {
        let vif = mode == .underlay ? try Self.vif(vifID ?? context.environment["OS_VIF_ID"]) : nil
        let deadline = vif == nil ? host.deadline() : host.deadline(default: Deadline.inCloud)
        let logger = host.logger(context)
        let (bridge, mode, host) = (bridge, mode, host)
        let firewall = HostFirewall(context.hooks)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: logger) { database in
            try firewall.check(database)
            guard database.findBridge(bridge) != nil else {
                throw HostError(
                    .refused,
                    "bridge \(bridge) does not exist: run 'ovn-integrate "
                        + (vif == nil ? "create-integration-bridge' first" : "nics-to-bridge NIC' first"))
            }
            var settings = ["ovn-mode": mode.rawValue]
            settings[vif == nil ? "ovn-bridge" : HostSettings.nicBridgeKey] = bridge
            if let vif {
                try await Self.checkPort(vif, context, until: deadline, host)
                settings[HostSettings.vifKey] = "\(vif)"
            } else if try database.configuration.externalIDs["ovn-encap-type"] == nil {
                settings["ovn-encap-type"] = "geneve"
            }
            try await database.setExternalIDs(settings, within: deadline.remaining)
            try await firewall.ensure(database)
        }
    }

    static func vif(_ text: String?) throws(HostError) -> ID<Port> {
        guard let text, !text.isEmpty else {
            throw HostError(
                .refused,
                "OS_VIF_ID is not set: the underlay mode needs the id of the port that this machine has in the cloud "
                    + "(openstack port list --device-id SERVER)")
        }
        guard let id = ID<Port>(text) else {
            throw HostError(.refused, "OS_VIF_ID is \"\(text)\", which is no port's id")
        }
        return id
    }

    /// Throws unless the cloud shows the port.
    private static func checkPort(
        _ id: ID<Port>, _ context: Context, until deadline: Deadline, _ options: HostOptions
    ) async throws {
        let api = try await NetworkAccess.connect(
            options.cloud.choice(context), central: nil, api: context.hooks.api, until: deadline,
            logger: options.logger(context)
        ).api
        do {
            let port = try await api.find(id, within: deadline.remaining)
            await api.shutdown()
            if port == nil { throw HostError.noOwnPort(id) }
        } catch {
            await api.shutdown()
            throw error
        }
    }
}
