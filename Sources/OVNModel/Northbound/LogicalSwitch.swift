// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `Logical_Switch`.
    package struct LogicalSwitch: Row {
        package let id: RowID
        /// `acls`: strong reference to ACL
        package var acls: [RowID] = []
        /// `copp`: weak reference to Copp
        package var copp: RowID?
        /// `dns_records`: weak reference to DNS
        package var dnsRecords: [RowID] = []
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `forwarding_groups`: strong reference to Forwarding_Group
        package var forwardingGroups: [RowID] = []
        /// `load_balancer`: weak reference to Load_Balancer
        package var loadBalancer: [RowID] = []
        /// `load_balancer_group`: strong reference to Load_Balancer_Group
        package var loadBalancerGroup: [RowID] = []
        /// `name`
        package var name: String = ""
        /// `other_config`
        package var otherConfig: StringMap = StringMap()
        /// `ports`: strong reference to Logical_Switch_Port
        package var ports: [RowID] = []
        /// `qos_rules`: strong reference to QoS
        package var qosRules: [RowID] = []

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.LogicalSwitch {
    package static let tableName = "Logical_Switch"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("acls", .set(.uuid)),
        ColumnDescription("copp", .optional(.uuid)),
        ColumnDescription("dns_records", .set(.uuid)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("forwarding_groups", .set(.uuid)),
        ColumnDescription("load_balancer", .set(.uuid)),
        ColumnDescription("load_balancer_group", .set(.uuid)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("other_config", .map(.string, .string)),
        ColumnDescription("ports", .set(.uuid)),
        ColumnDescription("qos_rules", .set(.uuid)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&acls)
        case 1: try visitor.visit(&copp)
        case 2: try visitor.visit(&dnsRecords)
        case 3: try visitor.visit(&externalIDs)
        case 4: try visitor.visit(&forwardingGroups)
        case 5: try visitor.visit(&loadBalancer)
        case 6: try visitor.visit(&loadBalancerGroup)
        case 7: try visitor.visit(&name)
        case 8: try visitor.visit(&otherConfig)
        case 9: try visitor.visit(&ports)
        case 10: try visitor.visit(&qosRules)
        default: preconditionFailure("Logical_Switch has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(acls)
        case 1: visitor.visit(copp)
        case 2: visitor.visit(dnsRecords)
        case 3: visitor.visit(externalIDs)
        case 4: visitor.visit(forwardingGroups)
        case 5: visitor.visit(loadBalancer)
        case 6: visitor.visit(loadBalancerGroup)
        case 7: visitor.visit(name)
        case 8: visitor.visit(otherConfig)
        case 9: visitor.visit(ports)
        case 10: visitor.visit(qosRules)
        default: preconditionFailure("Logical_Switch has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.LogicalSwitch {
    package static var acls: Self { Self(position: 0) }
    package static var copp: Self { Self(position: 1) }
    package static var dnsRecords: Self { Self(position: 2) }
    package static var externalIDs: Self { Self(position: 3) }
    package static var forwardingGroups: Self { Self(position: 4) }
    package static var loadBalancer: Self { Self(position: 5) }
    package static var loadBalancerGroup: Self { Self(position: 6) }
    package static var name: Self { Self(position: 7) }
    package static var otherConfig: Self { Self(position: 8) }
    package static var ports: Self { Self(position: 9) }
    package static var qosRules: Self { Self(position: 10) }
}

extension Column where R == Northbound.LogicalSwitch, V == RowID? {
    package static var copp: Self { Self(position: 1) }
}

extension Column where R == Northbound.LogicalSwitch, V == String {
    package static var name: Self { Self(position: 7) }
}

extension Column where R == Northbound.LogicalSwitch, V == StringMap {
    package static var externalIDs: Self { Self(position: 3) }
    package static var otherConfig: Self { Self(position: 8) }
}

extension Column where R == Northbound.LogicalSwitch, V == [RowID] {
    package static var acls: Self { Self(position: 0) }
    package static var dnsRecords: Self { Self(position: 2) }
    package static var forwardingGroups: Self { Self(position: 4) }
    package static var loadBalancer: Self { Self(position: 5) }
    package static var loadBalancerGroup: Self { Self(position: 6) }
    package static var ports: Self { Self(position: 9) }
    package static var qosRules: Self { Self(position: 10) }
}
