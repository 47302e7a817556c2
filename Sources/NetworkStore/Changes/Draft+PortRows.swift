import DHCPOptions
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

// A port's row, and its own rows of DHCP options.
extension Draft {
    /// Inserts the row of a new port.
    mutating func write(_ port: Port, on network: Northbound.LogicalSwitch, subnets: [Subnet], in snapshot: Snapshot)
        throws
    {
        var row = Northbound.LogicalSwitchPort(id: RowID(of: port.id))
        port.write(to: &row, try surroundings(of: port, subnets: subnets, in: snapshot))
        insert(row)
        append(.mutate(Northbound.LogicalSwitch.self, network.id, .insert(into: .ports, [row.id])))
        if row.isExempt { try keepExemption(of: row) }
        try rewriteGroups(of: row.id, from: nil, to: port.portGroups)
    }

    /// Rewrites a port's row, provided that neither it nor the subnets that decide which options it refers to have
    /// changed. A subnet's change switches its ports' options without a new revision: those columns are compared too.
    mutating func rewrite(_ row: Northbound.LogicalSwitchPort, as port: Port) throws {
        let snapshot = try snapshot()
        expectUnchanged(row)
        append(.wait(row, columns: [.dhcpv4Options, .dhcpv6Options, .options]))
        for id in Set(port.fixedIPs.map(\.subnetID)) {
            if let subnet = snapshot.dhcpOptions(id) { expectUnchanged(subnet) }
        }
        var changed = row
        let subnets = snapshot.subnets(of: port.networkID)
        port.write(to: &changed, try surroundings(of: port, subnets: subnets, in: snapshot))
        change(row, to: changed)
        try keepExemption(of: changed)
        var reader = PortReader(snapshot)
        try rewriteGroups(of: row.id, from: reader.port(row)?.portGroups, to: port.portGroups)
        try rewriteNames(from: row, to: changed)
    }

    /// Deletes a port and its own rows.
    mutating func deletePort(_ row: Northbound.LogicalSwitchPort, in snapshot: Snapshot) throws {
        expectUnchanged(row)
        try deleteExemption(of: row)
        if let id = row.portID {
            for options in snapshot.northbound.rows(NorthboundIndexes.portOptions, id) { delete(options) }
        }
        if let network = row.networkID.flatMap({ snapshot.logicalSwitch($0) }) {
            append(.mutate(Northbound.LogicalSwitch.self, network.id, .delete(from: .ports, [row.id])))
        }
        delete(row)
    }

    private mutating func surroundings(
        of port: Port, subnets: [Subnet], in snapshot: Snapshot
    ) throws -> PortSurroundings {
        var result = PortSurroundings(subnets: subnets)
        result.dhcpv4 = try options(of: port, .v4, subnets, in: snapshot)
        result.dhcpv6 = try options(of: port, .v6, subnets, in: snapshot)
        result.virtual = sharedAddress(of: port, in: snapshot)
        return result
    }

    /// The options that a port refers to: its subnet's, or its own, which are created, changed or deleted as needed.
    private mutating func options(
        of port: Port, _ version: IPVersion, _ subnets: [Subnet], in snapshot: Snapshot
    ) throws -> RowID? {
        let own = snapshot.northbound.rows(NorthboundIndexes.portOptions, port.id).first {
            $0.prefix?.version == version
        }
        let extra = ExtraDHCPOptions.translated(port.extraDHCPOptions, version, in: snapshot)
        guard ExtraDHCPOptions.areAnswered(port, version), let subnet = answering(port, version, subnets),
            let common = snapshot.dhcpOptions(subnet.id)
        else {
            if let own { delete(own) }
            return nil
        }
        guard !extra.isEmpty else {
            if let own { delete(own) }
            return common.id
        }
        var row = own ?? Northbound.DHCPOptions(id: .random())
        row.cidr = common.cidr
        row.options = StringMap(
            try ExtraDHCPOptions.merged(DHCPAnswer(version, row: common.options.dictionary), extra, of: port.id).row)
        // It marks the row as ours; it is not counted.
        if own == nil { row.externalIDs[Layout.revision] = subnet.standard.revision }
        row.externalIDs[SubnetLayout.id] = subnet.id.description
        row.externalIDs[PortOptionsLayout.portID] = port.id.description
        if row == own { return row.id }
        expectUnchanged(common)
        if let own { change(own, to: row) } else { insert(row) }
        return row.id
    }

    /// The subnet whose options apply to a port: that of its first address, but for IPv6 one that assigns addresses
    /// before one that does not.
    private func answering(_ port: Port, _ version: IPVersion, _ subnets: [Subnet]) -> Subnet? {
        let candidates = port.fixedIPs.compactMap { fixed in
            subnets.first { $0.id == fixed.subnetID && $0.ipVersion == version && $0.answersDHCP }
        }
        return candidates.first { $0.ipv6AddressMode != .dhcpv6Stateless } ?? candidates.first
    }
}
