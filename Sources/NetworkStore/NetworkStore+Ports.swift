package import NeutronAPI
package import OVNModel
import OVSDB

extension Port: RowResource {
    package static func ids(in snapshot: Snapshot) -> OrderedIDs<Port> {
        snapshot.ordered(NorthboundIndexes.portOrder, .all)
    }

    package static func row(_ id: ID<Port>, in snapshot: Snapshot) -> Northbound.LogicalSwitchPort? {
        snapshot.logicalSwitchPort(id)
    }

    package static func find(_ id: ID<Port>, in snapshot: Snapshot) -> Port? { snapshot.port(id) }

    package static func find(_ ids: ArraySlice<ID<Port>>, in snapshot: Snapshot) -> [Port] { snapshot.ports(ids) }

    package static func check(
        new request: PortCreate, _ configuration: NetworkStoreConfiguration
    ) throws(NeutronError) {
        try check(request.profile)
        try configuration.check(dnsName: request.dnsName)
        try ExtraDHCPOptions.check(request.extraDHCPOptions)
    }

    package static func check(change update: PortUpdate, _ configuration: NetworkStoreConfiguration)
        throws(NeutronError)
    {
        if let profile = update.profile { try check(profile) }
        if let name = update.dnsName { try configuration.check(dnsName: name) }
        if let options = update.extraDHCPOptions { try ExtraDHCPOptions.check(options) }
    }

    package static func create(_ id: ID<Port>, _ request: PortCreate, in draft: inout Draft) throws -> Port {
        try draft.create(id, request)
    }

    package static func update(
        _ id: ID<Port>, _ update: PortUpdate, ifRevision revision: Int?, in draft: inout Draft
    ) throws -> Port {
        try draft.update(id, update, revision)
    }

    package static func delete(_ id: ID<Port>, ifRevision revision: Int?, in draft: inout Draft) throws {
        try draft.delete(id, revision)
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
        try ExtraDHCPOptions.check(port.extraDHCPOptions, for: port)
        port.portSecurityEnabled =
            !port.isTrusted && (request.portSecurityEnabled ?? network.externalIDs[NetworkLayout.portSecurityEnabled])
        try port.setAllowedAddressPairs(request.allowedAddressPairs)
        try takeGroups(request.securityGroups, isFiltered: request.isFiltered, for: &port)
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
        try ExtraDHCPOptions.check(update.extraDHCPOptions ?? [], for: port)
        try port.takeSecurity(of: update, from: old)
        try takeGroups(of: update, into: &port, from: old)
        if port.securityGroups != old.securityGroups { try check(port.securityGroups) }
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
