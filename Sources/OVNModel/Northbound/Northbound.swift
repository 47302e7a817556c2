// Written by ovsdb-modelgen from ovn-nb.ovsschema, OVN_Northbound 7.0.0: do not edit.

/// The rows of OVN_Northbound.
package enum Northbound {
    /// The database's name in the protocol.
    package static let databaseName = "OVN_Northbound"
}
