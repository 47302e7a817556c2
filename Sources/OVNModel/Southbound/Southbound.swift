// Written by ovsdb-modelgen from ovn-sb.ovsschema, OVN_Southbound 20.27.0: do not edit.

/// The rows of OVN_Southbound.
package enum Southbound {
    /// The database's name in the protocol.
    package static let databaseName = "OVN_Southbound"
}
