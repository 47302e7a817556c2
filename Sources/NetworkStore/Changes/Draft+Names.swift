import NeutronAPI
import OVNModel
import OVSDB

// The names of a network's ports: one row of `DNS` for each network that ever had some, to which its switch refers.
// Ports of one name share a record, so whoever changes names claims the network's allocations.
extension Draft {
    /// Brings the records in line with a port's row that becomes `new`; nil for a port that is deleted.
    mutating func rewriteNames(from old: Northbound.LogicalSwitchPort, to new: Northbound.LogicalSwitchPort?) throws {
        let (before, after) = (NamedPort(old), new.flatMap { NamedPort($0) })
        guard before != after, let id = old.networkID, let network = try snapshot().logicalSwitch(id) else { return }
        try rewriteNames(of: network, from: before, to: after)
    }

    /// The same for a port that was `old` and is `new`. Only the records of their names and addresses are written, not
    /// the whole map.
    mutating func rewriteNames(of network: Northbound.LogicalSwitch, from old: NamedPort?, to new: NamedPort?) throws {
        guard let id = network.networkID else { return }
        let domains = configuration.nameDomains(of: network)
        let affected = Set([old, new].compactMap(\.self).flatMap { domains.records(of: [$0]).keys })
        let names = Set([old, new].compactMap(\.self).flatMap { domains.names(of: $0.name) })
        let snapshot = try snapshot()
        var ports = Set(names.flatMap { snapshot.namedPorts(foundBy: $0, on: id, in: domains) })
        ports = ports.filter { $0.row != old?.row && $0.row != new?.row }
        if let new { ports.insert(new) }
        let records = domains.records(of: ports).filter { affected.contains($0.key) }
        try write(records, removing: affected.filter { records[$0] == nil }, of: network, id)
    }

    /// Renames the ports of a network whose `dns_domain` becomes `domain`.
    mutating func rewriteNames(of network: Northbound.LogicalSwitch, in domain: String) throws {
        guard let id = network.networkID else { return }
        let ports = try snapshot().portRows(of: id).compactMap { NamedPort($0) }
        guard !ports.isEmpty else { return }
        let old = configuration.nameDomains(of: network).records(of: ports)
        let new = NameDomains(server: configuration.serverDomain, network: domain).records(of: ports)
        try write(
            new.filter { old[$0.key] != $0.value }, removing: old.keys.filter { new[$0] == nil }, of: network, id)
    }

    private mutating func write(
        _ records: [String: String], removing gone: some Collection<String>, of network: Northbound.LogicalSwitch,
        _ id: ID<Network>
    ) throws {
        guard !records.isEmpty || !gone.isEmpty else { return }
        try claimAddresses(of: network)
        guard let row = try snapshot().names(of: id) else {
            if !records.isEmpty { insertNames(StringMap(records), of: network, id) }
            return
        }
        var mutations: [RowMutation<Northbound.DNS>] = []
        if !gone.isEmpty { mutations.append(.removeKeys(.records, gone.sorted())) }
        if !records.isEmpty { mutations.append(.put(.records, StringMap(records))) }
        append(.mutate(Northbound.DNS.self, row.id, mutations))
    }

    private mutating func insertNames(
        _ records: StringMap, of network: Northbound.LogicalSwitch, _ id: ID<Network>
    ) {
        var row = Northbound.DNS(id: RowID(of: id))
        row.records = records
        row.externalIDs[NamesLayout.switchName] = network.name
        insert(row)
        append(.mutate(Northbound.LogicalSwitch.self, network.id, .insert(into: .dnsRecords, [row.id])))
    }
}

extension Snapshot {
    /// The row with the names of a network's ports, without its records, which are not replicated; nil where there
    /// never were any.
    func names(of network: ID<Network>) -> Northbound.DNS? { northbound.first(NorthboundIndexes.names, network) }

    /// The ports of a network that are found by `name`.
    func namedPorts(foundBy name: String, on network: ID<Network>, in domains: NameDomains) -> [NamedPort] {
        domains.origins(of: name).flatMap { origin in
            northbound.rows(NorthboundIndexes.dnsName, NetworkName(network: network, name: origin))
                .compactMap { NamedPort($0) }
        }
        .filter { domains.names(of: $0.name).contains(name) }
    }
}

extension NetworkStoreConfiguration {
    func nameDomains(of network: Northbound.LogicalSwitch) -> NameDomains {
        NameDomains(server: serverDomain, network: network.externalIDs[NetworkLayout.dnsDomain])
    }

    /// Refuses a name that would be too long with the domain of the service, or that is fully qualified in another.
    func check(dnsName name: String) throws(NeutronError) {
        guard !name.isEmpty else { return }
        let suffix = ".\(serverDomain)"
        if name.hasSuffix(".") {
            guard name.hasSuffix(suffix), name.utf8.count > suffix.utf8.count else {
                throw .invalidDNSName(
                    "The dns_name passed is a FQDN. Its higher level labels must be equal to the dns_domain option of "
                        + "the service, that has been set to '\(serverDomain)'. It must also include one or more "
                        + "valid DNS labels to the left of '\(serverDomain)'")
            }
        } else if name.utf8.count + suffix.utf8.count > Self.maximumQualifiedName {
            throw .invalidDNSName(
                "The dns_name passed is a PQDN and its size is '\(name.utf8.count)'. The dns_domain option of the "
                    + "service is set to \(serverDomain), with a length of '\(suffix.utf8.count)'. When the two are "
                    + "concatenated to form a FQDN (with a '.' at the end), the resulting length exceeds the maximum "
                    + "size of '\(Self.maximumQualifiedName)'")
        }
    }

    private static let maximumQualifiedName = 255
}

extension NeutronError {
    fileprivate static func invalidDNSName(_ reason: String) -> Self {
        badRequest("Invalid input for dns_name. Reason: \(reason).")
    }
}
