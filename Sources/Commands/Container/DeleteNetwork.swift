import ArgumentParser
import HostEndpoints
import HostSetup
import NetworkContainers
import NeutronAPI
import NeutronClient

/// `ovn-container net-delete`
struct DeleteNetwork: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "net-delete",
        abstract: "Delete a logical network and its subnets.",
        discussion: "A network that has endpoints is refused.")

    @Argument(help: "The network's name or id.")
    var network: String

    @Flag(help: "If there is no such network, do nothing.")
    var ifExists = false

    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let (reference, ifExists) = (network, ifExists)
        try await ContainerHost.with(host, context) { host in
            await Sweep.leftovers(on: host)
            let network: Network
            do {
                network = try await host.network(reference)
            } catch let error as NeutronClientError where ifExists && error.isNotFound {
                host.progress("there is no network \(reference)")
                return
            }
            host.progress("deleting network \(network.id)")
            do {
                try await host.api.remove(network.id, within: host.remaining)
            } catch let error as NeutronClientError where error.cause?.type == "NetworkInUse" {
                let ports: [Port] = try await host.api.list(
                    where: [("network_id", "\(network.id)")], fields: Port.identifyingFields + ["name"],
                    within: host.remaining)
                throw HostError(
                    .refused,
                    "network \(reference) has endpoints: delete them first, "
                        + ports.map { $0.name.isEmpty ? "\($0.id)" : $0.name }.sorted().joined(separator: ", "))
            }
        }
    }
}
