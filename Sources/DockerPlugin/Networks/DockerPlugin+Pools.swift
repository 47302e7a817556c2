import DockerNetworks
import HostEndpoints
import HostSetup
import JSONCoding
import NetAddress
import NeutronAPI
import NeutronClient

/// Pools of addresses: which subnet the engine means.
extension DockerPlugin {
    /// May be repeated, and is for every network each time the engine starts.
    @Sendable func requestPool(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let options = try NetworkOptions(pool: call.options("Options"))
        let version: IPVersion = call.members["V6"] == true ? .v6 : .v4
        let range = try call.prefix("SubPool")
        var gateway: IPAddress?
        var guess: ID<Network>?
        let pool: PoolID
        var subnetPool = options.subnetPools[version]
        let wanted = try call.prefix("Pool")
        if let cidr = wanted {
            pool = PoolID(cidr: cidr, network: options.network)
            if let range, !cidr.contains(range) {
                throw HostError(.refused, "--ip-range \(range) is not in the subnet \(cidr)")
            }
        } else {
            switch try await retrying({ host in try await self.subnet(options, version, on: host) }) {
            case .existing(let subnet):
                pool = PoolID(cidr: subnet.cidr, network: options.network)
                gateway = subnet.gatewayIP ?? pool.firstAddress
                if options.network == nil { guess = subnet.networkID }
            case .new(let cidr, let source):
                pool = PoolID(cidr: cidr, network: options.network)
                subnetPool = .id("\(source)")
            }
        }
        // Of a network that is there already nobody else need be asked.
        let host = try await hosts(Self.creationLimit)
        let known = try host.database.networkRecord(with: pool)?.pools[pool]
        // Of a network that is there the engine asks again each time it starts.
        if known == nil { try await host.checkSubnets([pool.cidr]) }
        try await pending.add(
            PendingPool(
                id: pool, range: range, subnet: options.subnet, subnetPool: subnetPool, isChosen: wanted == nil,
                guess: guess),
            isBound: known != nil)
        gateway = gateway ?? known?.gateway
        var data: [String: JSON] = [:]
        if let gateway { data["com.docker.network.gateway"] = .string("\(gateway)/\(pool.cidr.length)") }
        return ["PoolID": .string("\(pool)"), "Pool": .string("\(pool.cidr)"), "Data": .object(data)]
    }

    @Sendable func releasePool(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        await pending.remove(try PoolID(call.text("PoolID")))
        return [:]
    }

    /// The subnet that is meant where `--subnet` is left out: of the network that is named, or else of the only network that engines of
    /// other hosts have made and this one has not. Where there is none, a new one of a subnet pool: of the one that is named, or else of
    /// the default one, if there is one.
    private func subnet(
        _ options: NetworkOptions, _ version: IPVersion, on host: ContainerHost
    ) async throws -> SubnetChoice {
        let source = options.subnetPools[version]
        if let reference = options.network {
            guard let network = try await host.find(reference) else {
                if let new = try await fresh(source, version, on: host) { return new }
                throw HostError(
                    .refused, "there is no network \(reference.shown) yet: give --subnet, and it will be made")
            }
            return try await subnet(of: network, options.subnet, source, version, on: host)
        }
        let known = Set(try host.database.networkRecords().map(\.network))
        let networks: [Network] = try await host.api.list(
            where: [("description", LogicalNetwork.madeDescription)], within: host.remaining)
        var others = networks.filter { LogicalNetwork.isMade($0) && !known.contains($0.id) }
        if let source {
            let users = try await self.users(of: source, version, on: host)
            others = others.filter { users.contains($0.id) }
        }
        switch others.count {
        case 1: return try await subnet(of: others[0], options.subnet, source, version, on: host)
        case 0:
            if let new = try await fresh(source, version, on: host) { return new }
            throw HostError(
                .refused,
                "which \(version.name) subnet? \(Self.advice(version)), or --ipam-opt net=NAME where the network is there already"
            )
        default:
            let names = others.map(\.name).sorted().joined(separator: ", ")
            throw HostError(
                .refused,
                "which \(version.name) subnet? \(Self.advice(version)), or --ipam-opt net=NAME (there are \(names))")
        }
    }

    private func subnet(
        of network: Network, _ reference: Reference?, _ source: Reference?, _ version: IPVersion,
        on host: ContainerHost
    ) async throws -> SubnetChoice {
        let subnets = try await host.subnets(of: network.id).filter { $0.ipVersion == version }.filter {
            reference == nil || reference == .name($0.name) || reference == .id("\($0.id)")
        }
        guard let subnet = subnets.min(by: { $0.id < $1.id }) else {
            if reference == nil, let new = try await fresh(source, version, on: host) { return new }
            throw HostError(
                .refused,
                "network \"\(network.name)\" has no \(version.name) subnet"
                    + "\(reference.map { " \($0.shown)" } ?? ""): \(Self.advice(version)), and it will be made")
        }
        return .existing(subnet)
    }

    /// The engine asks for an IPv4 subnet in any case, unless it is a new one and told not to.
    static func advice(_ version: IPVersion) -> String {
        version == .v4
            ? "give --subnet (beside one of IPv6 too: Docker wants both; from Docker 28 on it does not with --ipv4=false)"
            : "give --subnet"
    }
}

extension IPVersion {
    var name: String { self == .v4 ? "IPv4" : "IPv6" }
}
