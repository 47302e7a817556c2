import NeutronAPI
import OVNModel
import OVSDB

// Frames that only routers, DHCP servers and network equipment send are dropped where they enter a network, unless port
// security is off for the port. Nothing here depends on connection tracking: one rule that did would make the whole
// switch stateful.
extension Northbound.ACL {
    /// Drops such frames, for all ports of a network. An ordinary port needs no row of its own, so its start costs
    /// nothing.
    ///
    /// Router advertisements are listed for completeness: ovn-northd lets neighbour discovery pass regardless of ACLs,
    /// and the hosts drop them.
    static func infrastructure(of network: NetworkID) -> Northbound.ACL {
        var row = Northbound.ACL(id: RowID(ofRuleFor: network))
        row.externalIDs[Layout.revision] = 0
        row.externalIDs[RuleLayout.networkID] = network.description
        row.direction = "from-lport"
        row.action = "drop"
        row.priority = 2_000
        row.match = [
            // IPv6 router advertisements and redirects; IPv4 redirects and router advertisements.
            "icmp6.type == {134, 137}", "icmp4.type == {5, 9}",
            // To the ports of DHCP clients, which check nothing else.
            "ip4 && udp.dst == 68", "ip6 && udp.dst == 546",
            // Encapsulations that hide the packet: MPLS, PPPoE, provider backbone bridges.
            "eth.type == {0x8847, 0x8848, 0x8863, 0x8864, 0x88e7}",
            // Reserved bridge addresses (IEEE 802.1Q, table 8-1): spanning tree, LACP, LLDP, EAPOL.
            "eth.dst == 01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0",
        ].map { "(\($0))" }.joined(separator: " || ")
        return row
    }

    /// Lets a port send them all the same.
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

    /// The row with a rule's columns; an operator's additions, such as a name and logging, stay.
    func saying(_ rule: Northbound.ACL) -> Northbound.ACL {
        var row = self
        (row.direction, row.action, row.priority, row.match) = (rule.direction, rule.action, rule.priority, rule.match)
        return row
    }
}

extension RowID {
    /// A rule's row has its resource's identifier with another UUID version (RFC 9562 §5.8), so that of two concurrent
    /// inserts one is refused.
    ///
    /// It must differ: ovsdb-server takes a row's reference to a row of another table with the same identifier for a
    /// self-reference, which does not count, and deletes the rule as unreferenced.
    init<Resource>(ofRuleFor id: ID<Resource>) { self.init(high: id.high ^ 0xc000, low: id.low) }
}

extension Northbound.LogicalSwitch {
    /// Whether we created it: ML2/OVN leaves the row's identifier to the database.
    var isOfOurMaking: Bool { isOurs && networkID.map { RowID(of: $0) == id } ?? false }
}

extension Northbound.LogicalSwitchPort {
    /// Whether the port may send what only routers, DHCP servers and network equipment do: its port security is off.
    /// The port of a floating IP sends nothing.
    var isExempt: Bool {
        portSecurity.isEmpty && externalIDs[PortLayout.deviceOwner] != DeviceOwner.floatingIP
    }
}

extension Snapshot {
    func infrastructureRule(of network: ID<Network>) -> Northbound.ACL? {
        northbound[Northbound.ACL.self][RowID(ofRuleFor: network)]
    }

    func exemption(of port: ID<Port>) -> Northbound.ACL? { northbound[Northbound.ACL.self][RowID(ofRuleFor: port)] }

    /// Whether a network created by us has its rules, and each of its ports too.
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
