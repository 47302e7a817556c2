import ArgumentParser
import ContainerFirewall
import Deadlines
import HostNetwork
import HostSetup
import NetAddress
import OVNModel
import OVSDB

/// `ovn-integrate set-tep`
struct SetTunnelEndpoint: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-tep",
        abstract: "Set this host's own address, by which other hosts reach it.",
        discussion: """
            Tunnels to this host end there: the local tunnel endpoint. Their type is Geneve unless set-encap-type has \
            said otherwise.
            """)

    @Argument(help: "An IP address of this host.")
    var address: String

    @OptionGroup var host: LocalOptions

    func validate() throws {
        guard IPAddress(address) != nil else { throw ValidationError("\"\(address)\" is not an IP address") }
    }

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        guard let endpoint = IPAddress(address) else { return try validate() }
        if !LocalAddresses.current().contains(endpoint) {
            // It may come later: a DHCP client that is slow, a bridge that is still to be made.
            context.console.errors(
                "warning: no interface of this host has the address \(endpoint); no tunnel works until one has")
        }
        let firewall = HostFirewall(context.hooks)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: host.logger(context)) { database in
            try firewall.check(database)
            var settings = ["ovn-encap-ip": "\(endpoint)"]
            // Together with the address: ovn-controller may be started before `ovn-container init` sets a type.
            if try database.configuration.externalIDs["ovn-encap-type"] == nil { settings["ovn-encap-type"] = "geneve" }
            try await database.setExternalIDs(settings, within: deadline.remaining)
            try await firewall.ensure(database)
        }
    }
}
