import DockerNetworks
import HostAttachment
import HostEndpoints
import HostSetup
import JSONCoding
import Logging
import NetAddress
import NeutronAPI
import NeutronClient

/// Addresses: each comes from the API.
extension DockerPlugin {
    private static let macOption = "com.docker.network.endpoint.macaddress"
    private static let nameOption = "com.docker.network.endpoint.name"

    @Sendable func requestAddress(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let pool = try PoolID(call.text("PoolID"))
        do {
            return ["Address": .string("\(try await address(of: pool, for: call))/\(pool.cidr.length)"), "Data": [:]]
        } catch {
            if let mac = MACAddress(call.options("Options")[Self.macOption] ?? "") { await giveUp(mac, of: pool) }
            throw error
        }
    }

    private func address(of pool: PoolID, for call: PluginCall) async throws -> IPAddress {
        let address = try call.address("Address")
        if let address, !pool.cidr.contains(address) {
            throw HostError(.refused, "address \(address) is not in the subnet \(pool.cidr)")
        }
        let options = call.options("Options")
        if options["RequestAddressType"] == "com.docker.network.gateway" {
            return try await patiently { try await gateway(pool, address, on: $0) }
        }
        if let text = options[Self.macOption], !text.isEmpty {
            guard let mac = MACAddress(text) else {
                throw HostError(.usage, "\"\(text.prefix(80))\" is not a MAC address")
            }
            let name = options[Self.nameOption] ?? ""
            return try await patiently { try await fresh(pool, address, mac, name: name, on: $0) }
        }
        // Nothing new: an address that an endpoint has had since before the engine was started again, or one of --aux-address, which
        // CreateNetwork brings once more.
        if let address { return address }
        throw HostError(.usage, "the engine wants an address of \(pool) and says no MAC address for it")
    }

    /// The engine gives nothing back of an endpoint that was refused its second address: it asks for both before it thinks of undoing.
    private func giveUp(_ mac: MACAddress, of pool: PoolID) async {
        do {
            let host = try await hosts(Self.haste)
            guard let record = try host.database.networkRecord(with: pool),
                let port = await reservations.find(record.network, mac)
            else { return }
            await reservations.remove(port.id)
            await giveBack(port.id, isSticky: EndpointPort.isSticky(port), on: host)
        } catch {
            logger.warning("first address not given back", metadata: ["mac": "\(mac)", "cause": "\(HostError(error))"])
        }
    }

    /// What the engine is to take for the gateway. Of a network that is not there yet it is believed, until CreateNetwork.
    private func gateway(_ pool: PoolID, _ wanted: IPAddress?, on host: ContainerHost) async throws -> IPAddress {
        if let known = try host.database.networkRecord(with: pool)?.pools[pool]?.gateway {
            guard let wanted, wanted != known else { return known }
            throw HostError(.refused, "subnet \(pool) has the gateway \(known), not \(wanted): give --gateway \(known)")
        }
        if let wanted {
            await pending.note(.given, of: pool)
            return wanted
        }
        // The same subnet may be in several networks. If they agree there is a guess, which CreateNetwork looks at.
        var filters: [(name: String, value: String)] = [("cidr", "\(pool.cidr)")]
        if let reference = pool.network {
            guard let network = try await host.find(reference) else { return pool.firstAddress }
            filters.append(("network_id", "\(network.id)"))
        }
        let subnets: [Subnet] = try await host.api.list(where: filters, within: host.remaining)
        let gateways = Set(subnets.compactMap(\.gatewayIP))
        guard gateways.count == 1, let guess = gateways.first, guess != pool.firstAddress else {
            return pool.firstAddress
        }
        if pool.network == nil { await pending.note(.guessed(Set(subnets.map(\.networkID))), of: pool) }
        return guess
    }

    private func fresh(
        _ pool: PoolID, _ address: IPAddress?, _ mac: MACAddress, name: String, on host: ContainerHost
    ) async throws -> IPAddress {
        guard let record = try host.database.networkRecord(with: pool), let subnet = record.pools[pool]?.subnet else {
            throw HostError(
                .refused, "pool \(pool) belongs to no network of this host: remove the network and create it again")
        }
        let request = EndpointPort.Request(
            network: record.network, subnet: subnet, address: address, mac: mac, name: name, options: record.options())
        let port: Port
        if let first = await reservations.find(record.network, mac) {
            port = try await EndpointPort(host: host).add(request, to: first)
        } else {
            port = try await EndpointPort(host: host).create(request)
        }
        await reservations.add(port, mac: mac)
        guard let given = port.fixedIPs.first(where: { $0.subnetID == subnet })?.ipAddress else {
            throw HostError(.refused, "port \(port.id) was given no address of subnet \(pool)")
        }
        return given
    }

    /// The engine's last word on an endpoint; its port has gone with DeleteEndpoint, unless that did not come.
    @Sendable func releaseAddress(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let pool = try PoolID(call.text("PoolID"))
        guard let address = try call.address("Address") else {
            throw HostError(.usage, "the engine gives an address of \(pool) back and does not say which")
        }
        let host = try await hosts(Self.haste)
        guard let record = try host.database.networkRecord(with: pool), let known = record.pools[pool],
            address != known.gateway || record.isInternal || !pool.cidr.hasGateway,
            await !reservations.isExpected(address, of: record.network)
        else { return [:] }
        do {
            guard let port = try await port(address, known.subnet, record.network, on: host) else { return [:] }
            await reservations.remove(port.id)
            try await EndpointPort(host: host).release(port.id, isSticky: EndpointPort.isSticky(port))
        } catch {
            giveUpForNow("address \(address)", HostError(error))
        }
        return [:]
    }

    /// A port of ours with this address that no endpoint has.
    private func port(
        _ address: IPAddress, _ subnet: ID<Subnet>, _ network: ID<Network>, on host: ContainerHost
    ) async throws -> Port? {
        if let port = await reservations.find(subnet, address) { return port }
        guard !upkeep.isCentralLost else { throw HostError(.unreachable, "central did not answer a moment ago") }
        let found = try await EndpointPort(host: host).ports(network, ("fixed_ips", "ip_address=\(address)"))
        guard let port = found.first, DeviceOwner.isDockers(port),
            host.attachment.attachment(portID: "\(port.id)") == nil, try await EndpointPort(host: host).isOurs(port)
        else { return nil }
        return port
    }

    /// Gives a port back, now or later.
    func giveBack(_ id: ID<Port>, isSticky: Bool, on host: ContainerHost) async {
        do {
            guard !upkeep.isCentralLost else { throw HostError(.unreachable, "central did not answer a moment ago") }
            try await EndpointPort(host: host).release(id, isSticky: isSticky)
        } catch {
            giveUpForNow("port \(id)", HostError(error), release: id, isSticky: isSticky)
        }
    }

    /// What could not be given back now is noted; and if this process forgets it, it is a port of this host without an endpoint, which
    /// the audit finds.
    func giveUpForNow(_ what: String, _ error: HostError, release id: ID<Port>? = nil, isSticky: Bool = false) {
        logger.warning("given back later", metadata: ["what": "\(what)", "cause": "\(error.message)"])
        upkeep.request(release: id, isSticky: isSticky, centralIsLost: error.code == .unreachable)
    }
}
