// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `Port_Binding`.
    package struct PortBinding: Row {
        package let id: RowID
        /// `additional_chassis`: weak reference to Chassis
        package var additionalChassis: [RowID] = []
        /// `additional_encap`: weak reference to Encap
        package var additionalEncap: [RowID] = []
        /// `chassis`: weak reference to Chassis
        package var chassis: RowID?
        /// `datapath`: strong reference to Datapath_Binding
        package var datapath: RowID = .zero
        /// `encap`: weak reference to Encap
        package var encap: RowID?
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `gateway_chassis`: strong reference to Gateway_Chassis
        package var gatewayChassis: [RowID] = []
        /// `ha_chassis_group`: strong reference to HA_Chassis_Group
        package var haChassisGroup: RowID?
        /// `logical_port`
        package var logicalPort: String = ""
        /// `mac`
        package var mac: [String] = []
        /// `mirror_rules`: weak reference to Mirror
        package var mirrorRules: [RowID] = []
        /// `nat_addresses`
        package var natAddresses: [String] = []
        /// `options`
        package var options: StringMap = StringMap()
        /// `parent_port`
        package var parentPort: String?
        /// `port_security`
        package var portSecurity: [String] = []
        /// `requested_additional_chassis`: weak reference to Chassis
        package var requestedAdditionalChassis: [RowID] = []
        /// `requested_chassis`: weak reference to Chassis
        package var requestedChassis: RowID?
        /// `tag`: 1 to 4095
        package var tag: Int?
        /// `tunnel_key`: 1 to 32767
        package var tunnelKey: Int = 0
        /// `type`
        package var type: String = ""
        /// `up`
        package var up: Bool?
        /// `virtual_parent`
        package var virtualParent: String?

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.PortBinding {
    package static let tableName = "Port_Binding"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("additional_chassis", .set(.uuid)),
        ColumnDescription("additional_encap", .set(.uuid)),
        ColumnDescription("chassis", .optional(.uuid)),
        ColumnDescription("datapath", .scalar(.uuid)),
        ColumnDescription("encap", .optional(.uuid)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("gateway_chassis", .set(.uuid)),
        ColumnDescription("ha_chassis_group", .optional(.uuid)),
        ColumnDescription("logical_port", .scalar(.string)),
        ColumnDescription("mac", .set(.string)),
        ColumnDescription("mirror_rules", .set(.uuid)),
        ColumnDescription("nat_addresses", .set(.string)),
        ColumnDescription("options", .map(.string, .string)),
        ColumnDescription("parent_port", .optional(.string)),
        ColumnDescription("port_security", .set(.string)),
        ColumnDescription("requested_additional_chassis", .set(.uuid)),
        ColumnDescription("requested_chassis", .optional(.uuid)),
        ColumnDescription("tag", .optional(.integer)),
        ColumnDescription("tunnel_key", .scalar(.integer)),
        ColumnDescription("type", .scalar(.string)),
        ColumnDescription("up", .optional(.boolean)),
        ColumnDescription("virtual_parent", .optional(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&additionalChassis)
        case 1: try visitor.visit(&additionalEncap)
        case 2: try visitor.visit(&chassis)
        case 3: try visitor.visit(&datapath)
        case 4: try visitor.visit(&encap)
        case 5: try visitor.visit(&externalIDs)
        case 6: try visitor.visit(&gatewayChassis)
        case 7: try visitor.visit(&haChassisGroup)
        case 8: try visitor.visit(&logicalPort)
        case 9: try visitor.visit(&mac)
        case 10: try visitor.visit(&mirrorRules)
        case 11: try visitor.visit(&natAddresses)
        case 12: try visitor.visit(&options)
        case 13: try visitor.visit(&parentPort)
        case 14: try visitor.visit(&portSecurity)
        case 15: try visitor.visit(&requestedAdditionalChassis)
        case 16: try visitor.visit(&requestedChassis)
        case 17: try visitor.visit(&tag)
        case 18: try visitor.visit(&tunnelKey)
        case 19: try visitor.visit(&type)
        case 20: try visitor.visit(&up)
        case 21: try visitor.visit(&virtualParent)
        default: preconditionFailure("Port_Binding has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(additionalChassis)
        case 1: visitor.visit(additionalEncap)
        case 2: visitor.visit(chassis)
        case 3: visitor.visit(datapath)
        case 4: visitor.visit(encap)
        case 5: visitor.visit(externalIDs)
        case 6: visitor.visit(gatewayChassis)
        case 7: visitor.visit(haChassisGroup)
        case 8: visitor.visit(logicalPort)
        case 9: visitor.visit(mac)
        case 10: visitor.visit(mirrorRules)
        case 11: visitor.visit(natAddresses)
        case 12: visitor.visit(options)
        case 13: visitor.visit(parentPort)
        case 14: visitor.visit(portSecurity)
        case 15: visitor.visit(requestedAdditionalChassis)
        case 16: visitor.visit(requestedChassis)
        case 17: visitor.visit(tag)
        case 18: visitor.visit(tunnelKey)
        case 19: visitor.visit(type)
        case 20: visitor.visit(up)
        case 21: visitor.visit(virtualParent)
        default: preconditionFailure("Port_Binding has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.PortBinding {
    package static var additionalChassis: Self { Self(position: 0) }
    package static var additionalEncap: Self { Self(position: 1) }
    package static var chassis: Self { Self(position: 2) }
    package static var datapath: Self { Self(position: 3) }
    package static var encap: Self { Self(position: 4) }
    package static var externalIDs: Self { Self(position: 5) }
    package static var gatewayChassis: Self { Self(position: 6) }
    package static var haChassisGroup: Self { Self(position: 7) }
    package static var logicalPort: Self { Self(position: 8) }
    package static var mac: Self { Self(position: 9) }
    package static var mirrorRules: Self { Self(position: 10) }
    package static var natAddresses: Self { Self(position: 11) }
    package static var options: Self { Self(position: 12) }
    package static var parentPort: Self { Self(position: 13) }
    package static var portSecurity: Self { Self(position: 14) }
    package static var requestedAdditionalChassis: Self { Self(position: 15) }
    package static var requestedChassis: Self { Self(position: 16) }
    package static var tag: Self { Self(position: 17) }
    package static var tunnelKey: Self { Self(position: 18) }
    package static var type: Self { Self(position: 19) }
    package static var up: Self { Self(position: 20) }
    package static var virtualParent: Self { Self(position: 21) }
}

extension Column where R == Southbound.PortBinding, V == Bool? {
    package static var up: Self { Self(position: 20) }
}

extension Column where R == Southbound.PortBinding, V == Int {
    package static var tunnelKey: Self { Self(position: 18) }
}

extension Column where R == Southbound.PortBinding, V == Int? {
    package static var tag: Self { Self(position: 17) }
}

extension Column where R == Southbound.PortBinding, V == RowID {
    package static var datapath: Self { Self(position: 3) }
}

extension Column where R == Southbound.PortBinding, V == RowID? {
    package static var chassis: Self { Self(position: 2) }
    package static var encap: Self { Self(position: 4) }
    package static var haChassisGroup: Self { Self(position: 7) }
    package static var requestedChassis: Self { Self(position: 16) }
}

extension Column where R == Southbound.PortBinding, V == String {
    package static var logicalPort: Self { Self(position: 8) }
    package static var type: Self { Self(position: 19) }
}

extension Column where R == Southbound.PortBinding, V == String? {
    package static var parentPort: Self { Self(position: 13) }
    package static var virtualParent: Self { Self(position: 21) }
}

extension Column where R == Southbound.PortBinding, V == StringMap {
    package static var externalIDs: Self { Self(position: 5) }
    package static var options: Self { Self(position: 12) }
}

extension Column where R == Southbound.PortBinding, V == [RowID] {
    package static var additionalChassis: Self { Self(position: 0) }
    package static var additionalEncap: Self { Self(position: 1) }
    package static var gatewayChassis: Self { Self(position: 6) }
    package static var mirrorRules: Self { Self(position: 10) }
    package static var requestedAdditionalChassis: Self { Self(position: 15) }
}

extension Column where R == Southbound.PortBinding, V == [String] {
    package static var mac: Self { Self(position: 9) }
    package static var natAddresses: Self { Self(position: 11) }
    package static var portSecurity: Self { Self(position: 14) }
}
