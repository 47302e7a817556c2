import DockerNetworks
import HostSetup
import Logging
import NetAddress
import NeutronAPI
import NeutronClient

/// What `docker network create` says of one subnet.
struct PoolRequest: Hashable, Sendable {
    let cidr: IPPrefix
    /// What the engine takes for the gateway.
    let gateway: IPAddress
    /// `--aux-address`: what no container may get.
    let reserved: [String: IPAddress]
    /// `--ip-range`
    var range: IPPrefix?
    /// Whether `--gateway` said which; else the engine was told one because it wants one.
    var isGatewayGiven = false
    /// `--internal`: nothing leads outside.
    var isInternal = false
    /// The subnet pool that it comes from, where it is to come from one.
    var subnetPool: SubnetPool?

    /// Whether no container gets the gateway's address: not where nobody asked for a gateway and there can be none.
    private var keepsGateway: Bool { isGatewayGiven || !isInternal && cidr.hasGateway }
    /// The subnet's gateway. The API takes none where it would be the first or the last address, as it is on a point-to-point link.
    var subnetGateway: IPAddress? { keepsGateway && cidr.hasGateway ? gateway : nil }

    /// Where addresses are given from, where it is said: the range without the gateway, and without what no host can have.
    var allocationPools: [IPRange]? {
        guard let range = range ?? (keepsGateway && !cidr.hasGateway ? cidr : nil) else { return nil }
        let isWide = cidr.version == .v6 || cidr.length < 31
        let first = range.network == cidr.network && isWide ? range.network.advanced(by: 1) : range.network
        let last =
            range.last == cidr.last && isWide && cidr.version == .v4 ? range.last.advanced(by: -1) : range.last
        guard let first, let last, let whole = IPRange(first, last) else { return [] }
        guard keepsGateway, whole.contains(gateway) else { return [whole] }
        let below = gateway.advanced(by: -1).flatMap { $0 < first ? nil : IPRange(first, $0) }
        let above = gateway.advanced(by: 1).flatMap { $0 > last ? nil : IPRange($0, last) }
        return [below, above].compactMap(\.self)
    }
}

/// Finds a network's subnets, or makes those that nobody has made yet.
struct SubnetJoin: Sendable {
    let host: ContainerHost
    let network: Network

    /// What was made for a network that could not be joined as a whole is taken away again.
    /// - Throws: `refused` with both values where a subnet is another than what is asked for.
    func join(_ requests: [PoolRequest]) async throws -> [IPPrefix: Subnet] {
        let before = Set(try await host.subnets(of: network.id).map(\.id))
        var joined: [IPPrefix: Subnet] = [:]
        var reserved: [ID<Port>] = []
        do {
            for request in requests {
                let subnet = try await join(request, beside: requests)
                joined[request.cidr] = subnet
                for (name, address) in request.reserved.sorted(by: { $0.key < $1.key }) {
                    let port = try await EndpointPort(host: host).reserve(address, name: name, in: subnet)
                    if let port { reserved.append(port) }
                }
            }
            return joined
        } catch {
            await undo(reserved, joined.values.map(\.id).filter { !before.contains($0) })
            throw error
        }
    }

    /// A subnet that others use by now stays.
    private func undo(_ ports: [ID<Port>], _ subnets: [ID<Subnet>]) async {
        let patient = host.within(.seconds(2))
        do {
            for port in ports { try await patient.api.remove(port, within: patient.remaining) }
            for subnet in subnets { try await patient.api.remove(subnet, within: patient.remaining) }
        } catch {
            host.logger.warning(
                "subnets not taken away", metadata: ["network": "\(network.id)", "cause": "\(HostError(error))"])
        }
    }

    private func join(_ request: PoolRequest, beside others: [PoolRequest]) async throws -> Subnet {
        var attempt = 0
        while true {
            let subnets = try await host.subnets(of: network.id)
            if let subnet = subnets.first(where: { $0.cidr == request.cidr }) {
                try check(subnet, request)
                return subnet
            }
            let strangers = subnets.filter { subnet in
                subnet.ipVersion == request.cidr.version && !others.contains { $0.cidr == subnet.cidr }
            }
            guard strangers.isEmpty else {
                throw HostError(
                    .refused,
                    "network \"\(network.name)\" has the subnet \(strangers.map { "\($0.cidr)" }.sorted().joined(separator: ", ")), "
                        + "not \(request.cidr): give --subnet \(strangers[0].cidr), or another network with -o net=")
            }
            attempt += 1
            do {
                return try await make(request)
            } catch let error as NeutronClientError {
                // Another host may have been faster; that is worth another look.
                guard attempt < 3, let status = error.cause?.status, status == 400 || status == 409 else { throw error }
                let found = try await host.subnets(of: network.id)
                guard found.contains(where: { $0.cidr == request.cidr }) else { throw error }
            }
        }
    }

    private func make(_ request: PoolRequest) async throws -> Subnet {
        try await host.api.create(
            SubnetCreate(
                projectID: host.project, networkID: network.id, name: "\(request.cidr)", cidr: request.cidr,
                ipVersion: request.cidr.version, pool: request.subnetPool.map { .pool($0.id) },
                gatewayIP: request.subnetGateway.map { .value($0) } ?? .null, allocationPools: request.allocationPools,
                enableDHCP: false),
            within: host.remaining)
    }

    private func check(_ subnet: Subnet, _ request: PoolRequest) throws(HostError) {
        if let pool = request.subnetPool, subnet.poolID != pool.id {
            throw HostError(
                .refused,
                "subnet \(subnet.cidr) of network \"\(network.name)\" does not come from subnet pool \"\(pool.name)\": "
                    + "leave neutron.pool.name out")
        }
        let (has, wants) = (subnet.gatewayIP, request.subnetGateway)
        if let has, let wants, has != wants {
            throw HostError(
                .refused,
                "subnet \(subnet.cidr) of network \"\(network.name)\" has the gateway \(has), not \(wants): "
                    + "give --gateway \(has)")
        }
        if has == nil, let wants, request.isGatewayGiven {
            throw HostError(
                .refused,
                "subnet \(subnet.cidr) of network \"\(network.name)\" has no gateway, not \(wants): leave --gateway out"
            )
        }
        if let pools = request.allocationPools, Set(pools) != Set(subnet.allocationPools) {
            let given = subnet.allocationPools.map(\.description).joined(separator: ", ")
            throw HostError(
                .refused,
                "subnet \(subnet.cidr) of network \"\(network.name)\" gives addresses from \(given), "
                    + "not from \(pools.map(\.description).joined(separator: ", ")): leave --ip-range out, or give the same"
            )
        }
    }
}
