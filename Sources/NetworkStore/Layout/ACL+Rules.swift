import NeutronAPI
import OVNModel
import OVSDB

// Frames that only routers, DHCP servers and network equipment send are dropped where they enter a network, unless port security is off
// for the port. Nothing here depends on connection tracking: one rule that did would make the whole switch stateful.
extension Northbound.ACL {
    /// What drops such frames, for all ports of a network. A usual port needs no row of its own, so its start costs nothing.
    ///
    /// Router advertisements are named for completeness: ovn-northd lets neighbour discovery pass whatever ACLs say, and the hosts drop
    /// what it passes.
    static func infrastructure(of network: NetworkID) -> Northbound.ACL {
        var row = Northbound.ACL(id: RowID(ofRuleFor: network))
        row.externalIDs[Layout.revision] = 0
        row.externalIDs[RuleLayout.networkID] = network.description
        row.direction = "from-lport"
        row.action = "drop"
        row.priority = 2_000
        row.match = [
            // Router advertisement and redirect of IPv6; redirect and router advertisement of IPv4.
            "icmp6.type == {134, 137}", "icmp4.type == {5, 9}",
            // To the ports of DHCP clients, which look at no more than that.
            "ip4 && udp.dst == 68", "ip6 && udp.dst == 546",
            // What hides another packet: MPLS, PPPoE, provider backbone bridges.
            "eth.type == {0x8847, 0x8848, 0x8863, 0x8864, 0x88e7}",
            // The addresses that bridges keep for each other (IEEE 802.1Q, table 8-1): spanning tree, LACP, LLDP, EAPOL.
            "eth.dst == 01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0",
        ].map { "(\($0))" }.joined(separator: " || ")
        return row
    }

    /// What lets a port send them all the same.
    static func exemption(of port: PortID, on network: NetworkID) -> Northbound.ACL {
        var row = Northbound.ACL(id: RowID(ofRuleFor: port))
        row.externalIDs[Layout.revision] = 0
        row.externalIDs[RuleLayout.networkID] = network.description
        row.externalIDs[RuleLayout.portID] = port.description
        row.direction = "from-lport"
        row.action = "allow"
        row.priority = 2_001
        row.match = "inport == \"\(port)\""
        return row
    }

    /// The row with what a rule says; what an operator may add, such as a name and a log, stays.
    func saying(_ rule: Northbound.ACL) -> Northbound.ACL {
        var row = self
        (row.direction, row.action, row.priority, row.match) = (rule.direction, rule.action, rule.priority, rule.match)
        return row
    }
}

extension RowID {
    /// The row of a rule has the identifier of what it is for, with another version (RFC 9562 §5.8), so that of two who make it one is refused.
    ///
    /// Not the same one: ovsdb-server takes the reference of a row to one of another table with its own identifier for one to itself, which
    /// keeps nothing, and deletes the rule as unreferenced.
    init<Resource>(ofRuleFor id: ID<Resource>) { self.init(high: id.high ^ 0xc000, low: id.low) }
}

extension Northbound.LogicalSwitch {
    /// Whether we made it: ML2/OVN leaves the row's identifier to the database.
    var isOfOurMaking: Bool { isOurs && networkID.map { RowID(of: $0) == id } ?? false }
}

extension Northbound.LogicalSwitchPort {
    /// Whether the port may send what only routers, DHCP servers and network equipment do: port security is off for it. The address of a
    /// floating address sends nothing.
    var isExempt: Bool {
        portSecurity.isEmpty && externalIDs[PortLayout.deviceOwner] != DeviceOwner.floatingIP
    }
}

extension Snapshot {
    func infrastructureRule(of network: ID<Network>) -> Northbound.ACL? {
        northbound[Northbound.ACL.self][RowID(ofRuleFor: network)]
    }

    func exemption(of port: ID<Port>) -> Northbound.ACL? { northbound[Northbound.ACL.self][RowID(ofRuleFor: port)] }

    /// Whether a network of our making has the rules that it must have, and each of its ports too.
    func hasRules(_ row: Northbound.LogicalSwitch) -> Bool {
        guard row.isOfOurMaking, let id = row.networkID else { return true }
        guard let present = infrastructureRule(of: id), present == present.saying(.infrastructure(of: id)) else {
            return false
        }
        return portRows(of: id).allSatisfy { port in
            port.portID.map { (exemption(of: $0) != nil) == port.isExempt } ?? true
        }
    }
}
