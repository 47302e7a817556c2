import DockerNetworks
import HostEndpoints
import HostSetup
import NetAddress
import NeutronAPI
import NeutronClient

/// What `docker network create` without `--subnet` leads to.
enum SubnetChoice: Sendable {
    /// One that is there.
    case existing(Subnet)
    /// One that is to be made of a subnet pool.
    case new(IPPrefix, ID<SubnetPool>)
}

/// Subnets of the API's subnet pools.
///
/// The engine wants to know the subnet before it says which network it is for. So it is chosen here as the API would choose
/// it, and taken from the pool with the network. Hosts that make the same network at the same moment choose the same.
extension DockerPlugin {
    /// What a pool would give: of the one that is named, or else of the default one; nil where there is no default.
    func fresh(
        _ source: Reference?, _ version: IPVersion, on host: ContainerHost
    ) async throws -> SubnetChoice? {
        let pool: SubnetPool
        if let source {
            pool = try await subnetPool(source, version, on: host)
        } else if let standard = try await defaultSubnetPool(version, on: host) {
            pool = standard
        } else {
            return nil
        }
        let taken: [Subnet] = try await host.api.list(
            where: [("subnetpool_id", "\(pool.id)")], within: host.remaining)
        let free = AddressSet(pool.prefixes).subtracting(AddressSet(taken.map(\.cidr)))
        if let cidr = try await usable(free.subtracting(AddressSet(await pending.unwanted)), pool, on: host) {
            return .new(cidr, pool.id)
        }
        // Rather what was refused before than nothing.
        await pending.forgetRefused()
        if let cidr = try await usable(free.subtracting(AddressSet(await pending.unwanted)), pool, on: host) {
            return .new(cidr, pool.id)
        }
        throw HostError(
            .refused,
            "subnet pool \"\(pool.name)\" has no free \(version.name) subnet of length \(pool.defaultLength) that "
                + "containers of this host could have: give --subnet, or add prefixes to the pool")
    }

    /// How many subnets of a pool are looked at that this host cannot have.
    private static let attempts = 256

    /// The first that containers of this host can have.
    private func usable(
        _ free: AddressSet, _ pool: SubnetPool, on host: ContainerHost
    ) async throws -> IPPrefix? {
        var free = free
        for _ in 0..<Self.attempts {
            guard let cidr = free.block(ofLength: pool.defaultLength) else { return nil }
            do {
                try await host.checkSubnets([cidr])
                return cidr
            } catch is HostError {
                free = free.subtracting(AddressSet([cidr]))
            }
        }
        return nil
    }

    func subnetPool(
        _ reference: Reference, _ version: IPVersion, on host: ContainerHost
    ) async throws -> SubnetPool {
        let pool: SubnetPool = try await host.api.resolve(
            reference.text, as: "subnet pool", within: host.remaining)
        guard pool.ipVersion == version else {
            throw HostError(
                .refused,
                "subnet pool \"\(pool.name)\" is of \(pool.ipVersion.name), not \(version.name): "
                    + "neutron.pool.name is for IPv4, neutron.pool.v6.name for IPv6")
        }
        return pool
    }

    private func defaultSubnetPool(_ version: IPVersion, on host: ContainerHost) async throws -> SubnetPool? {
        guard try await host.api.hasExtension("default-subnetpools", within: host.remaining) else { return nil }
        let pools: [SubnetPool] = try await host.api.list(
            where: [("is_default", "true"), ("ip_version", "\(version.rawValue)")], within: host.remaining)
        return pools.first
    }

    /// The networks with subnets of a pool.
    func users(of source: Reference, _ version: IPVersion, on host: ContainerHost) async throws -> Set<ID<Network>> {
        let pool = try await subnetPool(source, version, on: host)
        let subnets: [Subnet] = try await host.api.list(
            where: [("subnetpool_id", "\(pool.id)")], within: host.remaining)
        return Set(subnets.map(\.networkID))
    }

    /// What the user can do about a subnet that its pool has not given.
    func explained(_ error: any Error, _ pools: [PendingPool]) async throws -> any Error {
        guard let refusal = error as? NeutronClientError, refusal.cause?.type == "SubnetAllocationError" else {
            return error
        }
        let chosen = pools.filter { $0.isChosen && $0.subnetPool != nil }.map(\.id.cidr)
        guard !chosen.isEmpty else { return error }
        for cidr in chosen { await pending.refuse(cidr) }
        let list = chosen.map(\.description).joined(separator: ", ")
        return HostError(
            .refused, "another network has taken subnet \(list) of the subnet pool meanwhile: repeat the command")
    }
}
