// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

package import OVSDB

extension Southbound {
    /// A row of table `Chassis`.
    package struct Chassis: Row {
        package let id: RowID
        /// `encaps`: strong reference to Encap, never empty
        package var encaps: [RowID] = []
        /// `external_ids`
        package var externalIDs: StringMap = StringMap()
        /// `hostname`
        package var hostname: String = ""
        /// `name`
        package var name: String = ""
        /// `nb_cfg`
        package var nbCfg: Int = 0
        /// `other_config`
        package var otherConfig: StringMap = StringMap()
        /// `transport_zones`
        package var transportZones: [String] = []
        /// `vtep_logical_switches`
        package var vtepLogicalSwitches: [String] = []

        package init(id: RowID) { self.id = id }
    }
}

extension Southbound.Chassis {
    package static let tableName = "Chassis"

    package static let columns: [ColumnDescription] = [
        ColumnDescription("encaps", .set(.uuid, minimum: 1, maximum: .max)),
        ColumnDescription("external_ids", .map(.string, .string)),
        ColumnDescription("hostname", .scalar(.string)),
        ColumnDescription("name", .scalar(.string)),
        ColumnDescription("nb_cfg", .scalar(.integer)),
        ColumnDescription("other_config", .map(.string, .string)),
        ColumnDescription("transport_zones", .set(.string)),
        ColumnDescription("vtep_logical_switches", .set(.string)),
    ]

    package mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&encaps)
        case 1: try visitor.visit(&externalIDs)
        case 2: try visitor.visit(&hostname)
        case 3: try visitor.visit(&name)
        case 4: try visitor.visit(&nbCfg)
        case 5: try visitor.visit(&otherConfig)
        case 6: try visitor.visit(&transportZones)
        case 7: try visitor.visit(&vtepLogicalSwitches)
        default: preconditionFailure("Chassis has no column \(position)")
        }
    }

    package func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(encaps)
        case 1: visitor.visit(externalIDs)
        case 2: visitor.visit(hostname)
        case 3: visitor.visit(name)
        case 4: visitor.visit(nbCfg)
        case 5: visitor.visit(otherConfig)
        case 6: visitor.visit(transportZones)
        case 7: visitor.visit(vtepLogicalSwitches)
        default: preconditionFailure("Chassis has no column \(position)")
        }
    }
}

extension AnyColumn where R == Southbound.Chassis {
    package static var encaps: Self { Self(position: 0) }
    package static var externalIDs: Self { Self(position: 1) }
    package static var hostname: Self { Self(position: 2) }
    package static var name: Self { Self(position: 3) }
    package static var nbCfg: Self { Self(position: 4) }
    package static var otherConfig: Self { Self(position: 5) }
    package static var transportZones: Self { Self(position: 6) }
    package static var vtepLogicalSwitches: Self { Self(position: 7) }
}

extension Column where R == Southbound.Chassis, V == Int {
    package static var nbCfg: Self { Self(position: 4) }
}

extension Column where R == Southbound.Chassis, V == String {
    package static var hostname: Self { Self(position: 2) }
    package static var name: Self { Self(position: 3) }
}

extension Column where R == Southbound.Chassis, V == StringMap {
    package static var externalIDs: Self { Self(position: 1) }
    package static var otherConfig: Self { Self(position: 5) }
}

extension Column where R == Southbound.Chassis, V == [RowID] {
    package static var encaps: Self { Self(position: 0) }
}

extension Column where R == Southbound.Chassis, V == [String] {
    package static var transportZones: Self { Self(position: 6) }
    package static var vtepLogicalSwitches: Self { Self(position: 7) }
}
