import ArgumentParser
import HostEndpoints
import HostSetup
import NetAddress
import NetworkContainers
import NeutronAPI
import NeutronClient

/// `ovn-container net-create`
struct CreateNetwork: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "net-create",
        abstract: "Create a logical network and print its id.",
        discussion: """
            Each subnet gives out its addresses but the gateway's, which is the first one unless --gateway says \
            otherwise. If a network of this name and shape exists, its id is printed.
            """)

    @Argument(help: "The network's name.")
    var name: String

    @Argument(help: ArgumentHelp("Its subnets, IPv4 or IPv6: 192.168.1.0/24.", valueName: "cidr"))
    var cidrs: [IPPrefix]

    @Option(
        help: ArgumentHelp(
            "The gateway of the subnet it lies in, or none for no default route. May be repeated.",
            valueName: "address"))
    var gateway: [NetworkRequest.Gateway] = []

    @Option(
        help: ArgumentHelp(
            "A name server for containers, for the subnets of its IP version. May be repeated.", valueName: "address"))
    var dns: [IPAddress] = []

    @Option(
        help: ArgumentHelp(
            "Addresses to give out, of the subnet they lie in. May be repeated.", valueName: "first-last"))
    var allocationPool: [IPRange] = []

    @Option(
        help: ArgumentHelp(
            "Largest packet in bytes; by default the most that the tunnels leave room for.", valueName: "bytes"))
    var mtu: Int?

    @OptionGroup var host: HostOptions

    func validate() throws {
        guard !name.isEmpty else { throw ValidationError("a network needs a name") }
        guard !cidrs.isEmpty else { throw ValidationError("a network needs a subnet, such as 192.168.1.0/24") }
        if let mtu, !(68...65_535).contains(mtu) { throw ValidationError("--mtu is 68 to 65535") }
        if mtu ?? 1280 < 1280, cidrs.contains(where: { $0.version == .v6 }) {
            throw ValidationError("--mtu is at least 1280 with IPv6")
        }
        do { _ = try request() } catch { throw ValidationError(error.message) }
    }

    private func request() throws(HostError) -> NetworkRequest {
        try NetworkRequest(
            name: name, cidrs: cidrs, gateways: gateway, dns: dns, pools: allocationPool, mtu: mtu)
    }

    func run(in context: Context) async throws {
        let request = try request()
        let id = try await ContainerHost.with(host, context) { host in
            try await host.checkSubnets(request.subnets.map(\.cidr))
            await Sweep.leftovers(on: host)
            let existing: [Network] = try await host.api.list(
                where: [("name", request.name)], within: host.remaining)
            var subnets: [Subnet] = []
            if existing.count == 1 {
                subnets = try await host.api.list(
                    where: [("network_id", "\(existing[0].id)")], within: host.remaining)
            }
            switch try request.plan(existing: existing, subnets: subnets) {
            case .nothing(let network):
                host.progress("network \(request.name) exists")
                return network.id
            case .completeSubnets(let network, let missing):
                try await Self.addSubnets(missing, to: network, host)
                return network.id
            case .createNetwork:
                return try await Self.create(request, host)
            }
        }
        context.console.output("\(id)")
    }

    private static func create(_ request: NetworkRequest, _ host: ContainerHost) async throws -> ID<Network> {
        host.progress("creating network \(request.name)")
        let network = try await host.api.create(
            NetworkCreate(projectID: host.project, name: request.name, mtu: request.mtu),
            within: host.remaining)
        do {
            try await addSubnets(request.subnets, to: network, host)
        } catch let error as NeutronClientError where error.code != .unknownOutcome {
            // A network without its subnets is nothing that was asked for.
            do {
                try await host.api.remove(network.id, within: max(host.remaining, .seconds(2)))
            } catch let undoing {
                throw HostError(
                    HostError(error).code,
                    "\(error.message); network \(request.name) (\(network.id)) is left without a subnet (\(undoing)): "
                        + "repeat the command, or run 'ovn-container net-delete \(network.id)'")
            }
            throw error
        }
        return network.id
    }

    /// All of them or none.
    private static func addSubnets(
        _ subnets: [NetworkRequest.SubnetRequest], to network: Network, _ host: ContainerHost
    ) async throws {
        host.progress("creating \(subnets.map { "subnet \($0.cidr)" }.joined(separator: ", "))")
        let creates = subnets.map { $0.create(in: network.id, name: network.name, project: host.project) }
        if creates.count == 1 {
            _ = try await host.api.create(creates[0], within: host.remaining)
        } else {
            _ = try await host.api.create(all: creates, within: host.remaining)
        }
    }
}
