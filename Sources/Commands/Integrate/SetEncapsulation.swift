import ArgumentParser
import ContainerFirewall
import Deadlines
import Glibc
import HostSetup
import OVNModel

/// `ovn-integrate set-encap-type`
struct SetEncapsulation: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-encap-type",
        abstract: "Set how packets travel between hosts: geneve (the default), vxlan or stt.",
        discussion: """
            What the installed Open vSwitch cannot do is refused. With vxlan OVN has room for 4096 networks of 2048 \
            ports. All hosts must have a type in common.
            """)

    @Argument(help: "geneve, vxlan or stt.")
    var type: EncapsulationType

    @OptionGroup var host: LocalOptions

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        let type = type
        let firewall = HostFirewall(context.hooks)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: host.logger(context)) { database in
            try firewall.check(database)
            if let reason = type.unavailable(
                in: try database.configuration, kernelHasSTT: EncapsulationType.kernelHasSTT)
            {
                throw HostError(.refused, "\(reason); nothing changed")
            }
            try await database.setExternalIDs(["ovn-encap-type": type.rawValue], within: deadline.remaining)
            try await firewall.ensure(database)
        }
        if type == .vxlan {
            context.console.errors(
                "note: with vxlan OVN has room for 4096 networks of 2048 ports each, "
                    + "and cannot match the port that a packet came from at its destination")
        }
    }
}

/// How logical packets are carried between hosts (ovn-architecture(7) §"Tunnel Encapsulations").
enum EncapsulationType: String, CaseIterable, ExpressibleByArgument, Sendable {
    case geneve, vxlan, stt

    /// Why an installed Open vSwitch cannot do this; `nil` when it can.
    ///
    /// Its database lists the types it knows. STT is a word it knew until 3.6 without being able to do it: only the
    /// kernel module that was built from its own sources until 2.17 could.
    func unavailable(in configuration: OpenVSwitch.Configuration, kernelHasSTT: Bool) -> String? {
        let version = configuration.ovsVersion.map { "Open vSwitch \($0)" } ?? "this Open vSwitch"
        switch self {
        case .stt where !kernelHasSTT:
            return "\(version) cannot carry packets by STT: neither its datapath in user space nor this kernel's "
                + "has it (geneve is what OVN recommends)"
        default:
            // Empty before ovs-vswitchd has run for the first time.
            guard !configuration.ifaceTypes.isEmpty, !configuration.ifaceTypes.contains(rawValue) else { return nil }
            return
                "\(version) cannot carry packets by \(rawValue): it knows \(configuration.ifaceTypes.joined(separator: ", "))"
        }
    }

    /// Whether the kernel has the module that Open vSwitch's own sources used to build.
    static var kernelHasSTT: Bool { access("/sys/module/vport_stt", F_OK) == 0 }
}
