import Logging
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient

/// What a host's removal took.
package struct HostRemoval: Hashable, Sendable {
    /// The names by which it was known.
    package var names: Set<String> = []
    /// Ports of containers, whose addresses are free.
    package var deletedPorts = 0
    /// Ports that keep their addresses for containers that are away (`-o sticky`), wherever they come again.
    package var keptPorts = 0
    /// Others, such as those of virtual machines: bound to no host now.
    package var unboundPorts = 0
    /// Logical networks that its Docker networks used, and use no more.
    package var networks = 0
    /// Whether there was a record or a chassis.
    package var wasKnown = false

    package var isEmpty: Bool {
        !wasKnown && deletedPorts + keptPorts + unboundPorts + networks == 0
    }
}

extension NetworkStore {
    /// Ports changed by one transaction.
    private static let portion = 32
    /// How often it is looked again for ports that came meanwhile.
    private static let rounds = 8

    /// Takes away a host, whatever is there of it: ports, uses of networks, chassis, record. Repeatable at any step; the record goes
    /// last, so that it still says which names belong together.
    ///
    /// `name` is its host name or its system id. Forced, it goes also where containers have ports on it. With `isOwn` the host
    /// itself asks; otherwise its certificate is no right any more from the first step on. Throws `HostInUse`,
    /// `HostAmbiguous`, and 503 where Southbound cannot be written.
    package func removeHost(_ name: String, isForced: Bool, isOwn: Bool = false) async throws -> HostRemoval {
        try await lookAgain()
        let host = try snapshot().hostNames(name)
        var removal = HostRemoval()
        removal.names = host.names
        removal.wasKnown = host.isKnown
        if !isForced { try refuseInUse(name, host.names) }
        if !isOwn, let id = host.systemID { try await revoke(id) }
        try await removeChassis(host)
        for _ in 0..<Self.rounds {
            let ports = snapshot().portIDs(onHosts: host.names)
            if ports.isEmpty { break }
            for start in stride(from: 0, to: ports.count, by: Self.portion) {
                let part = ports[start..<min(start + Self.portion, ports.count)]
                try await removePorts(part, host.names, &removal)
            }
            try await lookAgain()
        }
        try await leaveNetworks(host.names, &removal)
        if let id = host.systemID { try await forget(id) }
        logger.info(
            "host removed",
            metadata: [
                "host": "\(host.names.sorted().joined(separator: " "))", "deleted-ports": "\(removal.deletedPorts)",
                "unbound-ports": "\(removal.unboundPorts)", "networks": "\(removal.networks)",
            ])
        return removal
    }

    /// Containers' ports on a host are refused with their names.
    private func refuseInUse(_ name: String, _ names: Set<String>) throws {
        let snapshot = snapshot()
        let used = snapshot.ports(snapshot.portIDs(onHosts: names)[...]).filter {
            HostMarks.containers.contains($0.deviceOwner)
        }
        guard !used.isEmpty else { return }
        let examples = used.prefix(3).map { $0.name.isEmpty ? $0.id.description : $0.name }
        throw NeutronError.hostInUse(name, ports: used.count, examples)
    }

    private func revoke(_ systemID: String) async throws {
        try await change { draft in
            guard let known = try draft.snapshot().joinedHost(systemID: systemID), !known.isLeaving else { return }
            _ = try JoinedHost.change(known.id, in: &draft) { $0.isLeaving = true }
        }
    }

    private func forget(_ systemID: String) async throws {
        try await change { draft in
            guard let known = try draft.snapshot().joinedHost(systemID: systemID) else { return }
            // Of one that joins at the same time one is planned again.
            try draft.claimHosts()
            try JoinedHost.delete(known.id, ifRevision: nil, in: &draft)
        }
    }

    // MARK: Ports

    private func removePorts(
        _ ids: ArraySlice<ID<Port>>, _ names: Set<String>, _ removal: inout HostRemoval
    ) async throws {
        let counts = try await change { draft -> HostRemoval in
            var counts = HostRemoval()
            for port in try draft.snapshot().ports(ids) where names.contains(port.binding.hostID) {
                // A trunk's ports are the trunk's; such are virtual machines'.
                let isPlain = port.trunk == nil && port.subportOf == nil
                if isPlain, [HostMarks.docker, HostMarks.networkContainer].contains(port.deviceOwner) {
                    try draft.delete(port.id, nil)
                    counts.deletedPorts += 1
                } else if port.deviceOwner == HostMarks.stickyDocker {
                    try draft.keepAddress(of: port)
                    counts.keptPorts += 1
                } else {
                    _ = try draft.update(port.id, PortUpdate(hostID: ""), nil)
                    counts.unboundPorts += 1
                }
            }
            return counts
        }
        removal.deletedPorts += counts.deletedPorts
        removal.keptPorts += counts.keptPorts
        removal.unboundPorts += counts.unboundPorts
    }

    // MARK: Networks

    /// A host's Docker networks use logical networks by tags. One that the last of its users has left goes, if it was made for them.
    private func leaveNetworks(_ names: Set<String>, _ removal: inout HostRemoval) async throws {
        let used = snapshot().networks.filter { $0.isUsed(by: names) }.map(\.id)
        for id in used {
            try await change { draft in try draft.leave(id, names) }
            removal.networks += 1
        }
    }

    // MARK: Southbound

    private func removeChassis(_ host: HostNames) async throws {
        guard let southbound, let id = host.systemID else { return }
        let name = [Condition("name", .equal, .atom(.string(id)))]
        do {
            try await southbound.transact(
                [
                    .delete(from: Southbound.ChassisPrivate.tableName, where: name),
                    .delete(from: Southbound.Chassis.tableName, where: name),
                    .delete(
                        from: Southbound.Encap.tableName,
                        where: [Condition("chassis_name", .equal, .atom(.string(id)))]),
                ], within: configuration.changeTimeout)
            try await southbound.barrier(within: configuration.barrierTimeout)
        } catch let error as OVSDBError {
            throw NeutronError.serviceUnavailable(
                "The chassis of \(id) could not be deleted from the Southbound database: \(error.message). Try again; "
                    + "where this machine may not write there, run 'ovn-ipam host remove' on the central machine.")
        }
    }
}

/// The names by which one host is known.
struct HostNames {
    /// Nil where it has neither a record nor a chassis.
    var systemID: String?
    var names: Set<String>
    var isKnown: Bool { systemID != nil }
}

extension Snapshot {
    /// - Throws: `HostAmbiguous` where it is the name of several.
    func hostNames(_ name: String) throws(NeutronError) -> HostNames {
        let chassis = southbound?.rows(SouthboundIndexes.chassis, name) ?? []
        let records = joinedHosts(named: name)
        let ids = Set(chassis.map(\.name) + records.map(\.systemID))
        // A system id is unique, whatever else is called so.
        let id = ids.contains(name) ? name : ids.first
        guard ids.count <= 1 || ids.contains(name) else { throw .hostAmbiguous(name, ids.sorted()) }
        guard let id else { return HostNames(systemID: nil, names: [name]) }
        let own = southbound?.rows(SouthboundIndexes.chassis, id).filter { $0.name == id } ?? []
        var names = Set([id] + own.map(\.hostname)).union(joinedHost(systemID: id)?.names ?? [])
        names.remove("")
        // Another's name, as a host has that was made by hand, is not taken from it.
        names = names.filter { other in
            other == id || !(southbound?.rows(SouthboundIndexes.chassis, other) ?? []).contains { $0.name != id }
        }
        return HostNames(systemID: id, names: names)
    }

    /// The ports that say themselves that they are on one of the hosts.
    func portIDs(onHosts names: Set<String>) -> [ID<Port>] {
        names.sorted().flatMap { northbound.numbers(NorthboundIndexes.portOrder, .place(host: $0, owner: nil)) }
            .map { ID(number: $0) }
    }
}

extension Network {
    fileprivate func isUsed(by names: Set<String>) -> Bool {
        standard.tags.contains { tag in names.contains { HostMarks.isUser(tag, on: $0) } }
    }
}

extension Draft {
    /// As a host gives a sticky port back: no container has it, it has no names, and it is on no host.
    fileprivate mutating func keepAddress(of port: Port) throws {
        _ = try update(port.id, PortUpdate(deviceID: "", deviceOwner: HostMarks.reserved, hostID: ""), nil)
        guard port.standard.tags.contains(where: { $0.hasPrefix(HostMarks.namePrefix) }) else { return }
        try Port.changeTags(of: port.id, in: &self) { $0.removeAll { $0.hasPrefix(HostMarks.namePrefix) } }
    }

    /// What a host does that leaves a network.
    fileprivate mutating func leave(_ id: ID<Network>, _ names: Set<String>) throws {
        guard let network = try snapshot().network(id) else { return }
        let others = network.standard.tags.filter { tag in !names.contains { HostMarks.isUser(tag, on: $0) } }
        guard !others.contains(where: { $0.hasPrefix(HostMarks.userPrefix) }) else {
            return try Network.changeTags(of: id, in: &self) { $0 = others }
        }
        let isMade = network.standard.description == HostMarks.madeDescription
        let ports = try snapshot().ports(of: id).filter { !$0.deviceOwner.hasPrefix(DeviceOwner.networkPrefix) }
        let reserved = ports.filter { HostMarks.reservations.contains($0.deviceOwner) }
        // One that still has ports stays until they are gone: a plugin's audit deletes it then.
        let isEmpty = reserved.count == ports.count
        if isEmpty || !isMade { for port in reserved { try delete(port.id, nil) } }
        if isMade {
            if isEmpty { return try delete(id, nil) }
            return try Network.changeTags(of: id, in: &self) { $0 = others }
        }
        // The next user is the first again.
        try Network.changeTags(of: id, in: &self) { tags in
            tags = others.filter { tag in !HostMarks.termPrefixes.contains { tag.hasPrefix($0) } }
        }
    }
}
