import NeutronAPI
import OVNModel
import OVSDB

/// What a project has of one kind.
struct OwnedKind: Hashable, Sendable {
    let kind: String
    let project: String
}

/// Rows by the project that owns them, which quotas count.
enum ProjectIndexes {
    static let networks = Index<Northbound.LogicalSwitch, String>("networks of project") {
        (row: Northbound.LogicalSwitch) -> String? in
        row.isOurs && row.networkID != nil ? row.externalIDs[Layout.projectID] : nil
    }
    static let subnets = Index<Northbound.DHCPOptions, String>("subnets of project") {
        (row: Northbound.DHCPOptions) -> String? in
        row.isOurs && row.portID == nil && row.subnetID != nil ? row.externalIDs[Layout.projectID] : nil
    }
    static let ports = Index<Northbound.LogicalSwitchPort, String>("ports of project") {
        (row: Northbound.LogicalSwitchPort) -> String? in
        row.portID == nil ? nil : row.externalIDs[Layout.projectID]
    }
    static let trunks = Index<Northbound.LogicalSwitchPort, String>("trunks of project") {
        (row: Northbound.LogicalSwitchPort) -> String? in
        row.externalIDs[TrunkLayout.id.name] == nil || row.portID == nil ? nil : row.externalIDs[TrunkLayout.projectID]
    }
    static let groups = Index<Northbound.PortGroup, String>("security groups of project") {
        (row: Northbound.PortGroup) -> String? in row.groupID == nil ? nil : row.externalIDs[Layout.projectID]
    }
    static let rules = Index<Northbound.ACL, String>("security group rules of project") {
        (row: Northbound.ACL) -> String? in row.ruleID == nil ? nil : row.externalIDs[Layout.projectID]
    }
    static let records = Index<Northbound.DHCPOptions, OwnedKind>("records of project") {
        (row: Northbound.DHCPOptions) -> OwnedKind? in
        row.recordKind.map { OwnedKind(kind: $0, project: row.externalIDs[Layout.projectID]) }
    }
    /// The rows of quotas, by project, and all of them.
    static let quotas = Index<Northbound.DHCPOptions, QuotaKey>("quotas") {
        (row: Northbound.DHCPOptions) -> [QuotaKey] in
        guard let project = row.externalIDs[QuotaLayout.project], row.isOurs else { return [] }
        return [.project(project), .all]
    }
}

enum QuotaKey: Hashable, Sendable {
    case project(String)
    case all
}
