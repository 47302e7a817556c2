// Written by ovsdb-modelgen from vswitch.ovsschema, Open_vSwitch 8.3.1: do not edit.

/// The rows of Open_vSwitch.
package enum OpenVSwitch {
    /// The database's name in the protocol.
    package static let databaseName = "Open_vSwitch"
}
