import HostEndpoints
import HostSetup
import NetAddress
import NeutronAPI
import NeutronClient

/// A network as the words of `net-create` describe it, checked before anything is asked of the central point.
struct NetworkRequest: Equatable, Sendable {
    struct SubnetRequest: Equatable, Sendable {
        let cidr: IPPrefix
        var gateway: Field<IPAddress> = .absent
        var pools: [IPRange] = []
        var dns: [IPAddress] = []
    }

    let name: String
    let mtu: Int?
    private(set) var subnets: [SubnetRequest]

    /// Which gateways the subnets have.
    enum Gateway: Equatable, Sendable {
        /// No default route on any subnet.
        case none
        case address(IPAddress)
    }

    /// Gives each address, range and name server to the subnet it belongs to.
    /// - Throws: `usage`, naming what belongs nowhere.
    init(
        name: String, cidrs: [IPPrefix], gateways: [Gateway] = [], dns: [IPAddress] = [], pools: [IPRange] = [],
        mtu: Int? = nil
    ) throws(HostError) {
        self.name = name
        self.mtu = mtu
        subnets = cidrs.map { SubnetRequest(cidr: $0) }
        for (index, cidr) in cidrs.enumerated() {
            try SubnetCheck.check(cidr)
            if let other = cidrs[..<index].first(where: { $0.overlaps(cidr) }) {
                throw HostError(.usage, "\(cidr) overlaps \(other)")
            }
        }
        if gateways.contains(.none) {
            guard gateways.count == 1 else {
                throw HostError(.usage, "--gateway none stands alone: it means that no subnet has a gateway")
            }
            for index in subnets.indices { subnets[index].gateway = .null }
        }
        for case .address(let address) in gateways {
            let index = try subnet(of: address, "--gateway \(address)")
            guard subnets[index].gateway == .absent else {
                throw HostError(.usage, "--gateway \(address): \(subnets[index].cidr) has a gateway already")
            }
            subnets[index].gateway = .value(address)
        }
        for pool in pools {
            let index = try subnet(of: pool.first, "--allocation-pool \(pool)")
            guard subnets[index].cidr.contains(pool.last) else {
                throw HostError(.usage, "--allocation-pool \(pool) does not lie in \(subnets[index].cidr)")
            }
            subnets[index].pools.append(pool)
        }
        for server in dns {
            let matching = subnets.indices.filter { subnets[$0].cidr.version == server.version }
            guard !matching.isEmpty else {
                throw HostError(
                    .usage, "--dns \(server): no subnet of IPv\(server.version.rawValue) is asked for")
            }
            for index in matching { subnets[index].dns.append(server) }
        }
    }

    private func subnet(of address: IPAddress, _ option: String) throws(HostError) -> Int {
        guard let index = subnets.firstIndex(where: { $0.cidr.contains(address) }) else {
            let list = subnets.map { "\($0.cidr)" }.joined(separator: ", ")
            throw HostError(.usage, "\(option) does not lie in \(list)")
        }
        return index
    }
}

extension NetworkRequest {
    /// What has to be created, given the networks that have the name and the subnets of the first of them.
    enum Plan: Equatable, Sendable {
        case createNetwork
        /// The network is there, of this command cut short; these subnets are not.
        case completeSubnets(Network, [SubnetRequest])
        case nothing(Network)
    }

    /// - Throws: `refused` when the name stands for something else.
    func plan(existing: [Network], subnets found: [Subnet]) throws(HostError) -> Plan {
        guard let network = existing.first else { return .createNetwork }
        guard existing.count == 1 else {
            throw HostError(.refused, "\(existing.count) networks have the name \"\(name)\" already: choose another")
        }
        if let mtu, network.mtu != mtu { throw differs(network, "its MTU is \(network.mtu)") }
        for subnet in found {
            guard let wanted = subnets.first(where: { $0.cidr == subnet.cidr }) else {
                throw differs(network, "it has the subnet \(subnet.cidr)")
            }
            if let difference = wanted.difference(from: subnet) { throw differs(network, difference) }
        }
        let missing = subnets.filter { wanted in !found.contains { $0.cidr == wanted.cidr } }
        return missing.isEmpty ? .nothing(network) : .completeSubnets(network, missing)
    }

    private func differs(_ network: Network, _ how: String) -> HostError {
        HostError(.refused, "a network with the name \"\(name)\" exists and is another (\(network.id)): \(how)")
    }
}

extension NetworkRequest.SubnetRequest {
    func create(in network: ID<Network>, name: String, project: String) -> SubnetCreate {
        SubnetCreate(
            projectID: project, networkID: network, name: name, cidr: cidr, gatewayIP: gateway,
            allocationPools: pools.isEmpty ? nil : pools, dnsNameservers: dns)
    }

    /// What an existing subnet has otherwise than this asks for; what is not asked for may be anything.
    func difference(from subnet: Subnet) -> String? {
        switch gateway {
        case .absent: break
        case .null:
            if let other = subnet.gatewayIP { return "\(cidr) has the gateway \(other)" }
        case .value(let address):
            if subnet.gatewayIP != address {
                return "\(cidr) has \(subnet.gatewayIP.map { "the gateway \($0)" } ?? "no gateway")"
            }
        }
        if !pools.isEmpty, pools.sorted(by: { $0.first < $1.first }) != subnet.allocationPools {
            return "\(cidr) gives out \(subnet.allocationPools.map(\.description).joined(separator: ", "))"
        }
        if dns != subnet.dnsNameservers, !dns.isEmpty { return "\(cidr) has other name servers" }
        return nil
    }
}
