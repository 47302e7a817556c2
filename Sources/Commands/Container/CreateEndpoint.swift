import ArgumentParser
import HostEndpoints
import HostSetup
import NetAddress
import NeutronAPI

/// `ovn-container endpoint-create`
struct CreateEndpoint: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint-create",
        abstract: "Create an endpoint in a network and print its id.",
        discussion: """
            It gets an address of each IP version that the network has, unless --ip chooses. It can be used on any \
            host. If the network has an endpoint of this name and shape, its id is printed.

            In the underlay mode this machine's port in the cloud carries it as a VLAN, whose tag is any that the cloud \
            says is free: as a subport of the port's trunk, which is made where there is none, or else by the \
            endpoint's own binding:profile.
            """)

    @Argument(help: "The network's name or id.")
    var network: String

    @Argument(help: "The endpoint's name.")
    var name: String?

    @Option(help: ArgumentHelp("An address of its own. May be repeated.", valueName: "address"))
    var ip: [IPAddress] = []

    @Option(help: ArgumentHelp("A MAC address of its own.", valueName: "address"))
    var mac: MACAddress?

    @Option(
        name: .customLong("security-group"),
        help: ArgumentHelp(
            "A security group whose rules decide what reaches and leaves it; without one everything does. May be repeated.",
            valueName: "group"))
    var securityGroup: [String] = []

    @OptionGroup var host: HostOptions

    func validate() throws {
        if let mac, mac.isMulticast || mac.bits == 0 {
            throw ValidationError("--mac \(mac) is not a station's address")
        }
        guard Set(ip).count == ip.count else { throw ValidationError("--ip names an address twice") }
    }

    func run(in context: Context) async throws {
        let (reference, name, ip, mac, names) = (network, name ?? "", ip, mac, securityGroup)
        let id = try await ContainerHost.withSweep(host, context) { host in
            let network = try await host.network(reference)
            let groups = names.isEmpty ? nil : try await host.securityGroups(names)
            return try await EndpointCreation(host: host)
                .ensure(named: name, in: network.id, addresses: ip, mac: mac, groups: groups).id
        }
        context.console.output("\(id)")
    }
}
