import HostEndpoints
package import HostSetup
package import NetAddress
package import NeutronAPI
import NeutronClient

/// The API's ports of the engine's endpoints: made when the engine asks for an address, deleted when it gives it back.
package struct EndpointPort: Sendable {
    let host: ContainerHost

    package init(host: ContainerHost) { self.host = host }

    package static func isSticky(_ port: Port) -> Bool { port.deviceOwner == DeviceOwner.stickyDocker }

    private static func owner(isSticky: Bool) -> String { isSticky ? DeviceOwner.stickyDocker : DeviceOwner.docker }

    /// What the port of an endpoint is to be like.
    package struct Request: Sendable {
        let network: ID<Network>
        let subnet: ID<Subnet>
        /// Nil takes any that is free.
        let address: IPAddress?
        let mac: MACAddress
        /// The container's name, where the engine tells it.
        let name: String
        let options: NetworkOptions

        package init(
            network: ID<Network>, subnet: ID<Subnet>, address: IPAddress?, mac: MACAddress, name: String,
            options: NetworkOptions
        ) {
            self.network = network
            self.subnet = subnet
            self.address = address
            self.mac = mac
            self.name = name
            self.options = options
        }

        var fixedIP: FixedIPRequest { FixedIPRequest(subnetID: subnet, ipAddress: address) }
        /// Whether the address is kept when its container goes. One that cannot be asked for again would only be lost.
        var isSticky: Bool { options.isSticky && (address != nil || !name.isEmpty) }
    }

    /// Makes a port with one address, or takes over what is kept for this name or address.
    /// - Throws: `refused` naming who has the address.
    package func create(_ request: Request) async throws -> Port {
        if request.options.isSticky, request.address == nil, !request.name.isEmpty,
            let port = try await ports(request.network, ("name", request.name)).first(where: {
                $0.deviceOwner == DeviceOwner.reserved
            })
        {
            return try await adopt(port, request)
        }
        do {
            return try await make(request)
        } catch let error as NeutronClientError {
            if error.cause?.type == "MacAddressInUse" { return try await find(request, after: error) }
            if let keeper = try await makeRoom(for: request, after: error) { return try await adopt(keeper, request) }
            return try await make(request)
        }
    }

    /// Gives a port an address of another subnet: the second IP version of an endpoint.
    /// - Throws: `refused` naming who has the address.
    package func add(_ request: Request, to port: Port) async throws -> Port {
        if let held = port.fixedIPs.first(where: { $0.subnetID == request.subnet }),
            request.address == nil || request.address == held.ipAddress
        {
            return port
        }
        let addresses =
            port.fixedIPs.map { FixedIPRequest(subnetID: $0.subnetID, ipAddress: $0.ipAddress) } + [request.fixedIP]
        var update = PortUpdate(fixedIPs: addresses)
        if request.isSticky, !Self.isSticky(port) { update.deviceOwner = Self.owner(isSticky: true) }
        do {
            return try await host.api.update(port.id, update, within: host.remaining)
        } catch {
            // One port is enough: what keeps the address for this endpoint has done its part.
            if let keeper = try await makeRoom(for: request, after: error) {
                try await release(keeper.id, isSticky: false)
            }
            return try await host.api.update(port.id, update, within: host.remaining)
        }
    }

    /// The ports of a network that match.
    package func ports(_ network: ID<Network>, _ filter: (name: String, value: String)) async throws -> [Port] {
        try await host.api.list(where: [("network_id", "\(network)"), filter], within: host.remaining)
    }

    /// All ports of containers of this host's engine, with what an audit looks at and nothing else.
    package func all() async throws -> [Port] {
        var filters: [(name: String, value: String)] = [
            ("device_owner", DeviceOwner.docker), ("device_owner", DeviceOwner.stickyDocker),
        ]
        if host.settings.vif == nil { filters.append(("binding:host_id", host.settings.hostID)) }
        let ports: [Port] = try await host.api.list(
            where: filters, fields: Port.comparedFields, within: host.remaining)
        let placement = try await host.placement()
        return ports.filter { placement.isHere($0) }
    }

    /// Gives a port back. Succeeds if there is none. A sticky one stays, with no container, under no name and on no host.
    package func release(_ id: ID<Port>, isSticky: Bool) async throws {
        if let carrying = Carrying(host) {
            guard let port = try await host.api.find(id, within: host.remaining) else { return }
            try await carrying.release(port)
        }
        guard isSticky else {
            try await host.api.remove(id, as: "endpoint", within: host.remaining)
            return
        }
        let isBoundHere = host.settings.vif == nil
        // Where this is repeated because an answer was lost, another host may have taken the address over.
        guard let port = try await host.api.find(id, within: host.remaining),
            !isBoundHere || port.binding.hostID == host.settings.hostID
        else { return }
        do {
            // First: what is on this host without an endpoint is released again.
            try await forgetNames(of: port)
            try await host.api.update(
                id, PortUpdate(deviceID: "", deviceOwner: DeviceOwner.reserved, hostID: isBoundHere ? "" : nil),
                within: host.remaining)
        } catch let error as NeutronClientError {
            guard error.isNotFound else { throw error }
        }
    }

    /// Keeps an address from being given out. Succeeds if it is kept already.
    /// - Returns: what was made for it.
    package func reserve(_ address: IPAddress, name: String, in subnet: Subnet) async throws -> ID<Port>? {
        do {
            return try await host.api.create(
                PortCreate(
                    projectID: host.project, networkID: subnet.networkID, name: name,
                    fixedIPs: [FixedIPRequest(subnetID: subnet.id, ipAddress: address)],
                    deviceOwner: DeviceOwner.auxiliary), as: "reservation", within: host.remaining
            ).id
        } catch {
            guard error.cause?.type == "IpAddressAlreadyAllocated" else { throw error }
            let holder = try await holder(of: address, in: subnet.networkID)
            guard holder?.deviceOwner == DeviceOwner.auxiliary else { throw refusal("address \(address)", holder) }
            return nil
        }
    }

    // MARK: Parts

    func make(_ request: Request) async throws -> Port {
        var port = PortCreate(
            projectID: host.project, networkID: request.network, name: request.name,
            description: PortOrigin.description(host.settings.hostID), macAddress: request.mac,
            fixedIPs: [request.fixedIP], deviceOwner: Self.owner(isSticky: request.isSticky),
            portSecurityEnabled: request.options.portSecurity,
            hostID: host.settings.vif == nil ? host.settings.hostID : "")
        port.securityGroups = try await groups(request.options)
        return try await EndpointCreation(host: host).create(port)
    }

    /// Whether a port is on this host, and not because another host's was moved here.
    package func isOurs(_ port: Port) async throws -> Bool {
        guard PortOrigin.mayBe(host.settings.hostID, port) else { return false }
        return try await host.placement().isHere(port)
    }

    func adopt(_ port: Port, _ request: Request) async throws -> Port {
        var update = PortUpdate(
            macAddress: port.macAddress == request.mac ? nil : request.mac,
            deviceOwner: Self.owner(isSticky: request.isSticky),
            portSecurityEnabled: request.options.portSecurity)
        if host.settings.vif == nil { update.hostID = host.settings.hostID }
        update.securityGroups = try await groups(request.options)
        if !request.name.isEmpty { update.name = request.name }
        // What a user has written there stays.
        if port.standard.description.isEmpty || PortOrigin.host(port) != nil {
            update.description = PortOrigin.description(host.settings.hostID)
        }
        let adopted = try await host.api.update(
            port.id, update, ifRevision: port.standard.revision, within: host.remaining)
        _ = try await Carrying(host)?.ensure(adopted)
        return adopted
    }

    /// The security groups of a port; nil where its options name none. Only names are asked for: that there is a group of
    /// an id, the API says itself.
    private func groups(_ options: NetworkOptions) async throws -> [ID<SecurityGroup>]? {
        guard !options.securityGroups.isEmpty else { return nil }
        let known = options.securityGroups.compactMap { ID<SecurityGroup>($0) }
        return known.count == options.securityGroups.count
            ? known : try await host.securityGroups(options.securityGroups)
    }

    /// What a connection says of itself, beyond what its network says.
    ///
    /// - Returns: the port as it is then.
    package func apply(_ options: NetworkOptions, to port: Port) async throws -> Port {
        var update = PortUpdate()
        let owner = Self.owner(isSticky: options.isSticky)
        if owner != port.deviceOwner { update.deviceOwner = owner }
        if let wanted = options.portSecurity, wanted != port.portSecurityEnabled { update.portSecurityEnabled = wanted }
        if let groups = try await groups(options), Set(groups) != Set(port.securityGroups) {
            update.securityGroups = groups
        }
        guard update != PortUpdate() else { return port }
        return try await host.api.update(port.id, update, within: host.remaining)
    }
}
