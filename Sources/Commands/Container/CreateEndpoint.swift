import ArgumentParser
import HostEndpoints
import HostSetup
import NetAddress
import NetworkContainers
import NeutronAPI
import NeutronClient

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

    @OptionGroup var host: HostOptions

    func validate() throws {
        if let mac, mac.isMulticast || mac.bits == 0 { throw ValidationError("--mac \(mac) is no station's address") }
        guard Set(ip).count == ip.count else { throw ValidationError("--ip names an address twice") }
    }

    func run(in context: Context) async throws {
        let command = (network: network, name: name, ip: ip, mac: mac)
        let id = try await ContainerHost.with(host, context) { host in
            await Sweep.leftovers(on: host)
            let network = try await host.network(command.network)
            if let name = command.name, !name.isEmpty {
                let existing: [Port] = try await host.api.list(
                    where: [("name", name), ("network_id", "\(network.id)")], within: host.remaining)
                if let port = existing.first {
                    try Self.refuseOther(existing, ip: command.ip, mac: command.mac)
                    host.progress("endpoint \(name) exists")
                    try await EndpointCreation(host: host).finish(port)
                    return port.id
                }
            }
            host.progress("creating endpoint \(command.name ?? "")")
            let port = try await EndpointCreation(host: host).create(
                PortCreate(
                    projectID: host.project, networkID: network.id, name: command.name ?? "",
                    macAddress: command.mac,
                    fixedIPs: command.ip.isEmpty ? nil : command.ip.map { FixedIPRequest(ipAddress: $0) }))
            return port.id
        }
        context.console.output("\(id)")
    }

    /// Refuses a name that stands for an endpoint of another shape.
    static func refuseOther(_ existing: [Port], ip: [IPAddress], mac: MACAddress?) throws(HostError) {
        guard let port = existing.first else { return }
        let name = port.shownName
        guard existing.count == 1 else {
            throw HostError(
                .refused, "\(existing.count) endpoints have the name \"\(name)\" already: choose another")
        }
        let addresses = port.fixedIPs.map(\.ipAddress)
        guard ip.allSatisfy(addresses.contains) else {
            throw HostError(
                .refused,
                "endpoint \(name) exists and is another (\(port.id)): it has the address "
                    + addresses.map(\.description).joined(separator: ", "))
        }
        if let mac, mac != port.macAddress {
            throw HostError(
                .refused,
                "endpoint \(name) exists and is another (\(port.id)): it has the MAC address \(port.macAddress)")
        }
    }
}
