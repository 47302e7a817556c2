package import NeutronAPI
import OVNModel
import OVSDB

extension NetworkStore {
    /// Creates ports, all or none.
    package func createPorts(_ requests: [PortCreate]) async throws -> [Port] {
        for request in requests {
            try Port.check(request.profile)
            try configuration.check(dnsName: request.dnsName)
            try ExtraDHCPOptions.check(request.extraDHCPOptions)
        }
        let named = requests.map { (id: ID<Port>.random(), request: $0) }
        return try await change { draft in
            try named.map { try draft.create($0.id, $0.request) }
        }
    }

    /// Changes a port, if it has `revision`.
    package func updatePort(_ id: ID<Port>, _ update: PortUpdate, ifRevision revision: Int? = nil) async throws -> Port
    {
        if let profile = update.profile { try Port.check(profile) }
        if let name = update.dnsName { try configuration.check(dnsName: name) }
        if let options = update.extraDHCPOptions { try ExtraDHCPOptions.check(options) }
        return try await change { draft in try draft.update(id, update, revision) }
    }

    package func deletePort(_ id: ID<Port>, ifRevision revision: Int? = nil) async throws {
        try await change { draft in try draft.delete(id, revision) }
    }
}

extension Draft {
    mutating func create(_ id: ID<Port>, _ request: PortCreate) throws -> Port {
        let snapshot = try snapshot()
        if isRepetition, let made = snapshot.port(id) { return made }
        guard let network = snapshot.logicalSwitch(request.networkID) else {
            throw NeutronError.networkNotFound(request.networkID)
        }
        try ExtraDHCPOptions.check(request.extraDHCPOptions, in: snapshot)
        let subnets = snapshot.subnets(of: request.networkID)
        let mac = try newMAC(request.macAddress, on: request.networkID, in: snapshot)
        var allocation = AddressAllocation(
            snapshot, request.networkID, subnets: subnets, deviceOwner: request.deviceOwner, mac: mac)
        if let fixedIPs = request.fixedIPs { try allocation.take(fixedIPs) } else { try allocation.takeDefaults() }
        try allocation.takeAutoAddresses()

        var port = Port(
            id: id, networkID: request.networkID, name: request.name,
            standard: created(request.projectID, request.description, tags: request.tags, revision: 1),
            adminStateUp: request.adminStateUp, macAddress: mac, fixedIPs: allocation.fixedIPs,
            deviceID: request.deviceID,
            deviceOwner: request.deviceOwner, extraDHCPOptions: request.extraDHCPOptions,
            names: PortDNS(
                name: request.dnsName, domain: request.dnsDomain, serverDomain: configuration.serverDomain))
        port.portSecurityEnabled =
            !port.isTrusted && (request.portSecurityEnabled ?? network.externalIDs[NetworkLayout.portSecurityEnabled])
        try port.setAllowedAddressPairs(request.allowedAddressPairs)
        port.binding = snapshot.binding(
            request.hostID, request.vnicType, try takeTag(request.profile, for: id))
        // In this order, so that nothing written is read again.
        try ensureInfrastructureRule(of: network)
        try claimAddresses(of: network)
        try write(port, on: network, subnets: subnets, in: snapshot)
        if let user = NamedPort(port) { try rewriteNames(of: network, from: nil, to: user) }
        try rewriteHolders(on: port.networkID, from: [], to: port.allowedAddressPairs)
        return port
    }

    mutating func update(_ id: ID<Port>, _ update: PortUpdate, _ revision: Int?) throws -> Port {
        let snapshot = try snapshot()
        var reader = PortReader(snapshot)
        guard let row = snapshot.logicalSwitchPort(id), var port = reader.port(row),
            let network = snapshot.logicalSwitch(port.networkID)
        else { throw NeutronError.portNotFound(id) }
        try check(revision, against: port.standard)
        let old = port
        try ExtraDHCPOptions.check(update.extraDHCPOptions ?? [], in: snapshot)
        port.takeSimpleAttributes(of: update)
        try takeAddresses(of: update, into: &port, in: snapshot)
        try port.takeSecurity(of: update, from: old)
        let profile = try takeProfile(of: update, from: old)
        if let vnicType = update.vnicType, vnicType != old.binding.vnicType, old.binding.vifType != VIFType.unbound {
            throw NeutronError.portInUse(id, network: port.networkID, device: old.deviceID)
        }
        // A former subport has no host, unless the update names one.
        let wasCarried = old.binding.profile[BindingProfile.parentName] != nil
        port.binding = snapshot.binding(
            update.hostID ?? (wasCarried ? "" : old.binding.hostID), update.vnicType ?? old.binding.vnicType,
            profile)
        guard port != old else { return old }
        if port.fixedIPs != old.fixedIPs || port.macAddress != old.macAddress { try claimAddresses(of: network) }
        touch(&port.standard)
        try rewrite(row, as: port)
        try rewriteHolders(on: port.networkID, from: old.allowedAddressPairs, to: port.allowedAddressPairs)
        return port
    }

    mutating func delete(_ id: ID<Port>, _ revision: Int?) throws {
        let snapshot = try snapshot()
        var reader = PortReader(snapshot)
        guard let row = snapshot.logicalSwitchPort(id), let port = reader.port(row) else {
            if isRepetition { return }
            throw NeutronError.portNotFound(id)
        }
        try check(revision, against: port.standard)
        if let trunk = port.subportOf { throw NeutronError.portInUseAsSubPort(id, trunk: trunk) }
        if let trunk = port.trunk { throw NeutronError.portInUseAsTrunkParent(id, trunk: trunk.trunkID) }
        try deletePort(row, in: snapshot)
        try rewriteNames(from: row, to: nil)
        try rewriteHolders(on: port.networkID, from: port.allowedAddressPairs, to: [])
    }
}
