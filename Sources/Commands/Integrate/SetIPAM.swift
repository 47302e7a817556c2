import ArgumentParser
import ContainerFirewall
import Deadlines
import HostMembership
import HostSetup
import OVNModel

/// `ovn-integrate set-ipam`
struct SetIPAM: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-ipam",
        abstract: "Set where the central point is.",
        discussion: """
            The networking API is then at http://ADDRESS:9696, and ovn-controller finds OVN's Southbound database at \
            tcp:ADDRESS:6642. On a host that has joined with a certificate central has moved: both are spoken to by TLS \
            as before, at their ports.
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
            let remote = try Self.southbound(of: central, try database.configuration)
            try await database.setExternalIDs(
                ["ipam": central.address, "ovn-remote": remote], within: deadline.remaining)
            try await firewall.ensure(database)
        }
    }

    /// Where a central that has moved there has its Southbound database.
    private static func southbound(
        of central: CentralPoint, _ row: OpenVSwitch.Configuration
    ) throws -> String {
        guard CentralPoint(row)?.isSecure == true else { return central.southbound }
        let moved = CentralPoint(central.address, isSecure: true) ?? central
        return moved.southbound(port: Membership.southboundPort(row) ?? CentralPoint.southboundPort)
    }
}
