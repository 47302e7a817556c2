package import HostSetup
import NetAddress
package import NeutronAPI
package import NeutronClient

extension ContainerHost {
    /// Why no address was given, in words that say where none is left.
    ///
    /// `subnets` are those of which one was wanted; empty for whichever the network has.
    ///
    /// - Throws: `error`, what the API said, where that is something else or the API cannot be asked for more.
    /// - Returns: `refused` naming the network, and of each subnet how many of its addresses are in use.
    package func explain(
        _ error: NeutronClientError, network id: ID<Network>, subnets: [ID<Subnet>]
    ) async throws -> HostError {
        guard error.cause?.type == "IpAddressGenerationFailure" else { throw error }
        // What the API said first is worth more than why it says no more.
        guard let (network, found, ports) = try? await everything(of: id), let network else { throw error }
        let meant = found.filter { subnets.isEmpty || subnets.contains($0.id) }
        let used = meant.sorted { $0.id < $1.id }.map { subnet in
            let total = subnet.allocationPools.reduce(0) { $0 + $1.count }
            let count = ports.flatMap(\.fixedIPs).count { address in
                subnet.allocationPools.contains { $0.contains(address.ipAddress) }
            }
            let ranges = subnet.allocationPools.map(\.description).joined(separator: ", ")
            return "\(count) of the \(total) addresses that subnet \(subnet.cidr) gives (\(ranges)) are in use"
        }
        return HostError(
            .refused,
            "network \"\(network.name)\" is full: \(used.joined(separator: ", ")); 'ovn-container endpoint-list' shows by whom"
        )
    }

    private func everything(of id: ID<Network>) async throws -> (Network?, [Subnet], [Port]) {
        let network = try await api.find(id, within: remaining)
        let subnets: [Subnet] = try await api.list(where: [("network_id", "\(id)")], within: remaining)
        let ports: [Port] = try await api.list(
            where: [("network_id", "\(id)")], fields: Port.identifyingFields + ["fixed_ips"], within: remaining)
        return (network, subnets, ports)
    }
}
