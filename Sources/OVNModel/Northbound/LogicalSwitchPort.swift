// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

package import OVSDB

extension Northbound {
    /// A row of table `Logical_Switch_Port`.
    package struct LogicalSwitchPort: Row {
        package let id: RowID
        /// `addresses`
        package var addresses: [String] = []
        /// `dhcpv4_options`: weak reference to DHCP_Options
        package var dhcpv4Options: RowID?
        /// `dhcpv6_options`: weak reference to DHCP_Options
        package var dhcpv6Options: RowID?
        /// `dynamic_addresses`
        package var dynamicAddresses: String?
        /// `enabled`
        package var enabled: Bool?
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `ha_chassis_group`: strong reference to HA_Chassis_Group
        package var haChassisGroup: RowID?
        /// `mirror_rules`: weak reference to Mirror
        package var mirrorRules: [RowID] = []
        /// `name`
        package var name: String = ""
        /// `options`
        package var options: StringMap = StringMap()
        /// `parent_name`
        package var parentName: String?
        /// `port_security`
        package var portSecurity: [String] = []
        /// `tag`: 1 to 4095
        package var tag: Int?
        /// `tag_request`: 0 to 4095
        package var tagRequest: Int?
        /// `type`
        package var type: String = ""
        /// `up`
        package var up: Bool?

        package init(id: RowID) { self.id = id }
    }
}

extension Northbound.LogicalSwitchPort {
    package static let tableName = "Logical_Switch_Port"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("addresses", .set(.string)),
        ColumnDescription("dhcpv4_options", .optional(.uuid)),
        ColumnDescription("dhcpv6_options", .optional(.uuid)),
        ColumnDescription("dynamic_addresses", .optional(.string)),
        ColumnDescription("enabled", .optional(.boolean)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("ha_chassis_group", .optional(.uuid)),
        ColumnDescription("mirror_rules", .set(.uuid)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("options", .map(.string, .string)),
        ColumnDescription("parent_name", .optional(.string)),
        ColumnDescription("port_security", .set(.string)),
        ColumnDescription("tag", .optional(.integer)),
        ColumnDescription("tag_request", .optional(.integer)),
        ColumnDescription("type", .scalar(.string)),
        ColumnDescription("up", .optional(.boolean)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&addresses)
        case 1: try visitor.visit(&dhcpv4Options)
        case 2: try visitor.visit(&dhcpv6Options)
        case 3: try visitor.visit(&dynamicAddresses)
        case 4: try visitor.visit(&enabled)
        case 5: try visitor.visit(&externalIDs)
        case 6: try visitor.visit(&haChassisGroup)
        case 7: try visitor.visit(&mirrorRules)
        case 8: try visitor.visit(&name)
        case 9: try visitor.visit(&options)
        case 10: try visitor.visit(&parentName)
        case 11: try visitor.visit(&portSecurity)
        case 12: try visitor.visit(&tag)
        case 13: try visitor.visit(&tagRequest)
        case 14: try visitor.visit(&type)
        case 15: try visitor.visit(&up)
        default: preconditionFailure("Logical_Switch_Port has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(addresses)
        case 1: visitor.visit(dhcpv4Options)
        case 2: visitor.visit(dhcpv6Options)
        case 3: visitor.visit(dynamicAddresses)
        case 4: visitor.visit(enabled)
        case 5: visitor.visit(externalIDs)
        case 6: visitor.visit(haChassisGroup)
        case 7: visitor.visit(mirrorRules)
        case 8: visitor.visit(name)
        case 9: visitor.visit(options)
        case 10: visitor.visit(parentName)
        case 11: visitor.visit(portSecurity)
        case 12: visitor.visit(tag)
        case 13: visitor.visit(tagRequest)
        case 14: visitor.visit(type)
        case 15: visitor.visit(up)
        default: preconditionFailure("Logical_Switch_Port has no column \(position)")
        }
    }
}

extension AnyColumn where R == Northbound.LogicalSwitchPort {
    package static var addresses: Self { Self(position: 0) }
    package static var dhcpv4Options: Self { Self(position: 1) }
    package static var dhcpv6Options: Self { Self(position: 2) }
    package static var dynamicAddresses: Self { Self(position: 3) }
    package static var enabled: Self { Self(position: 4) }
    package static var externalIDs: Self { Self(position: 5) }
    package static var haChassisGroup: Self { Self(position: 6) }
    package static var mirrorRules: Self { Self(position: 7) }
    package static var name: Self { Self(position: 8) }
    package static var options: Self { Self(position: 9) }
    package static var parentName: Self { Self(position: 10) }
    package static var portSecurity: Self { Self(position: 11) }
    package static var tag: Self { Self(position: 12) }
    package static var tagRequest: Self { Self(position: 13) }
    package static var type: Self { Self(position: 14) }
    package static var up: Self { Self(position: 15) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == Bool? {
    package static var enabled: Self { Self(position: 4) }
    package static var up: Self { Self(position: 15) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == Int? {
    package static var tag: Self { Self(position: 12) }
    package static var tagRequest: Self { Self(position: 13) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == RowID? {
    package static var dhcpv4Options: Self { Self(position: 1) }
    package static var dhcpv6Options: Self { Self(position: 2) }
    package static var haChassisGroup: Self { Self(position: 6) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == String {
    package static var name: Self { Self(position: 8) }
    package static var type: Self { Self(position: 14) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == String? {
    package static var dynamicAddresses: Self { Self(position: 3) }
    package static var parentName: Self { Self(position: 10) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == StringMap {
    package static var externalIDs: Self { Self(position: 5) }
    package static var options: Self { Self(position: 9) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == [RowID] {
    package static var mirrorRules: Self { Self(position: 7) }
}

extension Column where R == Northbound.LogicalSwitchPort, V == [String] {
    package static var addresses: Self { Self(position: 0) }
    package static var portSecurity: Self { Self(position: 11) }
}
