import ArgumentParser
import ContainerFirewall
import Deadlines
import HostSetup

/// `ovn-integrate set-ipam`
struct SetIPAM: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-ipam",
        abstract: "Set where the central point is.",
        discussion: """
            The networking API is then at http://ADDRESS:9696, and ovn-controller finds OVN's Southbound database at \
            tcp:ADDRESS:6642.
            """)

    @Argument(help: "Address or host name of the central point.")
    var address: String

    @OptionGroup var host: LocalOptions

    func validate() throws {
        guard CentralPoint(address) != nil else {
            throw ValidationError("\"\(address)\" is neither an IP address nor a host name")
        }
    }

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        guard let central = CentralPoint(address) else { return try validate() }
        let firewall = HostFirewall(context.hooks)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: host.logger(context)) { database in
            try firewall.check(database)
            try await database.setExternalIDs(
                ["ipam": central.address, "ovn-remote": central.southbound], within: deadline.remaining)
            try await firewall.ensure(database)
        }
    }
}
