import ArgumentParser
import ContainerFirewall
import Deadlines
import HostSetup

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

extension EncapsulationType: ExpressibleByArgument {}
