import DockerNetworks
import HostAttachment
import HostEndpoints
import HostNetwork
import HostSetup
import JSONCoding
import Logging
import NetAddress
import NeutronAPI

/// Networks of this engine, each a user of a logical network of the API.
extension DockerPlugin {
    @Sendable func createNetwork(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let id = try call.id("NetworkID")
        let engineOptions = call.members["Options"]?.object ?? [:]
        var options = try NetworkOptions(network: PluginCall.options(engineOptions["com.docker.network.generic"]))
        let requests = try Self.pools(call)
        guard !requests.isEmpty else {
            throw HostError(.refused, "a network needs a subnet: give --subnet")
        }
        options.isInternal = engineOptions["com.docker.network.internal"] == true
        let pools = try await choose(requests, &options)
        let chosen = options
        upkeep.begins(network: id)
        do {
            try await retrying { try await create(id, chosen, Array(zip(requests, pools)), on: $0) }
        } catch {
            upkeep.isNotMade(network: id)
            throw error
        }
        return [:]
    }

    private func create(
        _ id: String, _ options: NetworkOptions, _ pools: [(request: PoolRequest, pool: PendingPool)],
        on host: ContainerHost
    ) async throws {
        let lock = try await NetworkMembership(id, on: host).lock()
        defer { withExtendedLifetime(lock) {} }
        if try host.database.networkRecord(id) != nil { return }

        let reference = try Self.reference(options, pools.map(\.pool))
        let hasIPv6 = pools.contains { $0.pool.id.cidr.version == .v6 }
        if hasIPv6 {
            try SubnetCheck.checkIPv6(
                of: reference.text, mtu: options.mtu ?? 1280, hasIPv6: host.attachment.links.hasIPv6)
        }
        // Where central does not answer, or knows no such network, nothing is begun.
        try Self.check(pools.map(\.pool), areOf: try await host.find(reference), reference)
        var options = options
        options.securityGroups = try await host.securityGroups(options.securityGroups).map(\.description)
        try await host.database.begin(id, within: host.remaining)
        do {
            let network = try await LogicalNetwork(host: host, user: id).join(reference, options)
            if hasIPv6 { try SubnetCheck.checkIPv6(of: network.name, mtu: network.mtu) }
            let subnets = try await SubnetJoin(host: host, network: network).join(
                try await self.requests(pools, options, on: host))
            var record = NetworkRecord(id: id, network: network.id, pools: [:])
            if case .name(let name) = reference { record.name = name }
            record.isInternal = options.isInternal
            record.isSticky = options.isSticky
            record.portSecurity = options.portSecurity
            record.securityGroups = options.securityGroups
            for (request, pool) in pools {
                guard let subnet = subnets[request.cidr] else { continue }
                try Self.check([subnet], pool.subnet)
                record.pools[pool.id] = NetworkRecord.Pool(subnet: subnet.id, gateway: request.gateway)
            }
            try Self.check(Array(subnets.values), options.subnet)
            try await write(record, on: host)
            for (_, pool) in pools { await pending.settle(pool.id) }
            logger.info("network joined", metadata: ["docker": "\(id)", "network": "\(network.id)"])
        } catch {
            await undo(id, on: host)
            throw try await explained(error, pools.map(\.pool))
        }
    }

    /// What is to be made or joined.
    private func requests(
        _ pools: [(request: PoolRequest, pool: PendingPool)], _ options: NetworkOptions, on host: ContainerHost
    ) async throws -> [PoolRequest] {
        var requests: [PoolRequest] = []
        for (request, pool) in pools {
            var request = request
            request.range = pool.range
            request.isGatewayGiven = pool.gateway == .given
            request.isInternal = options.isInternal
            let version = request.cidr.version
            if let source = pool.subnetPool ?? options.subnetPools[version] {
                request.subnetPool = try await subnetPool(source, version, on: host)
            }
            requests.append(request)
        }
        return requests
    }

    /// What one finds among the others must not change until it is one of them.
    private func write(_ record: NetworkRecord, on host: ContainerHost) async throws {
        let lock = try await NetworkMembership.lock("records", on: host)
        defer { withExtendedLifetime(lock) {} }
        try Self.check(record, beside: try host.database.networkRecords())
        try await host.database.write(record, within: host.remaining)
    }

    @Sendable func deleteNetwork(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let id = try call.id("NetworkID")
        try await retrying { try await NetworkMembership(id, on: $0).forget(reservations) }
        upkeep.isNotMade(network: id)
        return [:]
    }

    private func undo(_ id: String, on host: ContainerHost) async {
        do { try await NetworkMembership(id, on: host.within(.seconds(2))).leave() } catch {
            logger.warning("network not left yet", metadata: ["docker": "\(id)", "cause": "\(HostError(error))"])
        }
    }

    // MARK: What the engine says

    private static func pools(_ call: PluginCall) throws(HostError) -> [PoolRequest] {
        var requests: [PoolRequest] = []
        for family in ["IPv4Data", "IPv6Data"] {
            for data in call.members[family]?.array ?? [] {
                let pool = PluginCall(call.method, members: data.object ?? [:])
                guard pool.text("AddressSpace") == addressSpace else {
                    throw HostError(
                        .refused,
                        "addresses must come from the same place for all hosts: add --ipam-driver ovn")
                }
                guard let cidr = try pool.prefix("Pool") else {
                    throw HostError(.usage, "\(call.method): a pool without a subnet")
                }
                var reserved: [String: IPAddress] = [:]
                for (name, text) in pool.options("AuxAddresses") {
                    guard let address = IPAddress(text) ?? InterfaceAddress(text)?.address else {
                        throw HostError(.usage, "--aux-address \(name)=\(text.prefix(80)) is not an address")
                    }
                    reserved[name] = address
                }
                let gateway = try pool.address("Gateway") ?? PoolID(cidr: cidr).firstAddress
                requests.append(PoolRequest(cidr: cidr, gateway: gateway, reserved: reserved))
            }
        }
        return requests
    }

    /// Which of the pools that were asked for these subnets are. Says which network is meant where only --ipam-opt did.
    private func choose(_ requests: [PoolRequest], _ options: inout NetworkOptions) async throws -> [PendingPool] {
        var chosen: [PendingPool] = []
        for request in requests {
            let match = try await pending.choose(request.cidr, for: options.network)
            if let network = match.id.network {
                if let wanted = options.network, wanted.text != network.text, case .name = wanted, case .name = network
                {
                    throw HostError(
                        .usage, "--ipam-opt means network \(network.shown), and -o network \(wanted.shown)")
                }
                options.network = options.network ?? network
            }
            chosen.append(match)
        }
        return chosen
    }

    /// Which network is meant: the one that is named, or else that of which the subnet was taken, or that which the subnets name.
    private static func reference(_ options: NetworkOptions, _ pools: [PendingPool]) throws(HostError) -> Reference {
        if let named = options.network { return named }
        if let guess = pools.compactMap(\.guess).first { return .id("\(guess)") }
        return .name(pools.map { "\($0.id.cidr)" }.joined(separator: ","))
    }

    /// What was taken of a network in the engine's first half must be of the one that the second half means.
    private static func check(
        _ pools: [PendingPool], areOf network: Network?, _ reference: Reference
    ) throws(HostError) {
        for pool in pools {
            let version = pool.id.cidr.version
            if let guess = pool.guess, guess != network?.id {
                throw HostError(
                    .refused,
                    "which \(version.name) subnet has network \(network.map { "\"\($0.name)\"" } ?? reference.shown)? "
                        + "\(advice(version)), or where the network is there already, --ipam-opt net=\(reference.text) as well"
                )
            }
            if case .guessed(let networks) = pool.gateway, network.map({ networks.contains($0.id) }) != true {
                throw HostError(
                    .refused,
                    "which gateway has subnet \(pool.id.cidr) of network \(reference.shown)? another network has that subnet "
                        + "with another gateway than \(pool.id.firstAddress): give --gateway, or --ipam-opt net=\(reference.text) as well"
                )
            }
        }
    }

    /// Whether one of the subnets is the one that an option names.
    private static func check(_ subnets: [Subnet], _ wanted: Reference?) throws(HostError) {
        guard let wanted, !subnets.contains(where: { wanted == .name($0.name) || wanted == .id("\($0.id)") }) else {
            return
        }
        let found = subnets.map { "\($0.cidr) (\($0.id))" }.sorted().joined(separator: ", ")
        throw HostError(.refused, "subnet \(wanted.shown) is not among the network's, which are \(found)")
    }

    /// Two networks with one subnet must be told apart by what the engine says each time it wants an address.
    private static func check(_ record: NetworkRecord, beside others: [NetworkRecord]) throws(HostError) {
        for other in others where other.network != record.network {
            for pool in record.pools.keys where other.pools[pool] != nil {
                throw HostError(
                    .refused,
                    "another network of this host has the subnet \(pool.cidr) (docker network \(other.id.prefix(12))): "
                        + "add --ipam-opt net=NAME, so that their addresses can be told apart")
            }
        }
    }
}

extension PluginCall {
    /// A part of a call's body, to be read like one.
    init(_ method: String, members: [String: JSON]) {
        self.method = method
        self.members = members
    }
}
