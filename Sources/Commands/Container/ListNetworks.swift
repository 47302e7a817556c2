import ArgumentParser
import Deadlines
import HostSetup
import NetAddress
import NetworkContainers
import NeutronAPI
import NeutronClient

/// `ovn-container net-list`
struct ListNetworks: HostCommand {
    static let configuration = CommandConfiguration(commandName: "net-list", abstract: "List the logical networks.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let output = output
        try await ContainerHost.withSweep(host, context) { host in
            async let networks: [Network] = host.api.list(within: host.remaining)
            async let subnets: [Subnet] = host.api.list(within: host.remaining)
            output.print(Self.listing(try await networks, try await subnets), on: context.console)
        }
    }

    static func listing(_ networks: [Network], _ subnets: [Subnet]) -> Listing {
        let cidrs = Dictionary(grouping: subnets, by: \.networkID).mapValues { subnets in
            subnets.map(\.cidr).sorted { ($0.network, $0.length) < ($1.network, $1.length) }.map(\.description)
        }
        var listing = Listing(columns: [
            .init(key: "id", title: "ID", isBreakable: false), .init(key: "name", title: "Name"),
            .init(key: "subnets", title: "Subnets"), .init(key: "mtu", title: "MTU"),
        ])
        listing.rows = networks.sorted { ($0.name, $0.id) < ($1.name, $1.id) }.map { network in
            [Cell("\(network.id)"), Cell(network.name), .list(cidrs[network.id] ?? []), .number(network.mtu)]
        }
        return listing
    }
}

/// `ovn-container net-show`
struct ShowNetwork: HostCommand {
    static let configuration = CommandConfiguration(commandName: "net-show", abstract: "Show one logical network.")

    @Argument(help: "The network's name or id.")
    var network: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let (output, reference) = (output, network)
        try await ContainerHost.withSweep(host, context) { host in
            let network = try await host.network(reference)
            let filter = [(name: "network_id", value: "\(network.id)")]
            async let subnets: [Subnet] = host.api.list(where: filter, within: host.remaining)
            async let ports: [Port] = host.api.list(where: filter, within: host.remaining)
            output.print(Self.description(network, try await subnets, try await ports.count), on: context.console)
        }
    }

    static func description(_ network: Network, _ subnets: [Subnet], _ endpoints: Int) -> Description {
        let subnets = subnets.sorted { $0.cidr.network < $1.cidr.network }
        return Description(fields: [
            ("id", "ID", Cell("\(network.id)")),
            ("name", "Name", Cell(network.name)),
            ("mtu", "MTU", .number(network.mtu)),
            ("subnets", "Subnets", .list(subnets.map { "\($0.cidr)" })),
            ("gateways", "Gateways", .list(subnets.compactMap { $0.gatewayIP.map { "\($0)" } })),
            ("allocation_pools", "Allocation pools", .list(subnets.flatMap { $0.allocationPools.map(\.description) })),
            ("dns", "Name servers", .list(subnets.flatMap { $0.dnsNameservers.map { "\($0)" } }.uniqued)),
            ("endpoints", "Endpoints", .number(endpoints)),
            ("status", "Status", Cell(network.status.rawValue)),
            ("created_at", "Created at", Cell(network.standard.createdAt.description)),
        ])
    }
}
