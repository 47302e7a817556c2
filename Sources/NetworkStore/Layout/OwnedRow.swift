package import OVNModel
package import OVSDB

/// A row that carries our keys.
package protocol OwnedRow: Row {
    var externalIDs: StringMap { get set }
    static var externalIDsColumn: Column<Self, StringMap> { get }
    /// The maps in which others may have keys of their own.
    static var mapColumns: [Column<Self, StringMap>] { get }
}

extension OwnedRow {
    /// Foreign rows are never shown, changed or deleted.
    var isOurs: Bool { externalIDs[Layout.revision] != nil }

    package static var mapColumns: [Column<Self, StringMap>] { [externalIDsColumn] }
}

extension Northbound.LogicalSwitch: OwnedRow {
    package static var externalIDsColumn: Column<Self, StringMap> { .externalIDs }
    package static var mapColumns: [Column<Self, StringMap>] { [.externalIDs, .otherConfig] }
}

extension Northbound.DHCPOptions: OwnedRow {
    package static var externalIDsColumn: Column<Self, StringMap> { .externalIDs }
    package static var mapColumns: [Column<Self, StringMap>] { [.externalIDs, .options] }
}

extension Northbound.LogicalSwitchPort: OwnedRow {
    package static var externalIDsColumn: Column<Self, StringMap> { .externalIDs }
    package static var mapColumns: [Column<Self, StringMap>] { [.externalIDs, .options] }
}

extension Northbound.PortGroup: OwnedRow {
    package static var externalIDsColumn: Column<Self, StringMap> { .externalIDs }
}

extension Northbound.ACL: OwnedRow {
    package static var externalIDsColumn: Column<Self, StringMap> { .externalIDs }
    package static var mapColumns: [Column<Self, StringMap>] { [.externalIDs, .options] }
}

extension Northbound.AddressSet: OwnedRow {
    package static var externalIDsColumn: Column<Self, StringMap> { .externalIDs }
}
