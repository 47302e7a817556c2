import ArgumentParser
import Deadlines
import DockerNetworks
import HostEndpoints
import HostSetup
import NetAddress
import NeutronAPI
import NeutronClient

/// `ovn-container names`
struct ListNames: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "names",
        abstract: "List the names in a network, on whatever host they are.",
        discussion: """
            These are the names by which containers of Docker's networks are found by others: their own, aliases of \
            --network-alias and of Compose, short ids and host names. A name that several endpoints have is listed with \
            each of them.
            """)

    @Argument(help: "The network's name or id.")
    var network: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let (output, reference) = (output, network)
        try await ContainerHost.withSweep(host, context) { host in
            let network = try await host.network(reference)
            let ports: [Port] = try await host.api.list(
                where: [("network_id", "\(network.id)")], within: host.remaining)
            output.print(Self.listing(ports, try await host.vlans()), on: context.console)
        }
    }

    /// Shows `vlans` instead of hosts, where machines carry endpoints as VLANs.
    static func listing(_ ports: [Port], _ vlans: VLANs? = nil) -> Listing {
        var listing = Listing(columns: [
            .init(key: "name", title: "Name"), .init(key: "ip_addresses", title: "IP addresses"),
            .init(key: "endpoint", title: "Endpoint"), .init(key: "id", title: "ID", isBreakable: false),
            .init(key: "container", title: "Container"),
        ])
        if vlans == nil {
            listing.columns.append(.init(key: "host", title: "Host"))
        } else {
            listing.columns.append(.init(key: "vif_id", title: "Carried by", isBreakable: false))
            listing.columns.append(.init(key: "vlan", title: "VLAN"))
        }
        let named = ports.flatMap { port in PortNames.of(port).map { (name: $0, port: port) } }
        listing.rows = named.sorted {
            ($0.name.lowercased(), $0.port.name, $0.port.id) < ($1.name.lowercased(), $1.port.name, $1.port.id)
        }.map { name, port in
            [
                Cell(name), .list(port.fixedIPs.map { "\($0.ipAddress)" }), Cell(port.name), Cell("\(port.id)"),
                Cell(String(port.deviceID.prefix(12))),
            ] + (vlans?.cells(of: port) ?? [Cell(port.binding.hostID)])
        }
        return listing
    }
}
