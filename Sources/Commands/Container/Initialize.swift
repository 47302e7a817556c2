import ArgumentParser
import OVNModel
import OVSDB

/// `ovn-container init`
struct Initialize: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Say which bridge endpoints are plugged into, and how logical networks are carried.",
        discussion: "The encapsulation becomes geneve unless ovn-integrate set-encap-type chose another.")

    enum Mode: String, EnumerableFlag {
        case overlay, underlay

        static func name(for mode: Mode) -> NameSpecification { .customLong("\(mode.rawValue)-mode") }

        static func help(for mode: Mode) -> ArgumentHelp? {
            switch mode {
            case .overlay: "Hosts carry logical networks between them in tunnels."
            case .underlay: "An OpenStack cloud carries them; this version refuses it."
            }
        }
    }

    @Option(help: ArgumentHelp("The integration bridge, br-int.", valueName: "bridge"))
    var bridge: String

    @Flag var mode: Mode

    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        if mode == .underlay { throw Self.underlayRefusal(context.environment) }
        let deadline = host.deadline()
        let bridge = bridge
        try await HostDatabase.with(host.remote(context), until: deadline, logger: host.logger(context)) { database in
            guard database.findBridge(bridge) != nil else {
                throw CommandError(
                    .refused,
                    "bridge \(bridge) does not exist: run 'ovn-integrate create-integration-bridge' first")
            }
            var settings = ["ovn-mode": "overlay", "ovn-bridge": bridge]
            if try database.configuration.externalIDs["ovn-encap-type"] == nil { settings["ovn-encap-type"] = "geneve" }
            try await database.setExternalIDs(settings, within: deadline.remaining)
        }
    }

    /// The underlay mode lives off an OpenStack cloud, whose API wants Keystone's tokens.
    static func underlayRefusal(_ environment: [String: String]) -> CommandError {
        guard let id = environment["OS_VIF_ID"], !id.isEmpty else {
            return CommandError(
                .refused,
                "OS_VIF_ID is not set: the underlay mode needs the id of the port that this machine has in OpenStack; "
                    + "this version can work in the overlay mode only, use --overlay-mode")
        }
        return CommandError(
            .refused,
            "the underlay mode is not supported in this version: it cannot authenticate with OpenStack's Keystone; "
                + "nothing changed, use --overlay-mode")
    }
}
