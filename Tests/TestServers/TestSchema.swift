import Foundation

/// A schema that Debian's packages or the repository have.
package enum TestSchema: String, Sendable {
    case northbound = "ovn-nb.ovsschema"
    case southbound = "ovn-sb.ovsschema"
    case openVSwitch = "vswitch.ovsschema"

    package var databaseName: String {
        switch self {
        case .northbound: "OVN_Northbound"
        case .southbound: "OVN_Southbound"
        case .openVSwitch: "Open_vSwitch"
        }
    }

    /// The vendored file.
    package var path: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Schemas/\(rawValue)").path()
    }
}
